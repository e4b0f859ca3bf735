/**
 * S4 with real processes: a holder that cannot renew, because its event loop is blocked, its service is stopped or its network is
 * silent, sees `assertHeld()` throw before the store gives the session away. Both sides note their moments on the clock that the
 * machine's processes share, and the smallest slack between them is printed.
 */
import t, { type Test } from 'tap';
import { PASS, startCuttingProxy } from '../support/cutting-proxy.ts';
import { spawnHolder, type SpawnedHolder } from '../support/holder/spawn-holder.ts';
import type { Report } from '../support/holder/orders.ts';
import { LeaseApi } from '../support/lease-api.ts';
import { monotonicMs } from '../support/monotonic.ts';
import { waitAsRival, waitersOf, type GivenAway } from '../support/rival.ts';
import { spawnService, type SpawnedService } from '../support/spawn-service.ts';
import { until, within } from '../support/until.ts';

t.setTimeout(170_000);

const TTL_MS = 1_000;
const ROUNDS = 3;

interface Scene {
  readonly holder: SpawnedHolder;
  readonly fencingToken: number;
  readonly rival: Promise<GivenAway>;
}

/** A holder in its own process, and a rival in the queue behind it. */
const setUp = async (test: Test, service: SpawnedService, session: string, baseUrl = service.baseUrl): Promise<Scene> => {
  const holder = spawnHolder(test, { baseUrl, holder: 'gateway-1' });
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

void t.test('an event loop that is blocked for longer than the TTL', async (test) => {
  const service = await spawnService(test);
  const slacks: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const { holder, rival, fencingToken } = await setUp(test, service, `blocked-${round}`);
    const report = await holder.ask({ do: 'block', forMs: 1.5 * TTL_MS });
    slacks.push(judge(test, report, await within('the rival holds', rival), fencingToken));
    const gap = report.gaps.at(-1);
    test.equal(gap?.held, false, 'the last look in the blocked turn already saw it lost');
    test.equal(gap?.abortedInNextTimers, true, 'lease.signal was aborted in the next timers phase');
    await holder.kill();
  }
  test.comment(`smallest slack with a blocked event loop: ${Math.min(...slacks).toFixed(1)} ms of a TTL of ${TTL_MS} ms`);
});

void t.test('a service that is stopped for longer than the TTL', async (test) => {
  const service = await spawnService(test);
  const slacks: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const { holder, rival, fencingToken } = await setUp(test, service, `stopped-${round}`);
    const stoppedMs = monotonicMs();
    service.signal('SIGSTOP');
    // A renewal that reaches the service in its last moment would keep the lease for another TTL, as it should.
    await until('the lease has run out', () => monotonicMs() - stoppedMs > TTL_MS);
    const isAborted = async (): Promise<boolean> => (await holder.ask({ do: 'report' })).abortedMs !== undefined;
    await until('lease.signal is aborted although nobody said a word', isAborted);
    service.signal('SIGCONT');
    const given = await within('the rival holds', rival);
    slacks.push(judge(test, await holder.ask({ do: 'report' }), given, fencingToken));
    await holder.kill();
  }
  test.comment(`smallest slack with a stopped service: ${Math.min(...slacks).toFixed(1)} ms of a TTL of ${TTL_MS} ms`);
});

void t.test('a network that swallows every renewal', async (test) => {
  const service = await spawnService(test);
  const proxy = await startCuttingProxy(test, service.port);
  const slacks: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    proxy.fateOf = () => PASS;
    const { holder, rival, fencingToken } = await setUp(test, service, `swallowed-${round}`, proxy.baseUrl);
    proxy.fateOf = () => ({ kind: 'swallow' });
    const given = await within('the rival holds', rival);
    const report = await until('lease.signal is aborted', async () => {
      const heard = await holder.ask({ do: 'report' });
      return heard.abortedMs !== undefined && heard;
    });
    slacks.push(judge(test, report, given, fencingToken));
    await holder.kill();
  }
  test.comment(`smallest slack with a swallowing network: ${Math.min(...slacks).toFixed(1)} ms of a TTL of ${TTL_MS} ms`);
});
