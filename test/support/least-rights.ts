/** Two instances at work over servers at which they have the documented rights and no others. */
import type { Test } from 'tap';
import { callsOf, commandsOfScripts, giveUser, grantedIn, notRefused } from './documented-acl.ts';
import { inParallel } from './in-parallel.ts';
import { LeaseApi, newLeaseId } from './lease-api.ts';
import { OwnAuthority } from './own-certificates.ts';
import { lastingPort, startRedisServer, type RedisServer } from './redis-server.ts';
import { spawnService, type SpawnedService } from './spawn-service.ts';
import { Tenant } from './tenant.ts';
import { until } from './until.ts';

const FORBIDDEN = [['SET', 'other', '1'], ['HGET', 'other', 'x'], ['KEYS', '*'], ['FLUSHALL'], ['CONFIG', 'SET', 'appendfsync', 'no'], ['ACL', 'LIST'], ['PUBLISH', 'other', 'x'], ['SUBSCRIBE', 'other'], ['SHUTDOWN', 'NOSAVE'], ['MONITOR'], ['REPLICAOF', 'NO', 'ONE']] as const;

export interface LeastRights {
  readonly servers: readonly RedisServer[];
  /** For whatever else is to be started over the same servers. */
  readonly env: { readonly HOLDFAST_STORE: string; readonly NODE_EXTRA_CA_CERTS: string };
  readonly services: readonly SpawnedService[];
  readonly tenants: readonly Tenant[];
  readonly here: LeaseApi;
  readonly there: LeaseApi;
  /** Of the lease of the session `handed over`, by `there`. */
  readonly leaseId: string;
}

/** Every call at random, and a session that one instance hands over to the other. Over TLS. */
export const withLeastRights = async (t: Test, rules: readonly string[], { count, steps }: { readonly count: number; readonly steps: number }): Promise<LeastRights> => {
  t.ok(rules.length > 20, `${rules.length} rules`);
  const authority = new OwnAuthority(t);
  const { certFile, keyFile } = authority.sign();
  const servers: RedisServer[] = [];
  const urls: string[] = [];
  for (let nth = 0; nth < count; nth += 1) {
    const port = await lastingPort();
    const server = await startRedisServer(t, { settings: ['--tls-port', String(port), '--tls-cert-file', certFile, '--tls-key-file', keyFile, '--tls-ca-cert-file', authority.certFile, '--tls-auth-clients', 'no'] });
    await giveUser(server, rules);
    servers.push(server);
    // Another database than the first, which has to be selected.
    urls.push(`rediss://holdfast:pass@127.0.0.1:${port}/1`);
  }
  const env = { HOLDFAST_STORE: urls.join(','), NODE_EXTRA_CA_CERTS: authority.certFile };
  const setting = { store: { redis: env.HOLDFAST_STORE }, env: { NODE_EXTRA_CA_CERTS: authority.certFile } };
  const services = [await spawnService(t, setting), await spawnService(t, setting)];
  const tenants = services.map(({ baseUrl }, nth) => new Tenant(`default-${nth}`, { baseUrl, seed: nth }));
  await inParallel(Array.from({ length: steps }), 8, async () => tenants[Math.random() < 0.5 ? 0 : 1]!.step());

  const [here, there] = services.map(({ baseUrl }) => new LeaseApi(baseUrl)) as [LeaseApi, LeaseApi];
  t.teardown(async () => [here, there].forEach((api) => api.close()));
  const [before, leaseId] = [newLeaseId(), newLeaseId()];
  t.equal((await here.acquire('handed over', before, { holder: 'a' })).status, 201);
  const waits = there.acquire('handed over', leaseId, { holder: 'b', ttlMs: 60_000, waitMs: 10_000 });
  await until('it waits', async () => (await here.inspect('handed over')).body.waiters?.length === 1);
  await here.release('handed over', before);
  t.equal((await waits).status, 201, 'woken from the other instance');
  t.equal((await there.renew('handed over', leaseId)).status, 200, 'and confirmed');
  return { servers, env, services, tenants, here, there, leaseId };
};

/** What was allowed was needed, and is all that was needed. */
export const judgeRights = async (t: Test, rules: readonly string[], { store, of }: { readonly store: 'redis' | 'quorum'; readonly of: LeastRights }): Promise<void> => {
  const called = new Set((await Promise.all(of.servers.map(callsOf))).flatMap((calls) => [...calls]));
  const granted = grantedIn(rules);
  const inScripts = commandsOfScripts(store);
  t.same(granted.filter((command) => !called.has(command) && !inScripts.has(command)), [], 'each command that it may use was used, or stands in a script that comes to it rarely');
  t.same([...inScripts].filter((command) => !granted.includes(command)), [], 'and no script comes to another one');
  t.same(of.tenants.flatMap(({ statuses }) => [...statuses].filter(([status]) => status >= 500)), [], 'and no answer was a fault');
  for (const { stderr } of of.services) t.notMatch(stderr, /NOPERM|pass@/);
  t.same(await notRefused(of.servers[0]!, FORBIDDEN), [], 'and nothing else is allowed to it');
};
