/**
 * What compose.yaml puts together, with real parts in place of containers: a Redis with its flags, and three services behind a real nginx with the
 * settings of docs/compose/nginx.conf.
 */
import t, { type Test } from 'tap';
import { LeaseClient } from '../../client/src/index.ts';
import { readComposeFile } from '../support/compose-file.ts';
import { EventReader } from '../support/event-reader.ts';
import { LeaseApi, newLeaseId } from '../support/lease-api.ts';
import { ownNginx } from '../support/own-nginx.ts';
import { programPath } from '../support/own-server.ts';
import { lastingPort, startRedisServer } from '../support/redis-server.ts';
import { running } from '../support/running.ts';
import { spawnService, type SpawnedService } from '../support/spawn-service.ts';
import { until } from '../support/until.ts';

t.setTimeout(170_000);

const KEY = 'a-key-for-this-test-and-no-other';
const { command = [], healthcheck } = readComposeFile({ HOLDFAST_API_KEY: KEY }).services['redis']!;

const isHealthy = async (port: number): Promise<boolean> => {
  const [word, program = '', ...args] = healthcheck!.test;
  if (word !== 'CMD') throw new Error(`the health check is ${word}`);
  return (await running(programPath(program, { install: 'redis-tools' }), ['-p', String(port), ...args])).code === 0;
};

// Its flags, a port and a folder.
const redis = await startRedisServer(t, { bare: true, settings: command.slice(1) });
const three: SpawnedService[] = [];
for (let nth = 0; nth < 3; nth += 1) three.push(await spawnService(t, { store: { redis: redis.url }, env: { HOLDFAST_API_KEY: KEY } }));
const nginx = await ownNginx(t, { servicePorts: three.map(({ port }) => port), port: await lastingPort() });

const apiOf = (baseUrl: string): LeaseApi => {
  const api = new LeaseApi(baseUrl, { apiKey: KEY });
  t.teardown(() => api.close());
  return api;
};
const api = apiOf(nginx.baseUrl);
const apis = three.map(({ baseUrl }) => apiOf(baseUrl));
const [first, second, third] = apis as [LeaseApi, LeaseApi, LeaseApi];

const clientOf = (t: Test, holder: string): LeaseClient => {
  const client = new LeaseClient({ baseUrl: nginx.baseUrl, apiKey: KEY, holder });
  t.teardown(() => client.close());
  return client;
};

t.test('the Redis passes the checks of a service that accepts no risk, and its own health check', async (t) => {
  const { body } = await first.call({ method: 'GET', path: '/v1' });
  t.equal(command[0], 'redis-server');
  t.match(body, { store: { kind: 'redis', acceptedRisks: [] } });
  t.equal(await isHealthy(redis.port), true);
  const answersWithErrors = await redis.ask(async (asked) => {
    await asked.config('SET', 'requirepass', 'sesame');
    const seen = await isHealthy(redis.port);
    await asked.config('SET', 'requirepass', '');
    return seen;
  });
  t.equal(answersWithErrors, false, 'an answer that is an error, as while its file is loading, is no health');
});

