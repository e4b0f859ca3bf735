/** Redis stores for the conformance suite: each in a database of its own of one Redis, on the time of the test. */
import type { Test } from 'tap';
import { systemClock } from '../../service/src/clock.ts';
import type { LeaseStore } from '../../service/src/session/store.ts';
import { openRedisStore } from '../../service/src/stores/redis/open.ts';
import type { FakeClock } from './fake-clock.ts';
import { ownRedis } from './own-redis.ts';

/** More than a suite opens. */
const DATABASES = 1_000;
const TTL_MS_MAX = 3_600_000;

export interface RedisStores {
  /** A store with nothing in it. */
  readonly open: (t: Test, clock: FakeClock) => Promise<LeaseStore>;
  /** What opens one and the same store again and again. */
  readonly openAgain: (t: Test) => (clock: FakeClock) => Promise<LeaseStore>;
}

export interface OpeningRedisStore {
  readonly socketPath: string;
  readonly db: number;
  /** With which the connections begin that wait in the test. */
  readonly instanceId: string;
  readonly clock: FakeClock;
}

/** One on the time of the test; only its connections are watched in real time. */
export const openOnOwnRedis = (t: Test, { socketPath, db, instanceId, clock }: OpeningRedisStore): Promise<LeaseStore> =>
  openRedisStore({
    address: { host: '', port: 0, db, tls: false, socketPath },
    accepted: ['fsync'],
    instanceId,
    ttlMsMax: TTL_MS_MAX,
    clock,
    scriptTime: () => clock.now(),
    linkClock: systemClock,
    log: { info: () => {}, warn: (line) => t.comment(line) },
    onFatal: (error) => void t.fail(error.message),
  });

export const redisStores = async (t: Test, instanceId: string): Promise<RedisStores> => {
  // Nothing is written to a disk: what survives one is shown elsewhere.
  const socketPath = await ownRedis(t, ['--databases', String(DATABASES)]);
  let databases = 0;
  const openAgain: RedisStores['openAgain'] = (t) => {
    const db = (databases += 1);
    return (clock) => openOnOwnRedis(t, { socketPath, db, instanceId, clock });
  };
  return { open: (t, clock) => openAgain(t)(clock), openAgain };
};
