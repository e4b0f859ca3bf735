import type { ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import t from 'tap';
import { StaleFencingTokenError } from '../../../client/src/errors.ts';
import { type RedisEvaluator, redisFence } from '../../../client/src/fences/redis.ts';
import { forkProgram } from '../../support/fork-program.ts';
import { connectRedis, ownRedis, ownRedisCluster } from '../../support/own-redis.ts';
import type { RedisEntry, RedisWriterNews } from '../../support/redis-fence-writer.ts';
import { until } from '../../support/until.ts';

const LARGEST = Number.MAX_SAFE_INTEGER;
const WRITER = fileURLToPath(new URL('../../support/redis-fence-writer.ts', import.meta.url));
const WRITERS = 4;
const KILLS = 12;

const socketPath = await ownRedis(t);
const redis = await connectRedis(socketPath);
t.teardown(() => redis.disconnect());

const stale = (fencingToken: number, currentToken: number) => ({
  name: 'StaleFencingTokenError',
  code: 'stale-fencing-token',
  verdict: 'superseded',
  outcome: 'not-applied',
  fencingToken,
  currentToken,
});

t.test('a larger token and an equal one write, a smaller one is refused and changes nothing', async (t) => {
  const value = redisFence(redis, 'value');
  await value.set(10, 'of 10');
  await value.set(10, 'of 10 again');
  t.equal(await redis.get('value'), 'of 10 again');
  await value.raise(11);
  await t.rejects(value.set(10, 'too late'), stale(10, 11));
  await t.rejects(value.raise(10), stale(10, 11));
  t.equal(await redis.get('value'), 'of 10 again');
  t.equal(await redis.get('{value}:fencing-token'), '11');
  await value.set(12, new Uint8Array([0, 255, 10]));
  t.strictSame(await redis.getBuffer('value'), Buffer.from([0, 255, 10]), 'bytes stay as they are');
  await redisFence(redis, 'another').set(1, 'x');
  t.equal(await redis.get('another'), 'x', 'each key has its own token');
});

t.test('entries are appended in order, and once by their id', async (t) => {
  const list = redisFence(redis, 'list');
  t.strictSame(await list.append(5, 'a'), { length: 1, repeated: false });
  t.strictSame(await list.append(5, 'a'), { length: 2, repeated: false }, 'without an id nothing is known of a repeat');
  t.strictSame(await list.append(5, 'b', { id: 'r1' }), { length: 3, repeated: false });
  t.strictSame(await list.append(5, 'b', { id: 'r1' }), { length: 3, repeated: true });
  t.strictSame(await list.append(7, 'b', { id: 'r1' }), { length: 3, repeated: true }, 'by a later holder too');
  await t.rejects(list.append(6, 'b', { id: 'r1' }), stale(6, 7), 'a repeat raises the token as any write');
  await t.rejects(list.append(6, 'c', { id: 'r2' }), stale(6, 7));
  t.strictSame(await list.append(7, 'c', { id: 'r2' }), { length: 4, repeated: false }, 'the id of a refused append is not used up');
  t.strictSame(await redis.lrange('list', 0, -1), ['a', 'a', 'b', 'c']);
});

t.test('the last 1,000 ids are remembered', async (t) => {
  const list = redisFence(redis, 'remembered');
  for (let number = 0; number < 1000; number += 1) await list.append(1, 'x', { id: `r${number}` });
  t.equal((await list.append(1, 'x', { id: 'r0' })).repeated, true, 'the oldest of 1,000');
  await list.append(1, 'x', { id: 'r1000' });
  t.equal((await list.append(1, 'x', { id: 'r1' })).repeated, true);
  t.equal((await list.append(1, 'x', { id: 'r0' })).repeated, false, 'the oldest of 1,001');
  t.equal(await redis.llen('{remembered}:append-ids'), 1000);
});

t.test('tokens are exact up to 2^53 - 1', async (t) => {
  const exact = redisFence(redis, 'exact');
  await exact.raise(LARGEST - 1);
  t.equal(await redis.get('{exact}:fencing-token'), '9007199254740990');
  await t.rejects(exact.raise(LARGEST - 2), stale(LARGEST - 2, LARGEST - 1));
  await exact.set(LARGEST, 'x');
  t.equal(await redis.get('{exact}:fencing-token'), '9007199254740991');
  await t.rejects(exact.raise(LARGEST - 1), stale(LARGEST - 1, LARGEST));
  await exact.raise(LARGEST);
  const digits = redisFence(redis, 'digits');
  await digits.raise(9);
  await digits.raise(10);
  await t.rejects(digits.raise(9), stale(9, 10), 'numbers are compared, not their digits');
});

t.test('what is out of its range is refused before Redis is asked', async (t) => {
  const nobody: RedisEvaluator = { eval: async () => t.fail('Redis was asked') };
  const fence = redisFence(nobody, 'x');
  for (const wrong of [0, -1, 1.5, 2 ** 53, Number.NaN, Infinity, '7' as unknown as number]) {
    await t.rejects(fence.raise(wrong), { code: 'request-invalid', message: /fencingToken is .*2\^53 - 1/ });
  }
  const largest = 16 * 1024 * 1024;
  await t.rejects(fence.set(1, 'x'.repeat(largest + 1)), { code: 'request-invalid', message: /value has 16777217 bytes.*16777216 at most/ });
  await t.rejects(fence.append(1, new Uint8Array(largest + 1)), { code: 'request-invalid', message: /entry has/ });
  await t.rejects(fence.append(1, 'x', { id: '' }), { code: 'request-invalid', message: /id has 0 characters/ });
  await t.rejects(fence.append(1, 'x', { id: 'i'.repeat(513) }), { code: 'request-invalid', message: /id has 513 characters.*512/ });
  await redisFence(redis, 'largest').set(1, 'x'.repeat(largest));
  t.equal(await redis.strlen('largest'), largest);
  await redisFence(redis, 'longest').append(1, 'x', { id: 'i'.repeat(512) });
});

t.test('in a cluster the keys beside a key are in its hash slot', async (t) => {
  const cluster = await connectRedis(await ownRedisCluster(t));
  t.teardown(() => cluster.disconnect());
  const apart = cluster.eval('return 1', 2, 'oc_1', 'oc_1:fencing-token');
  await t.rejects(apart, { message: /CROSSSLOT/ }, 'the cluster refuses keys that are apart');
  for (const key of ['oc_1', 'agent:main:feishu:oc_1', 'chat:{oc_1}', '{oc_1}:chat', 'a{b', '{{oc}}', 'a{b}c{d}', 'ä{ö', '}{oc}', '{a', 'a{{}b']) {
    t.strictSame(await redisFence(cluster, key).append(2, key, { id: 'r1' }), { length: 1, repeated: false }, key);
    t.strictSame(await cluster.lrange(key, 0, -1), [key], 'the key itself is left as it is');
    await t.rejects(redisFence(cluster, key).raise(1), stale(1, 2));
  }
  for (const key of ['', 'a}b', '{}', 'a{}b', 'a{}{b}']) {
    t.throws(() => redisFence(cluster, key), { code: 'request-invalid', message: /^key/ }, `refused: ${key}`);
  }
});

t.test('whatever is wrong with the keys is told, and nothing is half done', async (t) => {
  await redis.set('text', 'x');
  await t.rejects(redisFence(redis, 'text').append(5, 'y', { id: 'r1' }), { message: /WRONGTYPE/ });
  t.strictSame([await redis.exists('{text}:fencing-token'), await redis.exists('{text}:append-ids')], [0, 0]);
  await redis.set('{ids}:append-ids', 'x');
  await t.rejects(redisFence(redis, 'ids').append(5, 'y', { id: 'r1' }), { message: /WRONGTYPE/ });
  t.equal(await redis.exists('ids'), 0);
  await redis.rpush('{kept}:fencing-token', 'x');
  await t.rejects(redisFence(redis, 'kept').set(5, 'y'), { message: /WRONGTYPE/ });
  t.equal(await redis.exists('kept'), 0);
  for (const kept of ['', 'x', '1.5', '-1', '9e15', '12345678901234567']) {
    await redis.set('{odd}:fencing-token', kept);
    await t.rejects(redisFence(redis, 'odd').set(5, 'y'), { code: 'fence-broken', outcome: 'not-applied', message: /\{odd\}:fencing-token/ });
  }
  t.equal(await redis.exists('odd'), 0);
});

interface Model {
  fencingToken: number;
  entries: string[];
  ids: string[];
}

/** What the script has to do, as a function of what is there. */
const modelled = (model: Model, { token, id, entry }: { token: number; id: string | undefined; entry: string }): string => {
  if (token < model.fencingToken) return `stale ${model.fencingToken}`;
  model.fencingToken = token;
  if (id !== undefined && model.ids.includes(id)) return `repeated ${model.entries.length}`;
  model.entries.push(entry);
  if (id !== undefined) model.ids.push(id);
  return `done ${model.entries.length}`;
};

t.test('the script does what the model does, whatever comes', async (t) => {
  const token = fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: LARGEST - 3, max: LARGEST }));
  const call = fc.record({ token, id: fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined }), entry: fc.string() });
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(call, { maxLength: 20 }), async (calls) => {
      runs += 1;
      const key = `model-${runs}`;
      const fence = redisFence(redis, key);
      const model: Model = { fencingToken: 0, entries: [], ids: [] };
      for (const asked of calls) {
        const seen = await fence.append(asked.token, asked.entry, asked.id === undefined ? {} : { id: asked.id }).then(
          ({ length, repeated }) => `${repeated ? 'repeated' : 'done'} ${length}`,
          (error: StaleFencingTokenError) => `stale ${error.currentToken}`,
        );
        const wanted = modelled(model, asked);
        if (seen !== wanted) throw new Error(`${JSON.stringify(asked)}: ${seen} instead of ${wanted}`);
      }
      return JSON.stringify(await redis.lrange(key, 0, -1)) === JSON.stringify(model.entries);
    }),
    { numRuns: 100 },
  );
  t.equal(runs, 100);
});

