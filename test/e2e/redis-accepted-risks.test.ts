// The service over a real Redis whose risks its operator accepted, or may not look at: what is told of them, and where.
import t from 'tap';
import { startRedisServer } from '../support/redis-server.ts';
import { RunMain } from '../support/run-main.ts';
import { spawnService } from '../support/spawn-service.ts';
import { until } from '../support/until.ts';

t.setTimeout(240_000);

const LUCK = 'S1, S2, S4 and S11 then rest on clocks and luck';

interface Told {
  readonly store: { readonly kind: string; readonly acceptedRisks: readonly { readonly name: string; readonly cost: string }[] };
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail?: string }[];
}

const told = async (url: string): Promise<Told> => (await (await fetch(url)).json()) as Told;

t.test('both risks, accepted by name, are told in the log, by readiness and by GET /v1', async (t) => {
  const primary = await startRedisServer(t, { settings: ['--appendfsync', 'everysec'] });
  await startRedisServer(t, { settings: ['--replicaof', `127.0.0.1 ${primary.port}`] });
  await until('the replica is connected', () => primary.ask(async (asked) => /connected_slaves:1/.test(await asked.info('replication'))), { everyMs: 100 });
  const service = await spawnService(t, { store: { redis: primary.url }, env: { HOLDFAST_ACCEPT: 'fsync,failover' } });
  const risks = [
    { name: 'fsync', cost: `A crash of this Redis's machine may take back the newest grants and parked replies (appendfsync everysec): ${LUCK}.` },
    { name: 'failover', cost: `The promotion of a replica may take back the newest grants and parked replies: ${LUCK}.` },
  ];
  t.strictSame((await told(`${service.baseUrl}/v1`)).store, { kind: 'redis', acceptedRisks: risks });
  const ready = await told(`${service.baseUrl}/readyz`);
  const accepted = ready.checks.filter(({ name }) => name.startsWith('accepted-'));
  t.strictSame(accepted, risks.map(({ name, cost }) => ({ name: `accepted-${name}`, ok: true, detail: cost })));
  const lines = service.stderr.trim().split('\n').map((line) => JSON.parse(line));
  t.match(
    lines.filter(({ level }) => level === 40),
    risks.map(({ name, cost }) => ({ msg: `Accepted risk "${name}" of ${primary.url}: ${cost}` })),
  );
});

t.test('a server that is as it must be has nothing to tell', async (t) => {
  const redis = await startRedisServer(t);
  const service = await spawnService(t, { store: { redis: redis.url } });
  t.strictSame((await told(`${service.baseUrl}/v1`)).store, { kind: 'redis', acceptedRisks: [] });
  t.notMatch(service.stderr, /"level":40/);
});

t.test('a user who may not read the settings', async (t) => {
  const redis = await startRedisServer(t);
  await redis.ask((asked) => asked.call('ACL', 'SETUSER', 'holdfast', 'on', '>pass', '~hf:*', '&hf:*', '+@all', '-config'));
  const store = redis.url.replace('redis://', 'redis://holdfast:pass@');
  const refused = new RunMain(t, [], { HOLDFAST_STORE: store, HOLDFAST_PORT: '0' });
  t.equal(await refused.ended, 1);
  t.match(refused.stderr, /: whether it writes to its disk before it acknowledges cannot be read; allow this user CONFIG GET [^\n]*HOLDFAST_ACCEPT=fsync: [^\n]*\.\n$/);
  const service = await spawnService(t, { store: { redis: store }, env: { HOLDFAST_ACCEPT: 'fsync' } });
  t.match((await told(`${service.baseUrl}/v1`)).store.acceptedRisks, [{ name: 'fsync', cost: /cannot be read/ }]);
});
