/** The service, or its Redis, restarts while clients hold and wait: holders keep their leases, waiters come back, nobody has to be told. */
import t, { type Test } from 'tap';
import { LeaseClient, type Lease } from '../../client/src/index.ts';
import { eachStoreInFull, IS_LONG } from '../support/each-store.ts';
import { LeaseApi } from '../support/lease-api.ts';
import { monotonicMs } from '../support/monotonic.ts';
import { startRedisServer } from '../support/redis-server.ts';
import { waitersOf } from '../support/rival.ts';
import { spawnService, type SpawnedService } from '../support/spawn-service.ts';
import { until, within } from '../support/until.ts';

t.setTimeout(170_000);
// Most of the time is waited for renewals.
t.jobs = 5;

const CLIENTS = 5;
/** A service that starts on a busy machine may take most of ten seconds. */
const TTL_MS = 15_000;
const RESTARTS = IS_LONG ? 3 : 1;
const SHARED = 'shared';
const names = Array.from({ length: CLIENTS }, (_, index) => `gateway-${index}`);

const openClient = (test: Test, baseUrl: string, holder: string): LeaseClient => {
  const client = new LeaseClient({ baseUrl, holder, ttlMs: TTL_MS });
  test.teardown(() => client.close());
  return client;
};

/** Looks every few milliseconds. What it returns ends the looking, and gives the errors that `assertHeld()` threw. */
const watch = (leases: readonly Lease[]): (() => Error[]) => {
  const errors: Error[] = [];
  const look = (lease: Lease): void => {
    try {
      lease.assertHeld();
    } catch (error) {
      errors.push(error as Error);
    }
  };
  const timer = setInterval(() => leases.forEach(look), 5);
  return () => {
    clearInterval(timer);
    return errors;
  };
};

/** Clients hold and wait all through it. */
const holdThrough = async (test: Test, service: SpawnedService, restart: () => Promise<void>): Promise<void> => {
  const api = new LeaseApi(service.baseUrl, { keepAlive: false });
  const holders = names.map((name) => openClient(test, service.baseUrl, name));
  const leases = await Promise.all(holders.map((client, index) => client.acquire(`own-${index}`)));
  const shared = await holders[0]!.acquire(SHARED);
  const served: number[] = [];
  const waiters = names.map(async (name) => {
    const lease = await openClient(test, service.baseUrl, `${name}-waiting`).acquire(SHARED, { waitMs: 120_000 });
    served.push(lease.fencingToken);
    test.equal(await lease.release(), 'released');
  });
  const stopWatching = watch([...leases, shared]);
  for (let count = 1; count <= RESTARTS; count++) {
    await until('all wait', async () => (await waitersOf(api, SHARED)) === CLIENTS);
    await restart();
    const readyMs = monotonicMs();
    await until('all wait again', async () => (await waitersOf(api, SHARED)) === CLIENTS);
    await until('all leases are renewed again', async () => {
      const views = await Promise.all([...leases, shared].map(({ session }) => api.inspect(session)));
      return views.every(({ body }) => (body.lastRenewedMsAgo ?? Infinity) < monotonicMs() - readyMs);
    });
  }
  test.equal(served.length, 0, 'the waiters wait all the while');
  for (const lease of [...leases, shared]) {
    await lease.verify();
    test.equal((await api.inspect(lease.session)).body.fencingToken, lease.fencingToken, `${lease.session} has the same lease`);
  }
  test.same(stopWatching(), [], 'no look in between saw a lease that was not held');
  await shared.release();
  await within('all waiters were served', Promise.all(waiters));
  test.equal(served.length, CLIENTS);
  test.same([shared.fencingToken, ...served], [shared.fencingToken, ...served].toSorted((a, b) => a - b), 'with rising fencing tokens');
};

for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
  eachStoreInFull(t, `${signal} of the service and restart`, async (test, { store }) => {
    const service = await spawnService(test, { store });
    await holdThrough(test, service, async () => {
      test.same(await service.end(signal), signal === 'SIGTERM' ? { code: 0, signal: null } : { code: null, signal }, 'the service ended');
      await service.start();
    });
  });
}

void t.test('redis: SIGKILL of Redis and restart on its append-only file', async (test) => {
  const redis = await startRedisServer(test);
  const service = await spawnService(test, { store: { redis: redis.url } });
  await holdThrough(test, service, () => redis.restart());
});
