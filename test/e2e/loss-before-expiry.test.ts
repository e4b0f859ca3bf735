/**
 * S4 with real processes: a holder that cannot renew, because its event loop is blocked, its service or its store is stopped or its
 * network is silent, sees `assertHeld()` throw before the store gives the session away. Both sides note their moments on the clock that
 * the machine's processes share, and the smallest slack between them is printed.
 */
import t, { type Test } from 'tap';
import { PASS, startCuttingProxy } from '../support/cutting-proxy.ts';
import { eachStoreInFull, IS_LONG } from '../support/each-store.ts';
import { type SpawnedHolder, spawnHolders } from '../support/holder/spawn-holder.ts';
import type { Report } from '../support/holder/orders.ts';
import { LeaseApi } from '../support/lease-api.ts';
import { monotonicMs } from '../support/monotonic.ts';
import { waitAsRival, waitersOf, type GivenAway } from '../support/rival.ts';
import { spawnService, type SpawnedService } from '../support/spawn-service.ts';
import { until, within } from '../support/until.ts';

t.setTimeout(170_000);
// What is waited for is a lease that runs out.
t.jobs = 2;

const TTL_MS = 1_000;
const HOLDERS = IS_LONG ? 3 : 2;

interface Scene {
  readonly holder: SpawnedHolder;
  readonly fencingToken: number;
  readonly rival: Promise<GivenAway>;
}

/** Holders in their own processes, and behind each a rival in the queue. */
const setUp = async (test: Test, service: SpawnedService, { count = HOLDERS, baseUrl = service.baseUrl } = {}): Promise<readonly Scene[]> => {
  const holders = await spawnHolders(test, count, { baseUrl, holder: 'gateway-1' });
  return Promise.all(holders.map((holder, index) => setUpOne(service, holder, `${test.name}, ${index}`)));
};

const setUpOne = async (service: SpawnedService, holder: SpawnedHolder, session: string): Promise<Scene> => {
  const { fencingToken } = await holder.ask({ do: 'acquire', session, ttlMs: TTL_MS, waitMs: 0 });
  const rival = waitAsRival(service.baseUrl, session);
  const api = new LeaseApi(service.baseUrl);
  await until('the rival waits', async () => (await waitersOf(api, session)) === 1);
  api.close();
  return { holder, fencingToken, rival };
};

/** What must be true of any holder that lost its session without hearing of it. Returns the slack. */
const judge = (test: Test, report: Report, given: GivenAway, fencingToken: number): number => {
  const slackMs = given.notBeforeMs - report.lastHeldMs;
  test.ok(slackMs > 0, `the last look that saw the lease held was ${slackMs.toFixed(1)} ms before the store gave it away`);
  test.same(report.refusedCodes, ['lease-lost'], 'assertHeld() throws that the lease is lost');
  test.ok(given.fencingToken > fencingToken, 'the rival has the larger fencing token');
  return slackMs;
};

const aborted = (holder: SpawnedHolder): Promise<Report> =>
  until('lease.signal is aborted although nobody said a word', async () => {
    const report = await holder.ask({ do: 'report' });
    return report.abortedMs !== undefined && report;
  });

const tellSlacks = (test: Test, slacks: readonly number[]): void =>
  test.comment(`smallest slack: ${Math.min(...slacks).toFixed(1)} ms of a TTL of ${TTL_MS} ms`);

/** Something that all holders depend on stands still for longer than their TTL. */
const stopUnderHolders = async (test: Test, service: SpawnedService, stop: () => void, goOn: () => void): Promise<void> => {
  const scenes = await setUp(test, service);
  stop();
  const stoppedMs = monotonicMs();
  // A renewal that reaches the store in its last moment would keep the lease for another TTL, as it should.
  await until('the leases have run out', () => monotonicMs() - stoppedMs > TTL_MS);
  await Promise.all(scenes.map(({ holder }) => aborted(holder)));
  goOn();
  const slacks = await Promise.all(
    scenes.map(async ({ holder, rival, fencingToken }) => {
      const given = await within('the rival holds', rival);
      const slackMs = judge(test, await holder.ask({ do: 'report' }), given, fencingToken);
      await holder.kill();
      return slackMs;
    }),
  );
  tellSlacks(test, slacks);
};

/** Each takes a whole processor, and hears nothing meanwhile. */
const blockHolders = async (test: Test, service: SpawnedService): Promise<void> => {
  const slackOf = async ({ holder, rival, fencingToken }: Scene): Promise<number> => {
    const report = await holder.ask({ do: 'block', forMs: 1.5 * TTL_MS });
    const slackMs = judge(test, report, await within('the rival holds', rival), fencingToken);
    const gap = report.gaps.at(-1);
    test.equal(gap?.held, false, 'the last look in the blocked turn already saw it lost');
    test.equal(gap?.abortedInNextTimers, true, 'lease.signal was aborted in the next timers phase');
    await holder.kill();
    return slackMs;
  };
  const scenes = await setUp(test, service, { count: 2 });
  tellSlacks(test, await Promise.all(scenes.map(slackOf)));
};

const swallowRenewals = async (test: Test, service: SpawnedService): Promise<void> => {
  const proxy = await startCuttingProxy(test, service.port);
  proxy.fateOf = () => PASS;
  const scenes = await setUp(test, service, { baseUrl: proxy.baseUrl });
  proxy.fateOf = () => ({ kind: 'swallow' });
  const slackOf = async ({ holder, rival, fencingToken }: Scene): Promise<number> => {
    const given = await within('the rival holds', rival);
    const slackMs = judge(test, await aborted(holder), given, fencingToken);
    await holder.kill();
    return slackMs;
  };
  tellSlacks(test, await Promise.all(scenes.map(slackOf)));
};

eachStoreInFull(t, 'a holder that cannot renew sees its loss before the store gives the session away', async (test, { store, redis }) => {
  const service = await spawnService(test, { store });
  await test.test('an event loop that is blocked for longer than the TTL', (inner) => blockHolders(inner, service));
  await test.test('a service that is stopped for longer than the TTL', (inner) =>
    stopUnderHolders(inner, service, () => service.signal('SIGSTOP'), () => service.signal('SIGCONT')),
  );
  if (redis) await test.test('a Redis that is stopped for longer than the TTL', (inner) => stopUnderHolders(inner, service, () => redis.pause(), () => redis.resume()));
  await test.test('a network that swallows every renewal', (inner) => swallowRenewals(inner, service));
});