t.test('through the balancer: a lease of one service is renewed, waits are woken by others, events come at once', async (t) => {
  const held = newLeaseId();
  const { body: lease } = await first.acquire('held', held, { holder: 'a' });
  for (const _ of three) t.match(await api.renew('held', held), { status: 200, body: { fencingToken: lease.fencingToken! } });
  t.equal(new Set(nginx.passedOn().filter(({ path }) => path.endsWith('/renew')).flatMap(({ ports }) => ports)).size, 3, 'each of the three renewed it');

  const sessions = ['one', 'two', 'three'];
  const ids = await Promise.all(sessions.map(async (session) => {
    const leaseId = newLeaseId();
    t.equal((await second.acquire(session, leaseId, { holder: 'a' })).status, 201);
    return leaseId;
  }));
  const waits = sessions.map((session) => api.acquire(session, newLeaseId(), { holder: 'b', waitMs: 60_000 }));
  // Longer than nginx gives a request to be passed on.
  const hasWaited = async (session: string): Promise<boolean> => ((await first.inspect(session)).body.waiters?.[0]?.waitedMs ?? 0) > 6_000;
  await until('all have waited for six seconds', async () => (await Promise.all(sessions.map(hasWaited))).every(Boolean), { everyMs: 200 });
  await Promise.all(sessions.map((session, nth) => second.release(session, ids[nth]!)));
  for (const answer of await Promise.all(waits)) t.equal(answer.status, 201);
  const waitedAt = await until('the waits are logged', () => {
    const seen = nginx.passedOn().filter(({ method }) => method === 'PUT').map(({ ports }) => ports);
    return seen.length === 3 && seen;
  });
  t.strictSame(waitedAt.flat().toSorted(), three.map(({ port }) => port).toSorted(), 'one at each service, all released at the second');

  const reader = await EventReader.open(`${nginx.baseUrl}/v1/events`, { authorization: `Bearer ${KEY}` });
  t.teardown(() => reader.close());
  t.equal(reader.status, 200);
  t.equal((await third.release('held', held)).status, 204);
  t.match(await reader.first(1), [{ event: 'ended', payload: { session: 'held' } }], 'as it happens');
  t.notOk(reader.isEnded);
});

t.test('a refusal that is about acquires alone shuts nobody out', async (t) => {
  const held = newLeaseId();
  t.equal((await api.acquire('kept', held, { holder: 'a' })).status, 201);
  await redis.ask((asked) => asked.config('SET', 'maxmemory', '1'));
  t.teardown(() => redis.ask((asked) => asked.config('SET', 'maxmemory', '0')));
  for (let nth = 0; nth < 3; nth += 1) {
    t.match(await api.acquire('other', newLeaseId(), { holder: 'b' }), { status: 503, body: { code: 'store-unavailable', outcome: 'not-applied' } });
    t.equal((await api.renew('kept', held)).status, 200, 'renewals go on');
  }
  const refused = nginx.passedOn().filter(({ path }) => path === '/v1/leases/other');
  t.strictSame(refused.map(({ ports }) => ports.length), [1, 1, 1], 'and is told by the first that is asked');
});

t.test('a service is killed and another one stopped by SIGTERM while requests flow: no call of the SDK fails', async (t) => {
  let isOver = false;
  const turns = Array.from({ length: 8 }, () => 0);
  const working = turns.map(async (_, nth) => {
    const gateway = clientOf(t, `gateway-${nth}`);
    while (!isOver) {
      // Two share a session, so half of the acquires wait.
      const lease = await gateway.acquire(`session-${nth % 4}`);
      await lease.verify();
      await gateway.replies.park(lease.session, `${nth}-${turns[nth]}`, { fencingToken: lease.fencingToken, payload: 'hello' });
      const released = await lease.release();
      if (released !== 'released') throw new Error(`the release was answered ${released}`);
      turns[nth]! += 1;
    }
  });
  const all = Promise.all(working);
  const holder = clientOf(t, 'holder');
  const held = await holder.acquire('all along', { ttlMs: 4_000 });
  const goOn = async (what: string): Promise<void> => {
    const before = [...turns];
    await Promise.race([until(`all go on ${what}`, () => turns.every((count, nth) => count > before[nth]! + 3), { withinMs: 60_000 }), all]);
  };
  await goOn('before anything happens');
  await three[0]!.end('SIGKILL');
  await goOn('after one was killed');
  await three[0]!.start();
  await three[1]!.end('SIGTERM');
  await goOn('after another one was stopped');
  await three[2]!.end('SIGKILL');
  await goOn('with one that is left, and was the first to die');
  isOver = true;
  await t.resolves(all, 'every call was answered');
  t.ok(held.held);
  t.equal(held.signal.aborted, false, 'a lease was never lost');
  t.equal(await held.release(), 'released');
  t.comment(`${turns.reduce((sum, count) => sum + count, 0)} turns`);
});
