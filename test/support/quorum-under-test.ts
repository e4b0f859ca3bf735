/** Quorum stores for the conformance suite: each in a database of its own of each of the nodes, on the time of the test. */
import type { Test } from 'tap';
import { systemClock } from '../../service/src/clock.ts';
import { openQuorumStore } from '../../service/src/stores/quorum/open.ts';
import type { QuorumStore } from '../../service/src/stores/quorum/quorum-store.ts';
import type { FakeClock } from './fake-clock.ts';
import { ownRedis } from './own-redis.ts';

/** More than a suite opens. */
const DATABASES = 1_000;

/** A store on databases of this number of the nodes at these sockets. */
export const openOnSockets = (t: Test, clock: FakeClock, { sockets, db, instanceId }: { readonly sockets: readonly string[]; readonly db: number; readonly instanceId: string }): Promise<QuorumStore> =>
  openQuorumStore({
    addresses: sockets.map((socketPath) => ({ host: '', port: 0, db, tls: false, socketPath })),
    instanceId,
    clock,
    scriptTime: () => clock.now(),
    linkClock: systemClock,
    acceptsFsync: true,
    log: { info: () => {}, warn: (line) => t.comment(line) },
  });

/** @returns what opens a store with nothing in it */
export const quorumStores = async (t: Test, instanceId: string, count = 3): Promise<(t: Test, clock: FakeClock) => Promise<QuorumStore>> => {
  // Nothing is written to a disk: what survives one is shown elsewhere.
  const sockets = await Promise.all(Array.from({ length: count }, () => ownRedis(t, ['--databases', String(DATABASES)])));
  let databases = 0;
  return (t, clock) => {
    const db = (databases += 1);
    return openOnSockets(t, clock, { sockets, db, instanceId });
  };
};
