// Whose a Redis is: the first to come names the store, the others find it, and what has been lost is told from what never was.
import type { Redis } from 'ioredis';
import t, { type Test } from 'tap';
import { claimStore } from '../../../../service/src/stores/redis/marking.ts';
import { ALL_PARTITIONS, metaKey } from '../../../../service/src/stores/redis/partitions.ts';
import { connectRedis, ownRedis } from '../../../support/own-redis.ts';

const TTL_MS_MAX = 3_600_000;
const NOW_MS = 1_700_000_000_000;
const TIME = `${NOW_MS}:${NOW_MS * 1_000}`;

const connect = async (t: Test): Promise<Redis> => {
  const redis = await connectRedis(await ownRedis(t));
  t.teardown(() => redis.disconnect());
  return redis;
};

const claim = (redis: Redis, newStoreId: string) => claimStore(redis, { newStoreId, ttlMsMax: TTL_MS_MAX, time: TIME });

const members = (redis: Redis, member: string): Promise<(string | null)[]> => Promise.all(ALL_PARTITIONS.map((partition) => redis.hget(metaKey(partition), member)));
const all = <T>(value: T): T[] => ALL_PARTITIONS.map(() => value);

/** As a running instance does that has seen the loss. */
const restore = (redis: Redis, partition: number, storeId: string): Promise<unknown> =>
  redis.hset(metaKey(partition), { layout: '2', store: storeId, floor: '77', noGrantsBefore: String(NOW_MS + 30_000) });

t.test('on an empty Redis the first names the store, and may grant at once; the next ones find it', async (t) => {
  const redis = await connect(t);
  t.strictSame(await claim(redis, 'st_1'), { storeId: 'st_1', lostPartitions: [] });
  t.strictSame(await claim(redis, 'st_2'), { storeId: 'st_1', lostPartitions: [] });
  t.strictSame(await members(redis, 'store'), all('st_1'));
  t.strictSame(await members(redis, 'noGrantsBefore'), all('0'));
});

t.test('of many that start at once on an empty Redis one names the store, and nothing was lost', async (t) => {
  const redis = await connect(t);
  const claimed = await Promise.all(Array.from({ length: 8 }, (_, nth) => claim(redis, `st_${nth}`)));
  t.equal(new Set(claimed.map(({ storeId }) => storeId)).size, 1);
  t.strictSame(await members(redis, 'store'), all(claimed[0]!.storeId));
  t.strictSame(await members(redis, 'noGrantsBefore'), all('0'));
});

t.test('a start that was cut off in the midst of it is finished by the next, and is no loss', async (t) => {
  const redis = await connect(t);
  await claim(redis, 'st_1');
  await redis.hdel(metaKey(0), 'ready');
  await redis.del(metaKey(62), metaKey(63));
  t.strictSame(await claim(redis, 'st_2'), { storeId: 'st_1', lostPartitions: [] });
  t.strictSame(await members(redis, 'noGrantsBefore'), all('0'));
});

t.test('a partition that is empty where others are not was lost: no grants there for the longest TTL, and tokens above every floor', async (t) => {
  for (const lost of [[7, 9], [0], [0, 1]]) {
    const redis = await connect(t);
    await claim(redis, 'st_1');
    await redis.hset(metaKey(20), 'floor', '9000000000000000');
    await redis.del(...lost.map(metaKey));
    t.strictSame(await claim(redis, 'st_2'), { storeId: 'st_1', lostPartitions: lost });
    t.strictSame(await members(redis, 'noGrantsBefore'), ALL_PARTITIONS.map((partition) => (lost.includes(partition) ? String(NOW_MS + TTL_MS_MAX) : '0')));
    for (const partition of lost) t.equal(await redis.hget(metaKey(partition), 'floor'), '9000000000000000');
  }
});

t.test('a newcomer that a running instance forestalls takes its store, and what is empty for lost', async (t) => {
  const redis = await connect(t);
  // Between the newcomer's look, which finds nothing, and its first mark.
  const forestalled = new Proxy(redis, {
    get(target, property) {
      if (property !== 'fcall') return Reflect.get(target, property, target);
      return async (...args: Parameters<Redis['fcall']>) => {
        await target.hsetnx(metaKey(0), 'store', 'st_running').then(async (first) => first === 1 && restore(target, 0, 'st_running'));
        return target.fcall(...args);
      };
    },
  });
  const { storeId, lostPartitions } = await claim(forestalled, 'st_new');
  t.equal(storeId, 'st_running');
  t.strictSame(lostPartitions, ALL_PARTITIONS);
  t.strictSame(await members(redis, 'store'), all('st_running'));
  const ends = await members(redis, 'noGrantsBefore');
  t.equal(ends[0], String(NOW_MS + 30_000), 'what the running one has said stands');
  t.strictSame(ends.slice(1), all(String(NOW_MS + TTL_MS_MAX)).slice(1));
});

t.test('a restoration that was never finished is a loss too', async (t) => {
  const redis = await connect(t);
  await restore(redis, 0, 'st_1');
  const { storeId, lostPartitions } = await claim(redis, 'st_2');
  t.equal(storeId, 'st_1');
  t.strictSame(lostPartitions, ALL_PARTITIONS.slice(1));
});

t.test('parts of two stores are refused', async (t) => {
  const redis = await connect(t);
  await claim(redis, 'st_1');
  await redis.hset(metaKey(30), 'store', 'st_2');
  await t.rejects(claim(redis, 'st_3'), { name: 'StoreFailedError', message: 'This Redis holds parts of two stores, st_1 and st_2; a script of one would not see the other.' });
});
