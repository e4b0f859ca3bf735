// Nodes of a quorum that lost their data, or went back: they have no vote until they are reseeded, and nothing is lost or granted twice meanwhile.
import { cpSync, rmSync } from 'node:fs';
import t, { type Test } from 'tap';
import { IS_LONG } from '../support/each-store.ts';
import { LeaseApi, newLeaseId } from '../support/lease-api.ts';
import { serverFolder } from '../support/own-server.ts';
import { startQuorumServers, type QuorumServers } from '../support/quorum-servers.ts';
import { park } from '../support/reply-api.ts';
import { RunMain } from '../support/run-main.ts';
import { spawnService, type SpawnedService } from '../support/spawn-service.ts';
import { pause, until } from '../support/until.ts';

t.setTimeout(240_000);

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail?: string;
}

const nodeChecks = async ({ baseUrl }: SpawnedService): Promise<readonly Check[]> => {
  const { checks } = (await (await fetch(`${baseUrl}/readyz`)).json()) as { checks: Check[] };
  return checks.filter(({ name }) => name.startsWith('node '));
};

const votes = async (service: SpawnedService): Promise<readonly boolean[]> => (await nodeChecks(service)).map(({ ok }) => ok);

const quorum = async (t: Test, verb: string, { url }: QuorumServers): Promise<{ readonly code: unknown; readonly stdout: string; readonly stderr: string }> => {
  const run = new RunMain(t, ['quorum', verb], { HOLDFAST_STORE: url });
  const code = await run.ended;
  return { code, stdout: run.stdout, stderr: run.stderr };
};

interface Scene {
  readonly servers: QuorumServers;
  readonly service: SpawnedService;
  readonly api: LeaseApi;
}

const scene = async (t: Test, count = 3): Promise<Scene> => {
  const servers = await startQuorumServers(t, count);
  const service = await spawnService(t, { store: { redis: servers.url } });
  const api = new LeaseApi(service.baseUrl);
  t.teardown(() => api.close());
  return { servers, service, api };
};

/** A held session with a parked reply, and one that was released. */
const fill = async (api: LeaseApi) => {
  const [held, over] = [newLeaseId(), newLeaseId()];
  const { body } = await api.acquire('held', held, { holder: 'g', ttlMs: 60_000 });
  await park(api, 'held', 'r1', { fencingToken: body.fencingToken!, payload: { text: 'ü'.repeat(500) } });
  const ended = await api.acquire('over', over, { holder: 'g' });
  await api.release('over', over);
  return { held, over, heldToken: body.fencingToken!, overToken: ended.body.fencingToken! };
};

t.test('a wiped node never votes until it is reseeded, and then has all that the others have', async (t) => {
  const { servers, service, api } = await scene(t);
  const { held, over, heldToken, overToken } = await fill(api);
  t.match(await quorum(t, 'status', servers), { code: 0, stdout: /^Cluster st_\S+, epoch 1\.\n(votes .*\n){3}3 of 3 nodes vote: leases are granted and renewed\.\n$/ });
  t.match(await quorum(t, 'reseed', servers), { code: 0, stdout: /there is nothing to reseed/ });

  await servers.nodes[0]!.ask((asked) => asked.flushall());
  await until('it has no vote', async () => (await votes(service)).filter((one) => !one).length === 1);
  t.match((await nodeChecks(service))[0], { ok: false, detail: /it has lost its data; it votes again once it is seeded/ });
  for (let turn = 0; turn < 12; turn += 1) {
    await pause(250);
    t.strictSame(await votes(service), [false, true, true], 'it does not come back by itself');
    t.equal((await api.renew('held', held)).status, 200, 'and nobody misses it');
  }
  t.match(await quorum(t, 'status', servers), { code: 1, stdout: /no vote .*it has lost its data.*\n[^]*2 of 3 nodes vote: leases are granted and renewed/ });
  const seeded = await quorum(t, 'reseed', servers);
  t.match(seeded, { code: 0, stdout: /was given [23] sessions, and votes again in epoch 2\.\n$/, stderr: '' });
  await until('it votes', async () => (await votes(service)).every(Boolean));
  t.match(await quorum(t, 'status', servers), { code: 0, stdout: /^Cluster st_\S+, epoch 2\./ });

  // What it has is shown by its being needed.
  await servers.nodes[1]!.kill();
  t.match(await api.renew('held', held), { status: 200, body: { fencingToken: heldToken } });
  t.match(await api.acquire('held', newLeaseId(), { holder: 'other' }), { status: 409, body: { currentToken: heldToken } });
  t.match(await api.acquire('over', over, { holder: 'g' }), { status: 410 });
  const next = await api.acquire('over', newLeaseId(), { holder: 'h' });
  t.equal(next.status, 201);
  t.ok(next.body.fencingToken! > overToken);
  const reply = await api.call({ method: 'GET', path: '/v1/replies/held/r1' });
  t.match(reply, { status: 200, body: { payload: { text: 'ü'.repeat(500) } } });
  await servers.nodes[1]!.start();
  await until('all vote', async () => (await votes(service)).every(Boolean));
  await servers.nodes[2]!.kill();
  t.match(await api.call({ method: 'GET', path: '/v1/replies/held/r1' }), { status: 200, body: { payload: { text: 'ü'.repeat(500) } } });
  t.match(await api.renew('held', held), { status: 200, body: { fencingToken: heldToken } });
});

