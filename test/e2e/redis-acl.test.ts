/** The least that a Redis user of the service may do, as `docs/stores.md` has it: everything works with it, over TLS, and nothing in it is never used. */
import t from 'tap';
import { documentedRules, notRefused } from '../support/documented-acl.ts';
import { judgeRights, withLeastRights } from '../support/least-rights.ts';
import type { RedisServer } from '../support/redis-server.ts';
import { until } from '../support/until.ts';

t.setTimeout(120_000);

t.test('two instances work with it, through a wait, a loss of Redis and a loss of its state', async (t) => {
  const rules = documentedRules('~hf:*');
  const scene = await withLeastRights(t, rules, { count: 1, steps: 1_500 });
  const { servers, services, here } = scene;
  const [redis] = servers as [RedisServer];

  await redis.ask((asked) => asked.flushall());
  await until('the lost state is restored', () => /Redis has lost partition/.test(services.map(({ stderr }) => stderr).join('')));
  await until('and it answers', async () => (await here.inspect('handed over')).status === 200);

  await judgeRights(t, rules, { store: 'redis', of: scene });
  t.same(await notRefused(redis, [['GET', 'hf:x'], ['EVAL', 'return 1', '0'], ['FUNCTION', 'FLUSH']]), [], 'no scripts but its own');
});
