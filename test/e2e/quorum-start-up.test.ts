// The service over several Redis that are not as a quorum's must be: one clear refusal each. And one that is missing, which is no reason to refuse.
import { cpSync, rmSync } from 'node:fs';
import t, { type Test } from 'tap';
import { LeaseApi, newLeaseId } from '../support/lease-api.ts';
import { serverFolder } from '../support/own-server.ts';
import { startQuorumServers } from '../support/quorum-servers.ts';
import { startRedisServer } from '../support/redis-server.ts';
import { RunMain } from '../support/run-main.ts';
import { SpawnedService, spawnService } from '../support/spawn-service.ts';
import { until } from '../support/until.ts';

t.setTimeout(240_000);

const refusalOf = async (t: Test, store: string, env: Record<string, string> = {}): Promise<string> => {
  const run = new RunMain(t, [], { HOLDFAST_STORE: store, HOLDFAST_PORT: '0', HOLDFAST_LOG_LEVEL: 'info', ...env });
  t.equal(await run.ended, 1);
  t.equal(run.stdout, '');
  return run.stderr;
};

t.test('an even number of members, and one that is named twice, are faults of the setting', async (t) => {
  t.equal(await refusalOf(t, 'redis://a,redis://b'), 'HOLDFAST_STORE: a quorum is of 3 or 5 servers, and these are 2\n');
  t.equal(await refusalOf(t, 'redis://a,redis://b,redis://a/2'), 'HOLDFAST_STORE: names a:6379 twice; a quorum is of servers that fail each for itself\n');
});

t.test('one Redis under two names', async (t) => {
  const { nodes } = await startQuorumServers(t, 2);
  const [one, other] = nodes;
  const again = `redis://localhost:${one!.port}/1`;
  t.equal(await refusalOf(t, `${one!.url},${other!.url},${again}`), `${one!.url} and ${again} are one and the same Redis; a quorum needs servers that fail each for itself.\n`);
});

t.test('a member with a replica, one that may forget, and one that does not sync, all told at once', async (t) => {
  const { nodes, url } = await startQuorumServers(t);
  const [first, second, third] = nodes.map((node) => node!);
  const replica = await startRedisServer(t);
  await replica.ask((asked) => asked.replicaof('127.0.0.1', first!.port));
  await until('it is a replica', () => first!.ask(async (asked) => /connected_slaves:1/.test(await asked.info('replication'))));
  await second!.ask((asked) => asked.config('SET', 'maxmemory-policy', 'allkeys-lru'));
  await third!.ask((asked) => asked.config('SET', 'appendfsync', 'everysec'));
  const lines = (await refusalOf(t, url)).trimEnd().split('\n');
  t.equal(lines.length, 3);
  t.match(lines[0], new RegExp(`^Cannot use ${first!.url}: it has a replica that could be promoted, .*; detach it with REPLICAOF NO ONE on its side\\.$`));
  t.match(lines[1], new RegExp(`^Cannot use ${second!.url}: it may forget leases when memory is short \\(maxmemory-policy allkeys-lru\\)`));
  t.match(lines[2], new RegExp(`^Cannot use ${third!.url}: it writes to its disk after it acknowledges \\(appendfsync everysec\\); set .*CONFIG SET appendfsync always\\.$`));
  const accepted = await refusalOf(t, url, { HOLDFAST_ACCEPT: 'fsync' });
  t.equal(accepted, 'HOLDFAST_ACCEPT: a quorum has no risk to accept, so not "fsync" either\n');
});

t.test('for the first start all are needed; later one may be missing, which is said, and shown by readiness', async (t) => {
  const { nodes, url } = await startQuorumServers(t);
  await nodes[2]!.kill();
  const refusal = await refusalOf(t, url);
  t.equal(refusal, `Cannot use ${nodes[2]!.url}: nothing listens there.\nThe quorum cannot be used: only 2 of the 3 Redis answer, and those are empty: for the first start all of them are needed.\n`);
  await nodes[2]!.start();
  const service = await spawnService(t, { store: { redis: url } });
  await service.end();
  await nodes[2]!.kill();
  await service.start();
  t.match(service.stderr, new RegExp(`${nodes[2]!.url} has no vote: nothing listens there. 2 of 3 nodes are in use.`));
  const api = new LeaseApi(service.baseUrl);
  t.teardown(() => api.close());
  const ready = (await (await fetch(`${service.baseUrl}/readyz`)).json()) as { checks: { name: string; ok: boolean; detail?: string }[] };
  t.match(ready.checks.filter(({ name }) => name.startsWith('node')), [{ ok: true }, { ok: true }, { ok: false, detail: 'nothing listens there' }]);
  t.notOk(JSON.stringify(ready).includes('isSpare'), 'what only this side needs stays on this side');
  t.equal((await api.acquire('s', newLeaseId(), { holder: 'g' })).status, 201);
  await nodes[1]!.kill();
  const alone = await refusalOf(t, url);
  t.match(alone, /^The quorum cannot be used: only 1 of the 3 Redis are of one cluster/m);
});

