// A Redis that loses its state under a store that goes on: whose it is afterwards, and what is answered meanwhile.
import type { Redis } from 'ioredis';
import t, { type Test } from 'tap';
import { systemClock } from '../../../../service/src/clock.ts';
import type { LeaseStore } from '../../../../service/src/session/store.ts';
import { openRedisStore } from '../../../../service/src/stores/redis/open.ts';
import { ALL_PARTITIONS, metaKey, nameText, partitionOf } from '../../../../service/src/stores/redis/partitions.ts';
import { INSTANCE_ID, nameOf, StoreUnderTest } from '../../../conformance/store-under-test.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { connectRedis, ownRedis } from '../../../support/own-redis.ts';

const SESSION = 'session';
const PARTITION = partitionOf(nameText(nameOf(SESSION)));

/** A store whose rounds wait for the test's clock, so that only what is asked of it sees a loss. */
const scene = async (t: Test): Promise<{ redis: Redis; under: StoreUnderTest; store: LeaseStore; fatal: Error[]; warned: string[] }> => {
  const socketPath = await ownRedis(t);
  const [clock, fatal, warned] = [new FakeClock(), [] as Error[], [] as string[]];
  const store = await openRedisStore({
    address: { host: '', port: 0, db: 0, tls: false, socketPath },
    accepted: ['fsync'],
    instanceId: INSTANCE_ID,
    ttlMsMax: 3_600_000,
    clock,
    scriptTime: () => clock.now(),
    linkClock: systemClock,
    log: { info: () => {}, warn: (line) => void warned.push(line) },
    onFatal: (error) => void fatal.push(error),
    newStoreId: 'st_old',
  });
  const redis = await connectRedis(socketPath);
  t.teardown(() => redis.disconnect());
  t.teardown(() => store.close());
  return { redis, under: StoreUnderTest.on(store, clock, { isDistant: true }), store, fatal, warned };
};

const stores = (redis: Redis): Promise<(string | null)[]> => Promise.all(ALL_PARTITIONS.map((partition) => redis.hget(metaKey(partition), 'store')));

t.test('whoever asks first restores the partition, and the first of all before it', async (t) => {
  const { redis, under, fatal, warned } = await scene(t);
  const token = await under.take(SESSION, 'a', { ttlMs: 20_000 });
  await redis.flushall();
  t.match(await under.inspect(SESSION), { kind: 'session', held: false });
  t.strictSame(await stores(redis), ALL_PARTITIONS.map((partition) => (partition === 0 || partition === PARTITION ? 'st_old' : null)));
  t.equal(await redis.hget(metaKey(PARTITION), 'floor'), String(token));
  t.match(warned.filter((line) => line.startsWith('Redis has lost')), [/lost partition 0/, new RegExp(`lost partition ${PARTITION}:.* Nothing is granted there for 20000 ms`)]);
  await t.rejects(under.acquire(SESSION, 'b'), { code: 'store-unavailable', outcome: 'not-applied' });
  under.clock.advance(19_999);
  await t.rejects(under.acquire(SESSION, 'b'), { code: 'store-unavailable' });
  under.clock.advance(1);
  t.ok((await under.take(SESSION, 'b')) > token);
  t.strictSame(fatal, []);
});

t.test('where another store has come first, nothing is marked, and the end is told once', async (t) => {
  const { redis, under, fatal } = await scene(t);
  await under.take(SESSION, 'a');
  await redis.flushall();
  // A newcomer has just begun.
  await redis.hset(metaKey(0), { layout: '1', store: 'st_new', floor: '0', noGrantsBefore: '0' });
  for (let asked = 0; asked < 3; asked += 1) await t.rejects(under.inspect(SESSION), { code: 'store-unavailable', outcome: 'not-applied' });
  t.strictSame(await stores(redis), ALL_PARTITIONS.map((partition) => (partition === 0 ? 'st_new' : null)), 'the newcomer finds what is left as empty as it was');
  t.equal(fatal.length, 1);
  t.match(fatal[0]?.message, /^Cannot use .*: it holds another store now\.$/);
});

t.test('a request that waits goes on waiting through the loss, and is told how long it waited in all', async (t) => {
  const { redis, under } = await scene(t);
  await under.take(SESSION, 'a', { ttlMs: 10_000 });
  t.match(await under.wait(SESSION, 'w'), { kind: 'waiting' });
  await under.pass(5_000, SESSION);
  await redis.flushall();
  await under.pass(9_900, SESSION);
  t.strictSame(under.takeWakes(SESSION), [], 'nobody is granted anything');
  await under.pass(1_000, SESSION);
  const [wake, ...others] = under.takeWakes(SESSION);
  t.strictSame(others, []);
  t.match(wake, { outcome: { kind: 'granted', remainingMs: 30_000 } });
  const { waitedMs } = wake!.outcome as { waitedMs: number };
  t.ok(waitedMs >= 15_000 && waitedMs <= 16_000, `${waitedMs} ms`);
});
