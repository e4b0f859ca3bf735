/**
 * The wall clock of the Redis server is stepped by an hour, either way: no fencing token is repeated or out of order (S1, S2), and exclusion does
 * what docs/decisions.md says of it. Forward, leases end early on the store's side, while their holders still believe (S4 does not hold; the token
 * refuses them at the resource, S5). Back, a session that nobody releases stays held an hour longer. A preloaded shim moves the clock of the server.
 */
import t, { type Test } from 'tap';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LeaseClient } from '../../client/src/index.ts';
import { LeaseApi, newLeaseId } from '../support/lease-api.ts';
import { monotonicMs } from '../support/monotonic.ts';
import { startRedisServer, type RedisServer } from '../support/redis-server.ts';
import { waitAsRival, waitersOf } from '../support/rival.ts';
import { spawnService, type SpawnedService } from '../support/spawn-service.ts';
import { until, within } from '../support/until.ts';
import { buildWallClockShim } from '../support/wall-clock-shim.ts';

t.setTimeout(170_000);

const HOUR_S = 3_600;
const TTL_MS = 60_000;
const MACHINE_MS = 5_000;

interface Scene {
  readonly redis: RedisServer;
  readonly service: SpawnedService;
  readonly api: LeaseApi;
  /** Steps the server's clock to so far from the real one, and makes sure that the server sees it. */
  readonly step: (seconds: number) => Promise<void>;
  /** Acquires a lease that must be granted at once, releases it, and gives its token. */
  readonly pass: (session: string) => Promise<number>;
}

const scene = async (test: Test): Promise<Scene> => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-clock-'));
  test.teardown(() => rmSync(folder, { recursive: true }));
  const shim = buildWallClockShim(folder);
  const redis = await startRedisServer(test, { env: shim.env });
  const service = await spawnService(test, { store: { redis: redis.url } });
  const api = new LeaseApi(service.baseUrl);
  test.teardown(() => api.close());
  const step = async (seconds: number): Promise<void> => {
    shim.shift(seconds);
    const [told = 0] = await redis.ask((asked) => asked.time());
    test.ok(Math.abs(Number(told) - Date.now() / 1_000 - seconds) < 60, `the server's clock is ${seconds} s from the real one`);
  };
  const pass = async (session: string): Promise<number> => {
    const leaseId = newLeaseId();
    const { status, body } = await api.acquire(session, leaseId, { holder: 'gateway-1', ttlMs: TTL_MS });
    if (status !== 201 || body.fencingToken === undefined) throw new Error(`${session} was answered ${status} ${body.code}`);
    await api.release(session, leaseId);
    return body.fencingToken;
  };
  return { redis, service, api, step, pass };
};

t.test('tokens rise through every step, ahead and back, and through restarts of both', async (test) => {
  const { redis, service, step, pass } = await scene(test);
  const tokens: number[] = [];
  const passes = async (): Promise<void> => {
    for (let nth = 0; nth < 20; nth += 1) tokens.push(await pass('one'));
  };
  await passes();
  await step(HOUR_S);
  await passes();
  test.ok(tokens.at(-1)! - tokens[0]! > HOUR_S * 1_000_000 * 0.99, 'they follow the clock ahead');
  await step(0);
  await passes();
  await redis.restart();
  await service.answers();
  await passes();
  await step(-HOUR_S);
  await passes();
  await service.restart('SIGKILL');
  await passes();
  await step(0);
  await passes();
  test.same(tokens, [...new Set(tokens)].toSorted((a, b) => a - b), 'each is larger than the one before');
  test.comment(`${tokens.length} tokens in a row, over steps of an hour ahead, back, further back and ahead again`);
});

t.test('an hour ahead: leases end early in the store, and the fencing token refuses whoever still believes', async (test) => {
  const { service, api, step } = await scene(test);
  const client = new LeaseClient({ baseUrl: service.baseUrl, holder: 'gateway-1' });
  test.teardown(() => client.close());
  const lease = await client.acquire('stepped', { ttlMs: TTL_MS, autoRenew: false });
  const rival = waitAsRival(service.baseUrl, 'stepped');
  await until('the rival waits', async () => (await waitersOf(api, 'stepped')) === 1);
  const steppedMs = monotonicMs();
  await step(HOUR_S);
  const given = await within('the rival holds', rival);
  const earlyMs = TTL_MS - (given.answeredMs - steppedMs);
  test.ok(earlyMs > TTL_MS - MACHINE_MS, 'within a moment, long before the lease was over');
  test.ok(lease.held, 'two believe that they hold it: S4 does not hold while the clock is stepped');
  test.ok(given.fencingToken > lease.fencingToken, 'the second holder has the larger token');
  test.match((await api.fence('stepped', lease.fencingToken)).body, { verdict: 'superseded', stale: true, currentToken: given.fencingToken }, 'so a resource that checks refuses the first');
  await test.rejects(lease.verify(), { code: 'stale-fencing-token' });
  test.match((await api.inspect('stepped')).body, { held: true, fencingToken: given.fencingToken });
  test.comment(`an hour ahead: the session went to the next ${earlyMs.toFixed(0)} ms before its lease of ${TTL_MS} ms was over`);
  await given.release();
});

t.test('an hour back: a session that nobody releases stays held for up to an hour more, and nothing else', async (test) => {
  const { api, step, pass } = await scene(test);
  const [leaseId, orphanId, waiterId] = [newLeaseId(), newLeaseId(), newLeaseId()];
  const ttlMs = 2_000;
  const before = await pass('free');
  const kept = await api.acquire('kept', leaseId, { holder: 'gateway-1', ttlMs: TTL_MS });
  await api.acquire('orphaned', orphanId, { holder: 'gateway-1', ttlMs });
  const grantedMs = monotonicMs();
  const waiter = api.acquire('kept', waiterId, { holder: 'waiter', ttlMs: TTL_MS, waitMs: 60_000 });
  await until('somebody waits', async () => (await waitersOf(api, 'kept')) === 1);
  await step(-HOUR_S);

  const renewed = await api.renew('kept', leaseId);
  test.match(renewed, { status: 200, body: { fencingToken: kept.body.fencingToken } }, 'a holder renews as if nothing had happened');
  test.ok((renewed.body.remainingMs ?? 0) >= TTL_MS - 1_000, 'and is promised no less than before (S7)');
  test.equal((await api.release('kept', leaseId)).status, 204);
  test.match(await within('the waiter is served', waiter), { status: 201 }, 'a release hands on at once');
  test.equal((await api.renew('kept', waiterId)).status, 200);
  test.ok((await pass('free')) > before, 'a free session is granted at once, with a larger token');

  await until('the orphan would have ended', () => monotonicMs() - grantedMs > 2 * ttlMs);
  const orphan = await api.inspect('orphaned');
  test.equal(orphan.body.held, true, 'the lease that nobody renews or releases is held on');
  const leftMs = orphan.body.remainingMs ?? 0;
  test.ok(leftMs > HOUR_S * 1_000 - MACHINE_MS * 4 && leftMs <= HOUR_S * 1_000 + ttlMs, 'for an hour and what was left of it, no longer');
  test.comment(`an hour back: a lease of ${ttlMs} ms that nobody renewed had ${leftMs} ms to live`);
  test.match(await api.revoke('orphaned', { by: 'operator', reason: 'the clock was set back' }), { status: 200 }, 'an operator ends it at once');
  const next = await api.acquire('orphaned', newLeaseId(), { holder: 'gateway-2', ttlMs });
  test.equal(next.status, 201);
  await step(0);
  await pass('after');
});