t.test('a node that is restored from an older copy is found out, and reseeded', async (t) => {
  const { servers, service, api } = await scene(t);
  const { held } = await fill(api);
  const node = servers.nodes[2]!;
  await node.kill();
  const copy = serverFolder(t, 'copy');
  cpSync(node.folder, copy, { recursive: true });
  await node.start();
  await until('it votes', async () => (await votes(service)).every(Boolean));
  for (let count = 0; count < 5; count += 1) t.equal((await api.renew('held', held)).status, 200);
  await node.kill();
  rmSync(node.folder, { recursive: true });
  cpSync(copy, node.folder, { recursive: true });
  await node.start();
  await until('it is found out', async () => /gone back to an older state/.test((await nodeChecks(service))[2]!.detail ?? ''));
  // Not only by those that remember: its peers do.
  const fresh = await spawnService(t, { store: { redis: servers.url } });
  t.match((await nodeChecks(fresh))[2], { ok: false, detail: /gone back to an older state/ });
  t.match(await quorum(t, 'reseed', servers), { code: 0 });
  for (const one of [service, fresh]) await until('it votes', async () => (await votes(one)).every(Boolean));
  t.equal((await api.renew('held', held)).status, 200);
});

t.test('a reseed that is killed can be begun again, and one that was overtaken writes no more', async (t) => {
  const { servers, service, api } = await scene(t);
  for (let count = 0; count < 300; count += 1) await api.acquire(`s${count}`, newLeaseId(), { holder: 'g', ttlMs: 600_000 });
  await servers.nodes[1]!.ask((asked) => asked.flushall());
  await api.acquire('one more', newLeaseId(), { holder: 'g' });
  for (const afterMs of IS_LONG ? [250, 300, 350, 400, 450, 500, 550, 600] : [350, 500]) {
    const run = new RunMain(t, ['quorum', 'reseed'], { HOLDFAST_STORE: servers.url });
    await pause(afterMs);
    run.process.kill('SIGKILL');
    await run.ended;
  }
  const [one, other] = await Promise.all([quorum(t, 'reseed', servers), quorum(t, 'reseed', servers)]);
  t.ok([one, other].some(({ code }) => code === 0), 'at least one of two at once comes to its end', { one, other });
  await until('it votes', async () => (await votes(service)).every(Boolean));
  await servers.nodes[0]!.kill();
  for (let count = 0; count < 300; count += 37) t.equal((await api.acquire(`s${count}`, newLeaseId(), { holder: 'h' })).status, 409, `s${count} is held`);
});

t.test('a node that was away while another was reseeded takes part again by itself', async (t) => {
  const { servers, service, api } = await scene(t, 5);
  const { held, heldToken } = await fill(api);
  await servers.nodes[4]!.kill();
  await servers.nodes[0]!.ask((asked) => asked.flushall());
  t.equal((await api.renew('held', held)).status, 200);
  t.match(await quorum(t, 'reseed', servers), { code: 0, stdout: /is left as it is: / });
  await servers.nodes[4]!.start();
  await until('all vote', async () => (await votes(service)).every(Boolean));
  await Promise.all([servers.nodes[1]!.kill(), servers.nodes[2]!.kill()]);
  t.match(await api.renew('held', held), { status: 200, body: { fencingToken: heldToken } });
  t.match(await quorum(t, 'status', servers), { code: 1, stdout: /epoch 2\.\n[^]*3 of 5 nodes vote/ });
});

t.test('all three are wiped: nothing is granted over what may be held, and no token comes twice', async (t) => {
  const { servers, service, api } = await scene(t);
  const { heldToken, overToken } = await fill(api);
  await Promise.all(servers.nodes.map((node) => node.ask((asked) => asked.flushall())));
  const refused = await api.acquire('held', newLeaseId(), { holder: 'h' });
  t.equal(refused.status, 503);
  t.match(await quorum(t, 'reseed', servers), { code: 1 });
  await service.end();
  await service.start();
  const after = await api.acquire('held', newLeaseId(), { holder: 'h' });
  t.equal(after.status, 201, 'a new start on empty servers is a first start, whatever was there before');
  t.ok(after.body.fencingToken! > Math.max(heldToken, overToken), 'and its tokens are larger all the same');
});
