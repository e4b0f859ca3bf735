/** L5: a yield request and the arrival of a waiter reach the holder at once; where the event stream is cut, heartbeats bring them. */
import t, { type Test } from 'tap';
import { LeaseClient, type Lease } from '../../client/src/index.ts';
import { startCuttingProxy, type CuttingProxy, type Fate } from '../support/cutting-proxy.ts';
import { LeaseApi, newLeaseId } from '../support/lease-api.ts';
import { monotonicMs } from '../support/monotonic.ts';
import { spawnService } from '../support/spawn-service.ts';
import { until } from '../support/until.ts';

t.setTimeout(170_000);

const ROUNDS = 10;
/** Heartbeats alone would need a third of it. */
const LONG_TTL_MS = 60_000;
const SHORT_TTL_MS = 1_500;
/** The promise is 250 ms; it is void where the news came no sooner than by heartbeat. Between the two a busy machine is let be. */
const HEARD_MS_MAX = 5_000;

interface Scene {
  readonly proxy: CuttingProxy;
  readonly client: LeaseClient;
  readonly api: LeaseApi;
}

const setUp = async (test: Test, ttlMs: number): Promise<Scene> => {
  const service = await spawnService(test);
  const proxy = await startCuttingProxy(test, service.port);
  const client = new LeaseClient({ baseUrl: proxy.baseUrl, holder: 'gateway-1', ttlMs });
  test.teardown(() => client.close());
  const api = new LeaseApi(service.baseUrl);
  test.teardown(() => api.close());
  return { proxy, client, api };
};

/** Has somebody ask for the session; resolves with how long the holder was unaware of it. */
const heardYield = async ({ api }: Scene, lease: Lease): Promise<number> => {
  let heardMs = 0;
  lease.onYield(() => (heardMs = monotonicMs()));
  const askedMs = monotonicMs();
  await api.requestYield(lease.session, { by: 'operator', reason: 'a person waits' });
  await until('the holder hears of the yield request', () => heardMs > 0, { everyMs: 1 });
  return heardMs - askedMs;
};

/** Has somebody wait for the session; resolves with how long the holder was unaware of it. */
const heardWaiter = async ({ api }: Scene, lease: Lease): Promise<number> => {
  let heardMs = 0;
  lease.onWaiters(() => (heardMs ||= monotonicMs()));
  const askedMs = monotonicMs();
  const leaseId = newLeaseId();
  const waiting = api.acquire(lease.session, leaseId, { holder: 'waiter', waitMs: 60_000 });
  await until('the holder hears of the waiter', () => heardMs > 0, { everyMs: 1 });
  await api.release(lease.session, leaseId);
  await waiting;
  return heardMs - askedMs;
};

const isStream = ({ path }: { path: string }): boolean => path.startsWith('/v1/events');
const show = (all: readonly number[]): string => `median ${all.toSorted((a, b) => a - b)[all.length >> 1]?.toFixed(1)} ms, longest ${Math.max(...all).toFixed(1)} ms`;

void t.test('by the event stream, at once', async (test) => {
  const scene = await setUp(test, LONG_TTL_MS);
  const { client, proxy } = scene;
  await client.acquire('first');
  await until('the event stream is open', () => proxy.requests.some((request) => isStream(request) && request.answerBytes > 0));
  const yields: number[] = [];
  const waiters: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const lease = await client.acquire(`round-${round}`);
    yields.push(await heardYield(scene, lease));
    test.match(lease.yieldRequest, { by: 'operator', reason: 'a person waits' }, 'the holder knows who asks, and why');
    const other = await client.acquire(`queue-${round}`);
    waiters.push(await heardWaiter(scene, other));
  }
  test.ok(Math.max(...yields, ...waiters) < HEARD_MS_MAX, 'no heartbeat was due so soon');
  test.equal(proxy.requests.filter(isStream).length, 1, 'over one stream');
  test.comment(`a yield request reached the holder in: ${show(yields)}; a waiter in: ${show(waiters)}; promised 250 ms`);
});

const FATES: Record<string, Fate> = {
  'is cut': { kind: 'cut', afterAnswerBytes: 0, how: 'rst' },
  'is ended again and again': { kind: 'cut', afterAnswerBytes: 0, how: 'fin' },
  'is silent': { kind: 'stall', afterAnswerBytes: 0 },
};

for (const [what, fate] of Object.entries(FATES)) {
  void t.test(`by heartbeat, where the event stream ${what}`, async (test) => {
    const scene = await setUp(test, SHORT_TTL_MS);
    const { client, proxy } = scene;
    proxy.fateOf = (request) => (isStream(request) ? fate : { kind: 'pass' });
    const lease = await client.acquire('asked');
    const yieldMs = await heardYield(scene, lease);
    const other = await client.acquire('queue');
    const waiterMs = await heardWaiter(scene, other);
    test.ok(proxy.requests.some(isStream), 'the client tried to open a stream');
    test.equal(lease.held && other.held, true, 'the leases are held all the same');
    test.comment(`with a TTL of ${SHORT_TTL_MS} ms: a yield request after ${yieldMs.toFixed(0)} ms, a waiter after ${waiterMs.toFixed(0)} ms`);
  });
}

void t.test('a stream that is cut comes back, and misses nothing for good', async (test) => {
  const scene = await setUp(test, LONG_TTL_MS);
  const { client, proxy } = scene;
  const lease = await client.acquire('first');
  for (let round = 1; round <= 3; round++) {
    const streams = (): number => proxy.requests.filter((request) => isStream(request) && request.answerBytes > 0).length;
    await until('the event stream is open', () => streams() === round);
    proxy.cutNow(isStream, round % 2 === 0 ? 'rst' : 'fin');
    // Asked while the stream is away: the next one has to bring it, since no heartbeat is due for long.
    const asked = await client.acquire(`round-${round}`);
    test.ok((await heardYield(scene, asked)) < HEARD_MS_MAX, `cut ${round}`);
  }
  test.equal(lease.held, true);
});
