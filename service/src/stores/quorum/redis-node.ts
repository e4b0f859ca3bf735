/** One node of the quorum on a real Redis. */
import type { Clock, Now } from '../../clock.ts';
import type { ListedPlace, SessionName, StoreCheck } from '../../session/store.ts';
import type { Namespace, SessionKey } from '../../session/types.ts';
import { nameOfText, nameText } from '../redis/partitions.ts';
import type { Expected } from './expected.ts';
import { inPairs } from './in-pairs.ts';
import type { FiledPage, ListingPort, UsagesFiled } from './listing-port.ts';
import type { NodeLink } from './node-link.ts';
import { NodeSilentError, type AcceptRequest, type Filed, type NodePort, type Told } from './node-port.ts';
import { offsetSeen } from './node-clock.ts';
import { runScript, type NodeScript } from './node-scripts.ts';
import type { Ballot } from './rules/ballot.ts';
import type { VotingClient } from './votes.ts';

export interface RedisNodeParts {
  readonly link: NodeLink;
  readonly shown: string;
  /** Its name in the cluster, once it is known. */
  readonly nodeId: () => string;
  readonly expected: () => Expected;
  readonly clock: Clock;
  /** Time that scripts take for the node's. Tests alone give it. */
  readonly scriptTime?: (() => Now) | undefined;
}

type Answer = readonly unknown[];

const OTHER_EPOCH = 'it is in another epoch';

const number = (told: unknown): number => Number(told);
const text = (told: unknown): string => String(told);

export class RedisNode implements NodePort, ListingPort {
  readonly shown: string;
  readonly #parts: RedisNodeParts;
  #offsetMs: number | undefined;

  constructor(parts: RedisNodeParts) {
    this.#parts = parts;
    this.shown = parts.shown;
  }

  get isVoting(): boolean {
    return this.#parts.link.isUp;
  }

  get clockOffsetMs(): number | undefined {
    return this.#offsetMs;
  }

  check(): StoreCheck {
    return this.#parts.link.check();
  }

  /** What it said of its time, when it was asked outside of this. */
  sawTime(nodeMs: number, sentMs: number): void {
    this.#offsetMs = offsetSeen(this.#offsetMs, { nodeMs, sentMs, answeredMs: this.#parts.clock.now().monoMs });
  }

  prepare(name: SessionName, ballotNumber: number, by: string): Promise<Told> {
    return this.#ask('prepare', [nameText(name), ballotNumber, by]);
  }

  accept(name: SessionName, { proposal, effect, filed, payloads }: AcceptRequest): Promise<Told> {
    const { ballot, by, token, value, state } = proposal;
    const forMs = effect.kind === 'keep' ? 0 : Math.floor(effect.forMs);
    return this.#ask('accept', [nameText(name), ballot.number, ballot.step, by, token, value, effect.kind, forMs, state, filing(filed), ...payloadArguments(payloads)]);
  }

  renew(name: SessionName, ballot: Ballot, by: string, ttlMs: number): Promise<Told> {
    return this.#ask('renew', [nameText(name), ballot.number, ballot.step, by, Math.floor(ttlMs)]);
  }

  read(name: SessionName): Promise<Told> {
    return this.#ask('read', [nameText(name)]);
  }

  repair(name: SessionName, { proposal, effect, filed, payloads }: AcceptRequest, notAfterMs: number): Promise<Told> {
    const { ballot, by, token, value, state } = proposal;
    const forMs = effect.kind === 'extend' ? Math.floor(effect.forMs) : 0;
    return this.#ask('repair', [nameText(name), ballot.number, ballot.step, by, token, value, forMs, Math.floor(notAfterMs), state, filing(filed), ...payloadArguments(payloads)]);
  }

  forget(name: SessionName, ballot: Ballot): Promise<Told> {
    return this.#ask('forget', [nameText(name), ballot.number, ballot.step]);
  }

  async leasedKeys({ namespace, prefix, after, limit }: Parameters<ListingPort['leasedKeys']>[0]): Promise<FiledPage<SessionKey>> {
    const [, , , keys] = await this.#run('leased-keys', [namespace, prefix, after, limit + 1]);
    return cut((keys as string[]) as SessionKey[], limit);
  }

  async replyPlaces({ namespace, state, after, limit }: Parameters<ListingPort['replyPlaces']>[0]): Promise<FiledPage<ListedPlace>> {
    const index = `hfq:replies:${namespace}${state === undefined ? '' : `\0${state}`}`;
    const behind = after ? [after.atMs, `${after.key}\0${String(after.number).padStart(16, '0')}`] : ['', ''];
    const [, , , found] = await this.#run('places', [index, '', ...behind, limit + 1]);
    const places = inPairs(found as string[]).map(([member, atMs]) => {
      const split = member.indexOf('\0');
      return { atMs: number(atMs), key: member.slice(0, split) as SessionKey, number: number(member.slice(split + 1)) };
    });
    return cut(places, limit);
  }

