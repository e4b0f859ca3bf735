/** The least that the user of a quorum's nodes may do, as `docs/stores.md` has it: everything works with it, over TLS, and nothing in it is never used. */
import t from 'tap';
import { callsOf, commandsOfScripts, documentedRules, giveUser, grantedIn, notRefused } from '../support/documented-acl.ts';
import { inParallel } from '../support/in-parallel.ts';
import { LeaseApi, newLeaseId } from '../support/lease-api.ts';
import { OwnAuthority } from '../support/own-certificates.ts';
import { lastingPort, startRedisServer, type RedisServer } from '../support/redis-server.ts';
import { RunMain } from '../support/run-main.ts';
import { spawnService } from '../support/spawn-service.ts';
import { Tenant } from '../support/tenant.ts';
import { until } from '../support/until.ts';

t.setTimeout(120_000);

const NODES = 3;
const STEPS = 600;

t.test('two instances and the reseeding of a node work with it', async (t) => {
  const rules = documentedRules('~hfq:*');
  t.ok(rules.length > 20, `${rules.length} rules`);
  const authority = new OwnAuthority(t);
  const { certFile, keyFile } = authority.sign();
  const nodes: RedisServer[] = [];
  const urls: string[] = [];
  for (let nth = 0; nth < NODES; nth += 1) {
    const port = await lastingPort();
    const node = await startRedisServer(t, { settings: ['--tls-port', String(port), '--tls-cert-file', certFile, '--tls-key-file', keyFile, '--tls-ca-cert-file', authority.certFile, '--tls-auth-clients', 'no'] });
    await giveUser(node, rules);
    nodes.push(node);
    // Another database than the first, which has to be selected.
    urls.push(`rediss://holdfast:pass@127.0.0.1:${port}/1`);
  }
  const [wiped] = nodes as [RedisServer];
  const setting = { store: { redis: urls.join(',') }, env: { NODE_EXTRA_CA_CERTS: authority.certFile } };
  const services = [await spawnService(t, setting), await spawnService(t, setting)];
  const tenants = services.map(({ baseUrl }, nth) => new Tenant(`default-${nth}`, { baseUrl, seed: nth }));
  await inParallel(Array.from({ length: STEPS }), 8, async () => tenants[Math.random() < 0.5 ? 0 : 1]!.step());

  const [here, there] = services.map(({ baseUrl }) => new LeaseApi(baseUrl)) as [LeaseApi, LeaseApi];
  t.teardown(async () => [here, there].forEach((api) => api.close()));
  const [leaseId, waiting] = [newLeaseId(), newLeaseId()];
  t.equal((await here.acquire('handed over', leaseId, { holder: 'a' })).status, 201);
  const waits = there.acquire('handed over', waiting, { holder: 'b', ttlMs: 60_000, waitMs: 10_000 });
  await until('it waits', async () => (await here.inspect('handed over')).body.waiters?.length === 1);
  await here.release('handed over', leaseId);
  t.equal((await waits).status, 201, 'woken from the other instance');
  t.equal((await there.renew('handed over', waiting)).status, 200, 'and confirmed, for as long as the reseeding may take');

  await wiped.ask((asked) => asked.flushall());
  const isReady = async (): Promise<boolean> => ((await (await fetch(`${services[0]!.baseUrl}/readyz`)).json()) as { checks: { ok: boolean }[] }).checks.every(({ ok }) => ok);
  await until('the wiped node has no vote', async () => !(await isReady()));
  const reseed = new RunMain(t, ['quorum', 'reseed'], { HOLDFAST_STORE: urls.join(','), NODE_EXTRA_CA_CERTS: authority.certFile });
  t.equal(await reseed.ended, 0, reseed.stdout + reseed.stderr);
  await until('it votes again', isReady);
  t.equal((await there.renew('handed over', waiting)).status, 200);
  // A node that has forgotten the scripts is sent them whole.
  await wiped.ask((asked) => asked.script('FLUSH'));
  t.equal((await there.release('handed over', waiting)).status, 204);
  t.equal((await here.acquire('handed over', newLeaseId(), { holder: 'a' })).status, 201);

  const called = new Set((await Promise.all(nodes.map(callsOf))).flatMap((calls) => [...calls]));
  const granted = grantedIn(rules);
  const inScripts = commandsOfScripts('quorum');
  t.same(granted.filter((command) => !called.has(command) && !inScripts.has(command)), [], 'each command that it may use was used, or stands in a script that comes to it rarely');
  t.same([...inScripts].filter((command) => !granted.includes(command)), [], 'and no script comes to another one');
  const denied = tenants.flatMap(({ statuses }) => [...statuses].filter(([status]) => status >= 500));
  t.same(denied, [], 'and no answer was a fault');
  for (const { stderr } of [...services, reseed]) t.notMatch(stderr, /NOPERM|pass@/);

  const forbidden = [['GET', 'other'], ['SET', 'other', '1'], ['HGET', 'other', 'x'], ['KEYS', '*'], ['FLUSHALL'], ['CONFIG', 'SET', 'appendfsync', 'no'], ['SCRIPT', 'FLUSH'], ['ACL', 'LIST'], ['PUBLISH', 'other', 'x'], ['SUBSCRIBE', 'other'], ['SHUTDOWN', 'NOSAVE'], ['MONITOR'], ['REPLICAOF', 'NO', 'ONE']] as const;
  t.same(await notRefused(wiped, forbidden), [], 'and nothing else is allowed to it');
  t.match(await notRefused(wiped, [['EVAL', "return redis.call('GET', 'other')", '0']]), [/NOPERM|can't access/], 'not within a script either');
});
