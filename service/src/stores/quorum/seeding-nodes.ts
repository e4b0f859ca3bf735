/** Gives a node all sessions that a majority of sealed nodes has: each by the pure rule, from what all of them tell of it. */
import { StoreFailedError } from '../store-failed-error.ts';
import type { Expected } from './expected.ts';
import { inPairs } from './in-pairs.ts';
import type { NodeLink } from './node-link.ts';
import { runScript, type NodeScript } from './node-scripts.ts';
import { payloadNames } from './payloads.ts';
import { compareBallots } from './rules/ballot.ts';
import type { Register } from './rules/register.ts';
import { seedOf, type Told } from './rules/seeding.ts';
import { readSession } from './session-text.ts';

export interface SealedNode {
  readonly link: NodeLink;
  readonly name: string;
}

/** Names that are asked for at once, keys that are removed at once, and sessions that are under way at once. */
const NAMES_AT_ONCE = 500;
const KEYS_AT_ONCE = 1_000;
const SESSIONS_AT_ONCE = 50;

/** All of a session on one node. */
interface Copy {
  readonly told: Told<string>;
  readonly filed: string;
  readonly payloads: ReadonlyMap<string, string>;
}

/**
 * @param run a name that no other run has
 * @param node the node's new name in the cluster: what is remembered of the old one is not said of this one
 * @returns how many sessions it was given. @throws StoreFailedError where it could not be finished; it may be begun again
 */
export const seedNode = async (link: NodeLink, sealed: readonly SealedNode[], { expected, run, node }: { readonly expected: Expected; readonly run: string; readonly node: string }): Promise<number> => {
  const ask = (script: NodeScript, args: readonly (string | number)[]): Promise<unknown> => link.call((redis) => runScript(redis, script, args));
  await ask('begin-seed', [expected.cluster, node, expected.epoch, run]);
  for (let removed = 1; removed !== 0; ) {
    removed = Number(await ask('clear', [run, KEYS_AT_ONCE]));
    if (removed < 0) throw overtaken();
  }
  const names = await namesOf(sealed, expected);
  for (let from = 0; from < names.length; from += SESSIONS_AT_ONCE) {
    await Promise.all(
      names.slice(from, from + SESSIONS_AT_ONCE).map(async (name) => {
        const copies = await Promise.all(sealed.map((node) => copyOf(node, expected, name)));
        if ((await ask('seed', seedArguments(run, name, copies))) !== 'seeded') throw overtaken();
      }),
    );
  }
  const peers = sealed.flatMap(({ name }) => [name, expected.leastOf(name)]);
  if ((await ask('admit', [run, ...peers])) !== 'admitted') throw overtaken();
  return names.length;
};

const overtaken = (): StoreFailedError => new StoreFailedError('Another reseed of this node was begun; this one ends here.');

/** Asks a sealed node under the present epoch. */
const askSealed = async ({ link, name }: SealedNode, expected: Expected, script: NodeScript, args: readonly (string | number)[]): Promise<readonly unknown[]> => {
  const answer = (await link.call((redis) => runScript(redis, script, [expected.cluster, expected.epoch, expected.leastOf(name), '', '', ...args]))) as readonly unknown[];
  if (answer[0] === 'not-a-member') throw new StoreFailedError('Another reseed has begun a newer epoch; this one ends here.');
  expected.saw(name, Number(answer[2]));
  return answer;
};

/** Of all sessions that any of them has. What is added meanwhile is added under the new epoch, without the node that is seeded. */
const namesOf = async (sealed: readonly SealedNode[], expected: Expected): Promise<readonly string[]> => {
  const names = new Set<string>();
  for (const node of sealed) {
    let cursor = '0';
    do {
      const [, , , next, found] = await askSealed(node, expected, 'names', [cursor, NAMES_AT_ONCE]);
      cursor = String(next);
      for (const name of found as string[]) names.add(name);
    } while (cursor !== '0');
  }
  return [...names];
};

const copyOf = async (node: SealedNode, expected: Expected, name: string): Promise<Copy> => {
  const answer = await askSealed(node, expected, 'kept', [name]);
  const [, nowMs, , promised, promisedBy, number, step, acceptedBy, state, token, value, untilMs, vote, voteLeftMs, floor, filed, payloads] = answer;
  const register: Register<string> = {
    promised: Number(promised),
    promisedBy: String(promisedBy),
    accepted: { number: Number(number), step: Number(step) },
    acceptedBy: String(acceptedBy),
    state: state === null ? undefined : String(state),
    token: Number(token),
    value: String(value),
    untilMs: Number(untilMs),
    renewedMs: 0,
  };
  const now = Number(nowMs);
  const kept = { register, vote: vote === '' ? undefined : { value: String(vote), untilMs: now + Number(voteLeftMs) }, floor: Number(floor) };
  return { told: { kept, nowMs: now }, filed: String(filed), payloads: new Map(inPairs(payloads as string[])) };
};

const seedArguments = (run: string, name: string, copies: readonly Copy[]): readonly (string | number)[] => {
  // By no clock: what is left of each is counted by the node that is given it, from when it is written there.
  const { register, vote, floor } = seedOf(copies.map(({ told }) => told), 0);
  const { promised, promisedBy, accepted, acceptedBy, token, value, state, untilMs } = register;
  const newest = copies.find(({ told }) => compareBallots(told.kept.register.accepted, accepted) === 0)!;
  // Whoever took the state from a repair has not been given what its replies have for payloads, and another has.
  const payloads = payloadNames(readSession(state)).flatMap((wanted) => {
    const payload = copies.map(({ payloads: there }) => there.get(wanted)).find((one) => one !== undefined);
    return payload === undefined ? [] : [wanted, payload];
  });
  const lease = [token, value, Math.floor(untilMs), vote?.value ?? '', Math.floor(vote?.untilMs ?? 0), floor];
  return [run, '', '', '', '', name, promised, promisedBy, accepted.number, accepted.step, acceptedBy, ...lease, state === undefined ? 0 : 1, state ?? '', newest.filed, payloads.length / 2, ...payloads];
};
