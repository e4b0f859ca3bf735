/** The least that a Redis user of the service may do, as `docs/stores.md` has it: everything works with it, over TLS, and nothing in it is never used. */
import t from 'tap';
import { callsOf, commandsOfScripts, documentedRules, giveUser, grantedIn, notRefused } from '../support/documented-acl.ts';
import { inParallel } from '../support/in-parallel.ts';
import { LeaseApi, newLeaseId } from '../support/lease-api.ts';
import { OwnAuthority } from '../support/own-certificates.ts';
import { lastingPort, startRedisServer } from '../support/redis-server.ts';
import { spawnService } from '../support/spawn-service.ts';
import { Tenant } from '../support/tenant.ts';
import { until } from '../support/until.ts';

t.setTimeout(120_000);

const STEPS = 1_500;

t.test('two instances work with it, through a wait, a loss of Redis and a loss of its state', async (t) => {
  const rules = documentedRules('~hf:*');
  t.ok(rules.length > 20, `${rules.length} rules`);
  const authority = new OwnAuthority(t);
  const { certFile, keyFile } = authority.sign();
  const port = await lastingPort();
  const redis = await startRedisServer(t, { settings: ['--tls-port', String(port), '--tls-cert-file', certFile, '--tls-key-file', keyFile, '--tls-ca-cert-file', authority.certFile, '--tls-auth-clients', 'no'] });
  await giveUser(redis, rules);
  // Another database than the first, which has to be selected.
  const setting = { store: { redis: `rediss://holdfast:pass@127.0.0.1:${port}/1` }, env: { NODE_EXTRA_CA_CERTS: authority.certFile } };
  const services = [await spawnService(t, setting), await spawnService(t, setting)];
  const tenants = services.map(({ baseUrl }, nth) => new Tenant(`default-${nth}`, { baseUrl, seed: nth }));
  await inParallel(Array.from({ length: STEPS }), 8, async () => tenants[Math.random() < 0.5 ? 0 : 1]!.step());

  const [here, there] = services.map(({ baseUrl }) => new LeaseApi(baseUrl)) as [LeaseApi, LeaseApi];
  t.teardown(async () => [here, there].forEach((api) => api.close()));
  const [leaseId, waiting] = [newLeaseId(), newLeaseId()];
  t.equal((await here.acquire('handed over', leaseId, { holder: 'a' })).status, 201);
  const waits = there.acquire('handed over', waiting, { holder: 'b', waitMs: 10_000 });
  await until('it waits', async () => (await here.inspect('handed over')).body.waiters?.length === 1);
  await here.release('handed over', leaseId);
  t.equal((await waits).status, 201, 'woken from the other instance');

  await redis.ask((asked) => asked.flushall());
  await until('the lost state is restored', () => /Redis has lost partition/.test(services[0]!.stderr + services[1]!.stderr));
  await until('and it answers', async () => (await here.inspect('handed over')).status === 200);

  const called = await callsOf(redis);
  const granted = grantedIn(rules);
  const inScripts = commandsOfScripts('redis');
  t.same(granted.filter((command) => !called.has(command) && !inScripts.has(command)), [], 'each command that it may use was used, or stands in a script that comes to it rarely');
  t.same([...inScripts].filter((command) => !granted.includes(command)), [], 'and no script comes to another one');
  const denied = tenants.flatMap(({ statuses }) => [...statuses].filter(([status]) => status >= 500));
  t.same(denied, [], 'and no answer was a fault');
  for (const { stderr } of services) t.notMatch(stderr, /NOPERM|pass@/);

  const forbidden = [['GET', 'hf:x'], ['SET', 'other', '1'], ['HGET', 'other', 'x'], ['KEYS', '*'], ['FLUSHALL'], ['CONFIG', 'SET', 'appendfsync', 'no'], ['EVAL', 'return 1', '0'], ['FUNCTION', 'FLUSH'], ['ACL', 'LIST'], ['PUBLISH', 'other', 'x'], ['SUBSCRIBE', 'other'], ['SHUTDOWN', 'NOSAVE'], ['MONITOR'], ['REPLICAOF', 'NO', 'ONE']] as const;
  t.same(await notRefused(redis, forbidden), [], 'and nothing else is allowed to it');
});
