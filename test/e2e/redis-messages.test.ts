/**
 * What is lost between instances and their Redis delays a waiter by at most a second beyond the outage itself: a message, the connections, the
 * whole server. Instances that die with waiters delay the others by seconds (S16), and a Redis that hangs is answered for within the deadline (L4).
 */
import t, { type Test } from 'tap';
import { LeaseApi, newLeaseId, type Answer } from '../support/lease-api.ts';
import { monotonicMs } from '../support/monotonic.ts';
import { startRedisServer, type RedisServer } from '../support/redis-server.ts';
import { waitAsRival, waitersOf } from '../support/rival.ts';
import { spawnService, type SpawnedService } from '../support/spawn-service.ts';
import { pause, until, within } from '../support/until.ts';

t.setTimeout(170_000);

const PROMISED_MS = 1_000;
/** A busy machine may be late in running so many processes; the promise is asserted on the virtual clock, and shown here as a figure. */
const MACHINE_MS = 2_000;
const OFFER_MS = 5_000;
const DEADLINE_MS = 2_000;
const LONG_MS = 120_000;

interface Side {
  readonly service: SpawnedService;
  readonly api: LeaseApi;
}

interface Scene {
  readonly redis: RedisServer;
  readonly first: Side;
  readonly second: Side;
}

const scene = async (test: Test): Promise<Scene> => {
  const redis = await startRedisServer(test);
  const side = async (): Promise<Side> => {
    const service = await spawnService(test, { store: { redis: redis.url } });
    const api = new LeaseApi(service.baseUrl, { keepAlive: false });
    test.teardown(() => api.close());
    return { service, api };
  };
  return { redis, first: await side(), second: await side() };
};

/** Held over the first instance, waited for at the second. */
const held = async ({ first, second }: Scene, session: string, ttlMs = LONG_MS) => {
  const leaseId = newLeaseId();
  const { status } = await first.api.acquire(session, leaseId, { holder: 'first', ttlMs });
  if (status !== 201) throw new Error(`${session} was answered ${status}`);
  const waiter = waitAsRival(second.service.baseUrl, session);
  await until('somebody waits', async () => (await waitersOf(first.api, session)) === 1);
  /** Again and again until it is released; resolves with the moment. */
  const release = async (): Promise<number> => {
    await until('it is released', async () => (await first.api.release(session, leaseId)).status === 204);
    return monotonicMs();
  };
  return { waiter, release };
};

/** Keeps a kind of connection away while something is done. */
const withoutConnections = async <T>(redis: RedisServer, kinds: readonly ('pubsub' | 'normal')[], work: () => Promise<T>): Promise<T> =>
  redis.ask(async (asked) => {
    let goesOn = true;
    const kill = async (): Promise<void> => {
      for (const kind of kinds) await asked.call('CLIENT', 'KILL', 'TYPE', kind, 'SKIPME', 'yes');
    };
    await kill();
    const killing = (async () => {
      while (goesOn) {
        await kill();
        await pause(5);
      }
    })();
    try {
      return await work();
    } finally {
      goesOn = false;
      await killing;
    }
  });

const shown = (delays: readonly number[]): string => delays.map((ms) => ms.toFixed(0)).join(', ');

t.test('a wake that is published while nobody is subscribed delays the waiter by a second at most', async (test) => {
  const all = await scene(test);
  const delays: number[] = [];
  for (const session of ['lost 1', 'lost 2', 'lost 3', 'lost 4', 'lost 5']) {
    const { waiter, release } = await held(all, session);
    const releasedMs = await withoutConnections(all.redis, ['pubsub'], release);
    const given = await within('the waiter is served', waiter);
    delays.push(Math.max(0, given.answeredMs - releasedMs));
    await given.release();
  }
  test.comment(`a lost message delayed the waiter by ${shown(delays)} ms; promised ${PROMISED_MS}`);
  test.ok(Math.max(...delays) < PROMISED_MS + MACHINE_MS);
});

t.test('instances that lose all their connections come back, and the waiter is served within the second', async (test) => {
  const all = await scene(test);
  const delays: number[] = [];
  for (const session of ['cut 1', 'cut 2', 'cut 3']) {
    const { waiter, release } = await held(all, session);
    let backMs = 0;
    await withoutConnections(all.redis, ['pubsub', 'normal'], () => pause(300));
    backMs = monotonicMs();
    const releasedMs = await release();
    const given = await within('the waiter is served', waiter);
    delays.push(given.answeredMs - backMs);
    test.ok(given.answeredMs >= releasedMs - DEADLINE_MS);
    await given.release();
  }
  test.comment(`after connections were cut, release and hand-off were done ${shown(delays)} ms after they could be made again; promised ${PROMISED_MS} for the waiter`);
  test.ok(Math.max(...delays) < 2 * PROMISED_MS + MACHINE_MS);
});