t.test('of many processes whose tokens race each other, no older one stands behind a newer one', async (t) => {
  const from = LARGEST - 1_000_000;
  const acknowledged: RedisEntry[] = [];
  const refusals: { refused: number; current: number }[] = [];
  let started = 0;
  let repeats = 0;
  const start = (): ChildProcess => {
    started += 1;
    const child = forkProgram(WRITER, { socketPath, listKey: 'raced', valueKey: 'raced-value', writer: `writer-${started}`, from });
    t.teardown(() => child.kill('SIGKILL'));
    child.on('message', (news: RedisWriterNews) => {
      if ('refused' in news) return void refusals.push(news);
      acknowledged.push(news.appended);
      if (news.isRepeat) repeats += 1;
    });
    return child;
  };
  const kill = async (child: ChildProcess): Promise<void> => {
    // What it told before it died may be read only after its exit was noticed.
    const gone = Promise.all([once(child, 'exit'), once(child, 'disconnect')]);
    t.equal(child.exitCode, null, 'it was alive');
    child.kill('SIGKILL');
    await gone;
  };
  const progress = (appends: number): Promise<unknown> => {
    const goal = acknowledged.length + appends;
    return until(`${appends} appends more`, () => acknowledged.length >= goal, { everyMs: 1 });
  };

  const alive = Array.from({ length: WRITERS }, start);
  await progress(40);
  for (let kills = 0; kills < KILLS; kills += 1) {
    const victim = randomInt(WRITERS);
    await kill(alive[victim] as ChildProcess);
    alive[victim] = start();
    await progress(randomInt(5, 15));
  }
  for (const child of alive) await kill(child);

  const last = Number(await redis.get('{raced}:fencing-token'));
  // What a killed process had sent is behind it: Redis may read it later than the process died.
  await redisFence(redis, 'raced').raise(last + 10);
  const entries = (await redis.lrange('raced', 0, -1)).map((text) => JSON.parse(text) as RedisEntry);
  const tokens = entries.map(({ fencingToken }) => fencingToken);
  t.strictSame(tokens, tokens.toSorted((one, other) => one - other), 'tokens never decrease');
  t.equal(new Set(entries.map(({ name }) => name)).size, entries.length, 'no entry twice');
  const stored = new Set(entries.map(({ name }) => name));
  t.strictSame(acknowledged.filter(({ name }) => !stored.has(name)), [], 'whatever was acknowledged is there');
  t.ok(entries.length - acknowledged.length <= started, 'beyond it only what a killed process could not report');
  t.equal(repeats, 0, 'no first append was taken for a repeat');
  t.ok(refusals.length > 0 && refusals.every(({ refused, current }) => refused < current), 'stale tokens were tried and refused');
  const value = JSON.parse((await redis.get('raced-value')) ?? '') as RedisEntry;
  t.equal(String(value.fencingToken), await redis.get('{raced-value}:fencing-token'), 'the value is that of the largest token');
  t.comment(`${entries.length} entries, ${refusals.length} refusals, ${KILLS + WRITERS} kills`);
});
