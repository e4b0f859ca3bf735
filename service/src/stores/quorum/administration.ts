/** What an operator asks of a quorum from the command line: how its nodes stand, and to reseed those that have lost what they had. */
import { randomBytes, randomInt } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { RedisAddress } from '../redis/address.ts';
import { StoreFailedError } from '../store-failed-error.ts';
import { Expected } from './expected.ts';
import { doublesOf, Member } from './member.ts';
import { gather } from './membership.ts';
import { runScript } from './node-scripts.ts';
import { majorityOf } from './rules/majority.ts';
import { seedNode, type SealedNode } from './seeding-nodes.ts';

const SILENT = { info: () => {}, warn: () => {} };

export interface NodeStanding {
  readonly shown: string;
  /** Its name in the cluster, and how much it has written; undefined where it does not answer. */
  readonly node: string | undefined;
  readonly epoch: string | undefined;
  readonly sequence: number | undefined;
  /** By its clock against this process's, in milliseconds. */
  readonly clockAheadMs: number | undefined;
  /** Why it has no vote; undefined if it has. */
  readonly why: string | undefined;
}

export interface QuorumStatus {
  readonly cluster: string | undefined;
  readonly epoch: string | undefined;
  readonly nodes: readonly NodeStanding[];
  /** Whether a majority votes. */
  readonly isUsable: boolean;
}

/** Connects to the nodes, asks them how they stand, and lets go of them. */
const withMembers = async <T>(addresses: readonly RedisAddress[], clock: Clock, use: (members: readonly Member[]) => Promise<T>): Promise<T> => {
  const instanceId = `quorum-${randomBytes(4).toString('hex')}`;
  const members = addresses.map((address) => new Member({ address, instanceId, clock, linkClock: clock, reconnectDelayMs: () => randomInt(50, 200), log: SILENT, acceptsFsync: false, expected: () => undefined }));
  try {
    await Promise.all(members.map(({ link }) => link.start()));
    return await use(members);
  } finally {
    await Promise.all(members.map(({ link }) => link.close()));
  }
};

const expectedOf = (members: readonly Member[]): Expected | string => {
  const gathering = gather(members.map(({ facts }) => facts));
  if (gathering.kind === 'found') return 'nobody has used these servers yet';
  return gathering.kind === 'refused' ? gathering.why : new Expected(gathering.cluster, gathering.epoch, gathering.sequences, doublesOf(members));
};

const whyNot = ({ link, facts, shown }: Member, expected: Expected | string): string | undefined => link.why ?? (typeof expected === 'string' ? expected : facts && expected.judge(facts, shown));

export const quorumStatus = (addresses: readonly RedisAddress[], clock: Clock): Promise<QuorumStatus> =>
  withMembers(addresses, clock, async (members) => {
    const expected = expectedOf(members);
    const wallMs = clock.now().wallUs / 1_000;
    const nodes = members.map((member) => {
      const { shown, facts, node } = member;
      const clockAheadMs = node.clockOffsetMs === undefined ? undefined : Math.round(node.clockOffsetMs + clock.now().monoMs - wallMs);
      return { shown, node: facts?.node || undefined, epoch: facts?.epoch || undefined, sequence: facts?.cluster ? facts.sequence : undefined, clockAheadMs, why: whyNot(member, expected) };
    });
    const [cluster, epoch] = typeof expected === 'string' ? [] : [expected.cluster, expected.epoch];
    return { cluster, epoch, nodes, isUsable: nodes.filter(({ why }) => why === undefined).length >= majorityOf(members.length) };
  });

/**
 * Gives every node that has lost what it had, or gone back, all that a majority of the others has, and makes it a member again. Safe to
 * interrupt, and to repeat; the service goes on meanwhile.
 *
 * @returns the nodes that were seeded. @throws StoreFailedError saying why it cannot be
 */
export const reseedQuorum = (addresses: readonly RedisAddress[], clock: Clock, say: (line: string) => void): Promise<readonly string[]> =>
  withMembers(addresses, clock, async (members) => {
    const expected = expectedOf(members);
    if (typeof expected === 'string') throw new StoreFailedError(`The quorum cannot be reseeded: ${expected}.`);
    const standings = members.map((member) => ({ member, why: whyNot(member, expected) }));
    const foreign = standings.filter(({ member: { facts } }) => facts !== undefined && facts.cluster !== '' && facts.cluster !== expected.cluster);
    if (foreign.length > 0) throw new StoreFailedError(foreign.map(({ member, why }) => `Cannot reseed ${member.shown}: ${why}. If nothing in it is wanted any more, empty it first.`).join('\n'));
    const lost = standings.filter(({ member, why }) => member.facts !== undefined && why !== undefined).map(({ member }) => member);
    for (const { member, why } of standings) if (member.facts === undefined) say(`${member.shown} is left as it is: ${why}.`);
    if (lost.length === 0) return [];
    const sealed = await seal(standings.filter(({ why }) => why === undefined).map(({ member }) => member), expected);
    const needed = majorityOf(members.length);
    if (sealed.length < needed) throw new StoreFailedError(`The quorum cannot be reseeded: ${needed} nodes must have kept all they had, and ${sealed.length === 1 ? 'only one has' : `only ${sealed.length} have`}.`);
    for (const { shown, link } of lost) {
      const sessions = await seedNode(link, sealed, { expected, run: randomBytes(8).toString('hex'), node: `n_${randomBytes(6).toString('base64url')}` });
      say(`${shown} was given ${sessions} ${sessions === 1 ? 'session' : 'sessions'}, and votes again in epoch ${expected.epoch}.`);
    }
    return lost.map(({ shown }) => shown);
  });

/** Begins an epoch of this run's own on all that are whole: what was asked of any of them before, and has not arrived yet, is refused from here on. */
const seal = async (whole: readonly Member[], expected: Expected): Promise<readonly SealedNode[]> => {
  expected.begin();
  const sealed = await Promise.all(
    whole.map(async ({ link, facts }) => {
      const told = await link.call((redis) => runScript(redis, 'seal', [expected.cluster, expected.epoch, expected.leastOf(facts!.node)])).catch(() => 'silent');
      return told === 'sealed' ? { link, name: facts!.node } : undefined;
    }),
  );
  return sealed.filter((one) => one !== undefined);
};
