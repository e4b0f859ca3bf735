/** Opens the quorum store: connects to its nodes, makes them one cluster at the first start, and finds out which of them may vote. */
import { randomBytes, randomInt } from 'node:crypto';
import type { Clock, Now } from '../../clock.ts';
import type { RedisAddress } from '../redis/address.ts';
import type { StoreLog } from '../redis/link.ts';
import { StoreFailedError } from '../store-failed-error.ts';
import { Expected } from './expected.ts';
import { doublesOf, Member } from './member.ts';
import { gather, type Gathering } from './membership.ts';
import { Broadcast } from './broadcast.ts';
import { runScript } from './node-scripts.ts';
import { QuorumStore } from './quorum-store.ts';
import { lockScript, unlockScript } from './voting-scripts.ts';
import { Votes } from './votes.ts';

const RECONNECT_MS_MIN = 50;
const RECONNECT_MS_MAX = 200;

export interface QuorumStoreSettings {
  /** Three or five. */
  readonly addresses: readonly RedisAddress[];
  /** Unique to this process. */
  readonly instanceId: string;
  readonly clock: Clock;
  readonly log: StoreLog;
  /** Tests alone give these: servers that need not sync, time that scripts take for the nodes', and the clock that watches their connections. */
  readonly acceptsFsync?: boolean;
  readonly scriptTime?: (() => Now) | undefined;
  readonly linkClock?: Clock;
}

/** @throws StoreFailedError saying all that is wrong */
export const openQuorumStore = async (settings: QuorumStoreSettings): Promise<QuorumStore> => {
  const { addresses, instanceId, clock, log, acceptsFsync = false, scriptTime, linkClock = clock } = settings;
  let expected: Expected | undefined;
  let isOpen = false;
  // Until then whatever stands in the way is told at the end, once.
  const told: StoreLog = { info: (line) => isOpen && log.info(line), warn: (line) => isOpen && log.warn(line) };
  const reconnectDelayMs = (): number => randomInt(RECONNECT_MS_MIN, RECONNECT_MS_MAX + 1);
  const members = addresses.map((address) => new Member({ address, instanceId, clock, linkClock, reconnectDelayMs, log: told, acceptsFsync, scriptTime, expected: () => expected }));
  try {
    await Promise.all(members.map(({ link }) => link.start()));
    refuseServers(members);
    let gathering = gather(members.map(({ facts }) => facts));
    if (gathering.kind === 'found') gathering = await found(members);
    if (gathering.kind !== 'member') throw failed(members, gathering);
    expected = new Expected(gathering.cluster, gathering.epoch, gathering.sequences, doublesOf(members));
    const ours = expected;
    await Promise.all(members.filter(({ link }) => link.isUp).map((member) => member.look()));
    const broadcast = await Broadcast.start(members, `hfq:${gathering.cluster}:messages`);
    const clients = members.map(({ node }) => node.voting);
    const votes = new Votes({ clock: linkClock, keyOf: (name) => `hfq:v:${name}`, clients, lockScript: (text) => lockScript(ours, { isTested: scriptTime !== undefined })(text), unlockScript });
    await Promise.all(members.map((member) => keepLoaded(member, votes)));
    ours.onEpoch(() => votes.renew());
    const store: QuorumStore = new QuorumStore({
      clock,
      nodes: members.map(({ node }) => node),
      votes,
      storeId: gathering.cluster,
      instanceId,
      epoch: () => ours.epoch,
      random: Math.random,
      publish: (text) => broadcast.publish(text),
      nodeChecks: () => members.map(({ link }) => link.check()),
      closeNodes: async () => void (await Promise.all(members.map(({ link }) => link.close()))),
    });
    broadcast.listen((text) => store.take(text));
    isOpen = true;
    const away = members.filter(({ link }) => !link.isUp);
    for (const { shown, link } of away) log.warn(`${shown} has no vote: ${link.why}. ${members.length - away.length} of ${members.length} nodes are in use.`);
    return store;
  } catch (error) {
    await Promise.all(members.map(({ link }) => link.close()));
    throw error;
  }
};

/** Loads scripts on a node, now and whenever it comes back. */
const keepLoaded = async ({ link }: Member, votes: Pick<Votes, 'scripts'>): Promise<void> => {
  const load = async (): Promise<void> => {
    // A node that is away is loaded when it comes back; until it is, each script is sent whole.
    await Promise.all(votes.scripts.map((text) => link.call((redis) => redis.script('LOAD', text)))).catch(() => {});
  };
  link.onUp(() => void load());
  await load();
};

/** A server that may not be used stands in the way, even where the others would do: it was named by mistake, or is to be mended. */
const refuseServers = (members: readonly Member[]): void => {
  const faults = members.flatMap(({ shown, serverFaults }) => serverFaults.map((fault) => `Cannot use ${shown}: ${fault}.`));
  const seen = new Map<string, string>();
  for (const { shown, runId } of members) {
    if (runId === undefined) continue;
    const other = seen.get(runId);
    if (other !== undefined) faults.push(`${other} and ${shown} are one and the same Redis; a quorum needs servers that fail each for itself.`);
    seen.set(runId, shown);
  }
  if (faults.length > 0) throw new StoreFailedError(faults.join('\n'));
};

const failed = (members: readonly Member[], gathering: Gathering): StoreFailedError => {
  const away = members.flatMap(({ shown, link: { why } }) => (why === undefined ? [] : [`Cannot use ${shown}: ${why}.`]));
  const why = gathering.kind === 'refused' ? gathering.why : 'they could not be made one cluster';
  return new StoreFailedError([...away, `The quorum cannot be used: ${why}.`].join('\n'));
};

/** Makes empty nodes one cluster. Which one is decided on a single node, so that two services which start at once make the same; and none votes before all have it. */
const found = async (members: readonly Member[]): Promise<Gathering> => {
  const inOrder = members.toSorted((a, b) => (a.runId! < b.runId! ? -1 : 1));
  let cluster = `st_${randomBytes(12).toString('base64url')}`;
  for (const [nth, { link, shown }] of inOrder.entries()) {
    const there = (await link.call((redis) => runScript(redis, 'found', [cluster, `n_${randomBytes(6).toString('base64url')}`]))) as string;
    if (nth > 0 && there !== cluster) throw new StoreFailedError(`Cannot use ${shown}: it belongs to another cluster (${there}).`);
    cluster = there;
  }
  for (const { link } of inOrder) await link.call((redis) => runScript(redis, 'confirm', [cluster]));
  for (const member of members) await member.look();
  return gather(members.map(({ facts }) => facts));
};