t.test('members of two clusters', async (t) => {
  const [ours, theirs] = [await startQuorumServers(t), await startQuorumServers(t)];
  for (const { url } of [ours, theirs]) await (await spawnService(t, { store: { redis: url } })).end();
  const mixed = `${ours.nodes[0]!.url},${ours.nodes[1]!.url},${theirs.nodes[0]!.url}`;
  const service = await spawnService(t, { store: { redis: mixed } });
  t.match(service.stderr, new RegExp(`${theirs.nodes[0]!.url} has no vote: it belongs to another cluster \\(st_`));
  const status = new RunMain(t, ['quorum', 'status'], { HOLDFAST_STORE: mixed });
  t.equal(await status.ended, 1);
  t.match(status.stdout, /2 of 3 nodes vote/);
  const reseed = new RunMain(t, ['quorum', 'reseed'], { HOLDFAST_STORE: mixed });
  t.equal(await reseed.ended, 1, 'what belongs to somebody else is not overwritten');
  t.match(reseed.stderr, /^Cannot reseed redis:.*: it belongs to another cluster .*empty it first\.$/m);
});

t.test('two services that start at once on empty servers make one cluster', async (t) => {
  const { url } = await startQuorumServers(t);
  const services = await Promise.all([spawnService(t, { store: { redis: url } }), spawnService(t, { store: { redis: url } })]);
  const ids = await Promise.all(services.map(async ({ baseUrl }) => ((await (await fetch(`${baseUrl}/v1`)).json()) as { storeId: string }).storeId));
  t.match(ids[0], /^st_/);
  t.equal(ids[0], ids[1]);
});

t.test('a copy of a member is no second one', async (t) => {
  const { nodes, url } = await startQuorumServers(t);
  await (await spawnService(t, { store: { redis: url } })).end();
  const folder = serverFolder(t, 'copy');
  await nodes[0]!.kill();
  cpSync(nodes[0]!.folder, folder, { recursive: true });
  await nodes[2]!.kill();
  rmSync(nodes[2]!.folder, { recursive: true });
  cpSync(folder, nodes[2]!.folder, { recursive: true });
  await Promise.all([nodes[0]!.start(), nodes[2]!.start()]);
  const service = new SpawnedService({ store: { redis: url } });
  t.teardown(() => service.dispose());
  const started = service.start();
  for (const [one, other] of [[nodes[0]!, nodes[2]!], [nodes[2]!, nodes[0]!]] as const) {
    await until('it is told', () => service.stderr.includes(`${one.url} has no vote: it has the same data as ${other.url}, and which of them is the copy cannot be told`));
  }
  const tooEarly = new RunMain(t, ['quorum', 'reseed'], { HOLDFAST_STORE: url });
  t.equal(await tooEarly.ended, 1, 'nothing is seeded while that is open');
  await nodes[2]!.ask((asked) => asked.flushall());
  await started;
  t.equal((await fetch(`${service.baseUrl}/readyz`)).status, 200, 'the original votes again');
  const reseed = new RunMain(t, ['quorum', 'reseed'], { HOLDFAST_STORE: url });
  t.equal(await reseed.ended, 0);
  await until('it votes', async () => ((await (await fetch(`${service.baseUrl}/readyz`)).json()) as { checks: { ok: boolean }[] }).checks.every(({ ok }) => ok));
});

t.test('a copy that turns up later is told from the original by those who knew that', async (t) => {
  const { nodes, url } = await startQuorumServers(t);
  const service = await spawnService(t, { store: { redis: url } });
  const folder = serverFolder(t, 'copy');
  await nodes[0]!.kill();
  cpSync(nodes[0]!.folder, folder, { recursive: true });
  await nodes[0]!.start();
  await nodes[2]!.kill();
  rmSync(nodes[2]!.folder, { recursive: true });
  cpSync(folder, nodes[2]!.folder, { recursive: true });
  await nodes[2]!.start();
  const { port } = nodes[2]!;
  const told = await until('it is told', () => new RegExp(`${port}/0[^"]* not used: (it h[^"]*)`).exec(service.stderr)?.[1]);
  t.match(told, `it holds a copy of the data of ${nodes[0]!.url}`);
  await service.answers();
});
