// What became of a command, from the error that it met: against a real Redis where Redis decides, and never with its arguments.
import { inspect } from 'node:util';
import { ReplyError } from 'ioredis';
import t from 'tap';
import { StoreUnavailableError } from '../../../../service/src/session/errors.ts';
import { outcomeAfter, replyCode, unavailable } from '../../../../service/src/stores/redis/command-faults.ts';
import { makeConnection } from '../../../../service/src/stores/redis/connections.ts';
import { connectRedis, ownRedis } from '../../../support/own-redis.ts';

const errorOf = async (work: Promise<unknown>): Promise<Error> => {
  try {
    await work;
  } catch (error) {
    return error as Error;
  }
  throw new Error('it did not fail');
};

t.test('answers given before anything is changed say that nothing was', async (t) => {
  const before = ['LOADING Redis is loading the dataset in memory', 'BUSY Redis is busy running a script', 'NOSCRIPT No matching script', 'READONLY You can\'t write', 'UNMARKED', 'FOREIGN store', 'NOAUTH Authentication required.'];
  for (const message of before) t.equal(outcomeAfter(new ReplyError(message)), 'not-applied', message);
  for (const message of ['ERR user_script:7: attempt to index nil', 'WRONGTYPE Operation against a key', 'NOPERM no permissions']) t.equal(outcomeAfter(new ReplyError(message)), 'unknown', message);
  for (const message of ['Connection is closed.', 'Command aborted due to connection close', 'Reached the max retries per request limit (which is 0).', 'read ECONNRESET']) t.equal(outcomeAfter(new Error(message)), 'unknown', message);
  t.equal(replyCode(new Error('OOM of somebody else')), undefined);
});

t.test('a script without memory, or with a disk that refuses, has not begun; one that fails in the middle has', async (t) => {
  const redis = await connectRedis(await ownRedis(t, ['--maxmemory-policy', 'noeviction']));
  t.teardown(() => redis.disconnect());
  await redis.config('SET', 'maxmemory', '1');
  const withoutMemory = await errorOf(redis.eval("redis.call('SET', KEYS[1], 'x')", 1, 'k'));
  t.equal(outcomeAfter(withoutMemory), 'not-applied', withoutMemory.message);
  t.equal(await redis.exists('k'), 0);
  await redis.config('SET', 'maxmemory', '0');
  const inTheMiddle = await errorOf(redis.eval("redis.call('SET', KEYS[1], 'x') redis.call('LPUSH', KEYS[1], 'y')", 1, 'k'));
  t.equal(outcomeAfter(inTheMiddle), 'unknown', inTheMiddle.message);
  t.equal(await redis.get('k'), 'x', 'its first write stands');
  await redis.replicaof('127.0.0.1', '1');
  const onReplica = await errorOf(redis.eval("redis.call('SET', KEYS[1], 'z')", 1, 'k'));
  t.equal(outcomeAfter(onReplica), 'not-applied', onReplica.message);
});

t.test('a command on a connection that is not there was surely not sent; one whose answer is cut off may have been', async (t) => {
  const socketPath = await ownRedis(t);
  const redis = makeConnection({ address: { host: '', port: 0, db: 0, tls: false, socketPath }, name: 'test', reconnectDelayMs: () => 60_000 });
  redis.on('error', () => {}); // the commands fail as well
  t.teardown(() => redis.disconnect());
  const connecting = redis.connect();
  t.equal(outcomeAfter(await errorOf(redis.set('k', 'early'))), 'not-applied', 'while it connects');
  await connecting;
  const cut = errorOf(redis.eval("redis.call('SET', KEYS[1], 'x') while true do end", 1, 'k'));
  setImmediate(() => setImmediate(() => redis.stream.destroy()));
  t.equal(outcomeAfter(await cut), 'unknown', 'told as soon as the connection is gone, and never sent again');
  t.equal(outcomeAfter(await errorOf(redis.set('k', 'late'))), 'not-applied', 'while it waits for its next attempt');
});

t.test('the error that is told carries neither arguments nor secrets', async (t) => {
  const redis = await connectRedis(await ownRedis(t));
  t.teardown(() => redis.disconnect());
  const raw = await errorOf(redis.evalsha('0'.repeat(40), 1, 'k', 'hunter2'));
  t.match(inspect(raw, { depth: 9 }), /hunter2/, 'ioredis would tell them');
  const told = unavailable(raw);
  t.ok(told instanceof StoreUnavailableError);
  t.match(told, { code: 'store-unavailable', outcome: 'not-applied', message: 'Redis does not know the script.' });
  t.notMatch(inspect(told, { depth: 9 }), /hunter2/);
  t.match(unavailable(new Error('Connection is closed.')), { outcome: 'unknown', message: 'Redis did not answer; the command may or may not have been carried out.' });
  t.match(unavailable(new ReplyError('ERR oops')), { outcome: 'unknown', message: 'Redis answered with an error (ERR); the command may or may not have been carried out.' });
  t.equal(unavailable(told), told);
});
