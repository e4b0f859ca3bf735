/** The Redis that the tests start for themselves: what a kill, a stop and a wipe do to it. */
import { existsSync } from 'node:fs';
import t from 'tap';
import { startRedisServer } from '../support/redis-server.ts';
import { pause } from '../support/until.ts';

t.test('a kill loses nothing that was acknowledged, and it comes back on its port', async (t) => {
  const redis = await startRedisServer(t);
  await redis.ask(async (asked) => {
    for (let number = 0; number < 100; number += 1) await asked.set(`key ${number}`, number);
  });
  await redis.kill();
  await t.rejects(redis.ask((asked) => asked.ping()), { message: /ECONNREFUSED|closed/ });
  await redis.start();
  t.equal(await redis.ask((asked) => asked.dbsize()), 100);
  const [, policy] = (await redis.ask((asked) => asked.config('GET', 'appendfsync'))) as [string, string];
  t.equal(policy, 'always');
});

t.test('a wipe leaves nothing', async (t) => {
  const redis = await startRedisServer(t);
  await redis.ask((asked) => asked.set('key', 'value'));
  await redis.wipe();
  t.equal(await redis.ask((asked) => asked.dbsize()), 0);
});

t.test('a pause answers nobody, and loses nothing', async (t) => {
  const redis = await startRedisServer(t);
  await redis.ask(async (asked) => {
    redis.pause();
    const answered = asked.ping();
    t.equal(await Promise.race([answered, pause(200)]), undefined, 'no answer');
    redis.resume();
    t.equal(await answered, 'PONG');
  });
});

t.test('it is gone with its folder when its test ends, stopped or not', async (t) => {
  let left = '';
  let port = 0;
  await t.test('a test', async (t) => {
    const redis = await startRedisServer(t);
    [left, port] = [redis.folder, redis.port];
    t.ok(existsSync(left));
    redis.pause();
  });
  t.notOk(existsSync(left));
  await t.rejects(fetch(`http://127.0.0.1:${port}`));
});
