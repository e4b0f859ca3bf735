/** The least that the user of a quorum's nodes may do, as `docs/stores.md` has it: everything works with it, over TLS, and nothing in it is never used. */
import t from 'tap';
import { documentedRules, notRefused } from '../support/documented-acl.ts';
import { judgeRights, withLeastRights } from '../support/least-rights.ts';
import { newLeaseId } from '../support/lease-api.ts';
import type { RedisServer } from '../support/redis-server.ts';
import { RunMain } from '../support/run-main.ts';
import { until } from '../support/until.ts';

t.setTimeout(120_000);

t.test('two instances and the reseeding of a node work with it', async (t) => {
  const rules = documentedRules('~hfq:*');
  const scene = await withLeastRights(t, rules, { count: 3, steps: 600 });
  const { servers, services, env, here, there, leaseId } = scene;
  const [wiped] = servers as [RedisServer];

  await wiped.ask((asked) => asked.flushall());
  const isReady = async (): Promise<boolean> => ((await (await fetch(`${services[0]!.baseUrl}/readyz`)).json()) as { checks: { ok: boolean }[] }).checks.every(({ ok }) => ok);
  await until('the wiped node has no vote', async () => !(await isReady()));
  const reseed = new RunMain(t, ['quorum', 'reseed'], env);
  t.equal(await reseed.ended, 0, reseed.stdout + reseed.stderr);
  t.notMatch(reseed.stderr, /NOPERM|pass@/);
  await until('it votes again', isReady);
  t.equal((await there.renew('handed over', leaseId)).status, 200);
  // A node that has forgotten the scripts is sent them whole.
  await wiped.ask((asked) => asked.script('FLUSH'));
  t.equal((await there.release('handed over', leaseId)).status, 204);
  t.equal((await here.acquire('handed over', newLeaseId(), { holder: 'a' })).status, 201);

  await judgeRights(t, rules, { store: 'quorum', of: scene });
  t.same(await notRefused(wiped, [['GET', 'other'], ['SCRIPT', 'FLUSH']]), [], 'nor are other keys, or the scripts of others');
  t.match(await notRefused(wiped, [['EVAL', "return redis.call('GET', 'other')", '0']]), [/NOPERM|can't access/], 'not within a script either');
});
