/**
 * The store fails. Embedded, the disk takes no more: nothing that it has not is served, the process ends with one line. A Redis that is gone, stopped or full is
 * waited for: every request is answered within its deadline, and says what became of it. What was acknowledged is there after.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { LeaseApi, newLeaseId, type Answer } from '../support/lease-api.ts';
import { monotonicMs } from '../support/monotonic.ts';
import { startRedisServer, type RedisServer } from '../support/redis-server.ts';
import { root } from '../support/source-files.ts';
import { spawnService, SpawnedService } from '../support/spawn-service.ts';
import { until } from '../support/until.ts';

t.test('embedded: a failing commit is 503 with an unknown outcome, and the end of the process', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-full-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'holdfast.db');
  // The kernel refuses every byte beyond 1500 KiB of a file: the log of the database reaches that soon.
  const child = spawn('bash', ['-c', 'ulimit -f 1500; exec "$0" "$1"', process.execPath, join(root, 'service/src/main.ts')], {
    env: { PATH: process.env['PATH'], HOLDFAST_STORE: `file:${file}`, HOLDFAST_PORT: '0', HOLDFAST_LOG_LEVEL: 'silent' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  t.teardown(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const baseUrl = await until('it listens', () => /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(stdout)?.[0]);

  const api = new LeaseApi(baseUrl);
  t.teardown(() => api.close());
  const acknowledged = new Map<string, number>();
  let refused: { status: number; body: object } | undefined;
  for (let number = 0; number < 5_000 && !refused; number += 1) {
    const session = `session-${number}`;
    const answer = await api.acquire(session, newLeaseId(), { holder: 'h'.repeat(128), ttlMs: 3_600_000 });
    if (answer.status === 201) acknowledged.set(session, answer.body.fencingToken!);
    else refused = answer;
  }
  t.match(refused, { status: 503, body: { code: 'store-unavailable', outcome: 'unknown' } });
  t.ok(acknowledged.size > 50, `${acknowledged.size} were acknowledged before`);
  t.strictSame(await ended, [1, null]);
  t.match(stderr, /^Cannot write to [^\n]*holdfast\.db: [^\n]+\.\n$/);

  const again = new SpawnedService({ env: { HOLDFAST_STORE: `file:${file}` } });
  t.teardown(() => again.dispose());
  await again.start();
  const after = new LeaseApi(again.baseUrl);
  t.teardown(() => after.close());
  for (const [session, fencingToken] of acknowledged) {
    const { body } = await after.inspect(session);
    if (body.fencingToken !== fencingToken) t.fail(`${session} is ${JSON.stringify(body)} and was acknowledged with ${fencingToken}`);
  }
  await again.end();
});

const HOUR_MS = 3_600_000;
/** A request that does not wait is answered within 2 s; the rest is for a busy machine. */
const ANSWERED_MS_MAX = 4_000;

const overRedis = async (t: Test): Promise<{ redis: RedisServer; service: SpawnedService; api: LeaseApi }> => {
  const redis = await startRedisServer(t);
  const service = await spawnService(t, { store: { redis: redis.url }, env: { HOLDFAST_LOG_LEVEL: 'silent' } });
  const api = new LeaseApi(service.baseUrl);
  t.teardown(() => api.close());
  return { redis, service, api };
};

const acquire = (api: LeaseApi, session: string, leaseId = newLeaseId()): Promise<Answer> => api.acquire(session, leaseId, { holder: 'gateway-1', ttlMs: HOUR_MS });

/** The service waits for its Redis, and says so; with what a request is answered meanwhile. */
const assertAway = async (t: Test, { baseUrl }: SpawnedService, ask: () => Promise<Answer>, outcomes: readonly string[]): Promise<void> => {
  const askedMs = monotonicMs();
  const { status, headers, body } = await ask();
  t.match({ status, body }, { status: 503, body: { code: 'store-unavailable' } });
  t.ok(outcomes.includes(body.outcome ?? ''), `its outcome is ${body.outcome}`);
  t.ok(Number(headers['retry-after']) > 0, 'with when to ask again');
  t.ok(monotonicMs() - askedMs < ANSWERED_MS_MAX, 'within its deadline');
  t.equal((await fetch(`${baseUrl}/healthz`)).status, 200, 'the process is well');
};

t.test('redis: while Redis is gone nothing is applied, and all that was acknowledged is there when it is back', async (t) => {
  const { redis, service, api } = await overRedis(t);
  const leaseId = newLeaseId();
  const { body: lease } = await acquire(api, 'held', leaseId);
  await redis.kill();
  await assertAway(t, service, () => acquire(api, 'other'), ['not-applied', 'unknown']);
  await until('it is not ready', async () => (await fetch(`${service.baseUrl}/readyz`)).status === 503);
  for (const ask of [() => acquire(api, 'other'), () => api.renew('held', leaseId), () => api.release('held', leaseId), () => api.inspect('held')]) await assertAway(t, service, ask, ['not-applied']);
  await redis.start();
  await service.answers();
  t.match((await api.renew('held', leaseId)).body, { fencingToken: lease.fencingToken! });
  const next = await acquire(api, 'other');
  t.equal(next.status, 201);
  t.ok(next.body.fencingToken! > lease.fencingToken!);
});

t.test('redis: what a stopped Redis was asked is unknown, and repeated once it goes on it is one grant', async (t) => {
  const { redis, service, api } = await overRedis(t);
  const leaseId = newLeaseId();
  redis.pause();
  await assertAway(t, service, () => acquire(api, 'asked', leaseId), ['unknown']);
  redis.resume();
  await service.answers();
  const repeated = await acquire(api, 'asked', leaseId);
  t.ok(repeated.status === 200 || repeated.status === 201, `the repeat is granted: ${repeated.status}`);
  t.equal((await api.inspect('asked')).body.fencingToken, repeated.body.fencingToken);
  t.equal((await api.inspect('asked')).body.previous, undefined, 'the first grant of the session');
});

t.test('redis: a full Redis takes no more, and loses nothing', async (t) => {
  const { redis, service, api } = await overRedis(t);
  const leaseId = newLeaseId();
  const { body: lease } = await acquire(api, 'held', leaseId);
  await redis.ask((asked) => asked.config('SET', 'maxmemory', '1'));
  await assertAway(t, service, () => acquire(api, 'other'), ['not-applied']);
  await redis.ask((asked) => asked.config('SET', 'maxmemory', '0'));
  await service.answers();
  t.equal((await acquire(api, 'other')).status, 201);
  t.match((await api.renew('held', leaseId)).body, { fencingToken: lease.fencingToken! });
});