t.test('Redis is killed and started again on its append-only file: nothing is lost, and a waiter is served within the second', async (test) => {
  const all = await scene(test);
  const { redis, first } = all;
  const released = await held(all, 'released');
  const expiring = await held(all, 'expiring', 1_000);
  const kept = newLeaseId();
  const { body } = await first.api.acquire('kept', kept, { holder: 'first', ttlMs: LONG_MS });
  const killedMs = monotonicMs();
  await redis.kill();
  test.match(await first.api.acquire('refused', newLeaseId(), { holder: 'first' }), { status: 503, body: { code: 'store-unavailable', outcome: 'not-applied' } });
  await until('the lease has run out', () => monotonicMs() - killedMs > 1_000);
  await redis.start();
  const backMs = monotonicMs();
  const releasedMs = await released.release();
  const [one, two] = await within('both are served', Promise.all([released.waiter, expiring.waiter]));
  const delays = [one.answeredMs - releasedMs, two.answeredMs - backMs];
  test.comment(`Redis was away for ${(backMs - killedMs).toFixed(0)} ms; released ${(releasedMs - backMs).toFixed(0)} ms after it was back, the waiter served ${Math.max(0, delays[0]!).toFixed(0)} ms later; the one behind a lease that ran out meanwhile ${delays[1]!.toFixed(0)} ms after it was back; promised ${PROMISED_MS}`);
  test.ok(releasedMs - backMs < PROMISED_MS + MACHINE_MS, 'instances are back within a second');
  test.ok(Math.max(...delays) < PROMISED_MS + MACHINE_MS, 'and so are the waiters');
  test.match(await first.api.renew('kept', kept), { status: 200, body: { fencingToken: body.fencingToken } }, 'no lease was lost');
  test.notOk(/has lost partition/.test(first.service.stderr), 'and nothing was taken for lost');
});

t.test('an instance dies with waiters: those behind them are served within seconds, however many died', async (test) => {
  const { first, second } = await scene(test);
  const leaseId = newLeaseId();
  await first.api.acquire('queue', leaseId, { holder: 'first', ttlMs: LONG_MS });
  const dying = ['dying 1', 'dying 2', 'dying 3'];
  const never: Promise<Answer>[] = [];
  for (const [nth, holder] of dying.entries()) {
    const answered = second.api.acquire('queue', newLeaseId(), { holder, ttlMs: LONG_MS, waitMs: 60_000 });
    answered.catch(() => {}); // its end is what the test is about, and is looked at below
    never.push(answered);
    await until(`${holder} waits`, async () => (await waitersOf(first.api, 'queue')) === nth + 1);
  }
  const next = waitAsRival(first.service.baseUrl, 'queue', 'next');
  await until('the next one waits', async () => (await waitersOf(first.api, 'queue')) === dying.length + 1);
  await second.service.kill();
  for (const answered of never) await test.rejects(answered);
  const releasedAtMs = monotonicMs();
  await first.api.release('queue', leaseId);
  const costMs = (await within('the next one holds', next)).answeredMs - releasedAtMs;
  test.comment(`${dying.length} waiters of an instance that died cost ${costMs.toFixed(0)} ms of a TTL of ${LONG_MS} ms`);
  test.ok(costMs < OFFER_MS + PROMISED_MS + MACHINE_MS);
});

t.test('Redis hangs for five seconds: every request is answered within its deadline, leases live on, and all goes on afterwards', async (test) => {
  const all = await scene(test);
  const { redis, first, second } = all;
  const leaseId = newLeaseId();
  const { body } = await first.api.acquire('kept', leaseId, { holder: 'first', ttlMs: 30_000 });
  const { waiter, release } = await held(all, 'waited for');
  redis.pause();
  const stoppedMs = monotonicMs();
  const slowest: number[] = [];
  const ask = async (call: () => Promise<Answer>): Promise<void> => {
    while (monotonicMs() - stoppedMs < 5_000) {
      const sentMs = monotonicMs();
      const { status, body: problem } = await call();
      slowest.push(monotonicMs() - sentMs);
      if (status !== 503 || problem.code !== 'store-unavailable') test.fail(`answered ${status} ${problem.code}`);
      await pause(50);
    }
  };
  const reads = (): Promise<Answer> => first.api.inspect('kept');
  const writes = (): Promise<Answer> => second.api.acquire('free', newLeaseId(), { holder: 'second', ttlMs: 1_000 });
  const renewals = (): Promise<Answer> => first.api.renew('kept', leaseId);
  await Promise.all([reads, writes, renewals].map(ask));
  redis.resume();
  const resumedMs = monotonicMs();
  const renewedMs = await until('a renewal is answered', async () => (await renewals()).status === 200 && monotonicMs());
  test.equal((await first.api.inspect('kept')).body.fencingToken, body.fencingToken, 'the same lease all along');
  const releasedMs = await release();
  const given = await within('the waiter is served', waiter);
  test.comment(`while Redis hung, ${slowest.length} requests were answered 503, the slowest after ${Math.max(...slowest).toFixed(0)} ms (deadline ${DEADLINE_MS}); it was used again ${(renewedMs - resumedMs).toFixed(0)} ms after it went on, and the waiter served ${Math.max(0, given.answeredMs - releasedMs).toFixed(0)} ms after the release`);
  test.ok(slowest.length > 10);
  test.ok(Math.max(...slowest) < DEADLINE_MS + MACHINE_MS);
  test.ok(renewedMs - resumedMs < PROMISED_MS + MACHINE_MS);
  test.ok(given.answeredMs - releasedMs < PROMISED_MS + MACHINE_MS);
});