  async courierPlaces({ namespace, untilMs, after, limit }: Parameters<ListingPort['courierPlaces']>[0]): Promise<FiledPage<ListedPlace>> {
    const behind = after ? [after.atMs, after.key] : ['', ''];
    const [, , , found] = await this.#run('places', [`hfq:courier:${namespace}`, untilMs, ...behind, limit + 1]);
    return cut(inPairs(found as string[]).map(([key, atMs]) => ({ atMs: number(atMs), key: key as SessionKey, number: 0 })), limit);
  }

  async dueSessions(untilMs: number, limit: number): Promise<readonly SessionName[]> {
    const [, , , found] = await this.#run('due', [untilMs, limit]);
    return (found as string[]).map(nameOfText);
  }

  async forgettableSessions(untilMs: number, limit: number): Promise<readonly SessionName[]> {
    const [, , , found] = await this.#run('places', ['hfq:forgettable', untilMs, '', '', limit]);
    return inPairs(found as string[]).map(([name]) => nameOfText(name));
  }

  async usages(): Promise<UsagesFiled> {
    const [, , , used, oldest] = await this.#run('usages', []);
    return {
      namespaces: (used as [string, number[]][]).map(([namespace, counts]) => ({ namespace: namespace as Namespace, counts })),
      oldestReplyAtMs: oldest === '' ? undefined : number(oldest),
    };
  }

  async payload(name: SessionName, payloadName: string): Promise<string | undefined> {
    const [, , , payload] = await this.#run('payload', [nameText(name), payloadName]);
    return payload === null ? undefined : text(payload);
  }

  /** For redlock. A test's time goes before, since its scripts take no argument for it. */
  get voting(): VotingClient {
    const { link, scriptTime } = this.#parts;
    const run = (command: 'evalsha' | 'eval', script: unknown, given: readonly unknown[], callback: (error: Error | null, result?: unknown) => void): void => {
      const asked = link.call(async (redis) => {
        if (scriptTime) void redis.set('hfq:time', nodeTime(scriptTime())).catch(() => {});
        return redis.call(command, ...([script, ...given] as string[]));
      });
      // Redlock looks for Redis' own words where a script is not known. What its callback returns is a promise that it handles itself, and nobody's else.
      asked.then((result) => void callback(null, result), (error: Error) => void callback(error.cause instanceof Error ? error.cause : error));
    };
    return {
      evalsha: (hash, given, callback) => run('evalsha', hash, given, callback),
      eval: ([script, ...given], callback) => run('eval', script, given, callback),
    };
  }

  async #ask(script: NodeScript, args: readonly (string | number)[]): Promise<Told> {
    const [kind, , , promised, ballotNumber, step, acceptedBy, state, token, value, isLive, leftMs, renewedMsAgo, floor] = await this.#run(script, args);
    return {
      kind: kind as Told['kind'],
      promised: number(promised),
      accepted: { number: number(ballotNumber), step: number(step) },
      acceptedBy: text(acceptedBy),
      state: state === null ? undefined : text(state),
      token: number(token),
      value: text(value),
      lease: { isLive: isLive === 1, leftMs: number(leftMs), renewedMsAgo: number(renewedMsAgo) },
      floor: number(floor),
    };
  }

  async #run(script: NodeScript, args: readonly (string | number)[]): Promise<Answer> {
    const { link, clock, expected, nodeId, scriptTime } = this.#parts;
    const head = [expected().cluster, expected().epoch, expected().leastOf(nodeId()), expected().peersOf(nodeId()), scriptTime ? nodeTime(scriptTime()) : ''];
    const sentMs = clock.now().monoMs;
    const answer = (await link.call((redis) => runScript(redis, script, [...head, ...args]))) as Answer;
    if (answer[0] === 'not-a-member') {
      const [, , cluster, node, epoch, sequence, standing] = answer;
      const why = expected().judge({ cluster: text(cluster), node: text(node), epoch: text(epoch), sequence: number(sequence), standing: text(standing) }, this.shown);
      // One that is in another epoch is looked at again at once: either it, or this instance, was away when that began.
      if (why === undefined) link.lookAgain(OTHER_EPOCH);
      else link.refuse(why);
      throw new NodeSilentError(`${this.shown}: ${why ?? OTHER_EPOCH}`, false);
    }
    this.sawTime(number(answer[1]), sentMs);
    expected().saw(nodeId(), number(answer[2]));
    return answer;
  }
}

/** Time of a test as a node would tell it: steps of its wall clock are not the node's. */
const TESTED_FROM_MS = 1_700_000_000_000;
export const nodeTime = ({ monoMs }: Now): number => TESTED_FROM_MS + monoMs;

const cut = <Place>(places: readonly Place[], limit: number): FiledPage<Place> => ({ places: places.slice(0, limit), isCut: places.length > limit });

const filing = ({ isLeased, dueAtMs, courierDueAtMs, oldestReplyAtMs, forgettableAtMs, usage, replies }: Filed): string =>
  JSON.stringify({ leased: isLeased ? 1 : 0, due: dueAtMs, courier: courierDueAtMs, oldest: oldestReplyAtMs, forgettable: forgettableAtMs, usage, replies: replies.map(({ number: nth, state, atMs }) => [nth, state, atMs]) });

const payloadArguments = (payloads: AcceptRequest['payloads']): readonly (string | number)[] => (payloads ? [payloads.put.length, ...payloads.put.flat(), ...payloads.drop] : [0]);
