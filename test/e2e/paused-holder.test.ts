/** A gateway that is paused for longer than its TTL loses its session, and finds out at its first look. */
import t from 'tap';
import { eachStoreInFull, IS_LONG } from '../support/each-store.ts';
import { type SpawnedHolder, spawnHolders } from '../support/holder/spawn-holder.ts';
import type { LookAfterGap } from '../support/holder/orders.ts';
import { LeaseApi } from '../support/lease-api.ts';
import { monotonicMs } from '../support/monotonic.ts';
import { waitAsRival, waitersOf } from '../support/rival.ts';
import { spawnService } from '../support/spawn-service.ts';
import { until, within } from '../support/until.ts';

t.setTimeout(170_000);
// What is waited for is a lease that runs out.
t.jobs = 2;

const TTL_MS = 1_000;
const HOLDERS = IS_LONG ? 3 : 2;

const isPause = ({ gapMs }: LookAfterGap): boolean => gapMs > TTL_MS;

eachStoreInFull(t, 'a paused holder is succeeded, and learns it at its first look', async (test, { store }) => {
  const service = await spawnService(test, { store });
  const api = new LeaseApi(service.baseUrl);
  test.teardown(() => api.close());
  const pauseOne = async (holder: SpawnedHolder, index: number): Promise<void> => {
    const session = `paused-${index}`;
    const { fencingToken } = await holder.ask({ do: 'acquire', session, ttlMs: TTL_MS, waitMs: 0 });
    const rival = waitAsRival(service.baseUrl, session, 'gateway-2');
    await until('the rival waits', async () => (await waitersOf(api, session)) === 1);

    const pausedMs = monotonicMs();
    holder.signal('SIGSTOP');
    const given = await within('the rival holds', rival);
    await until('the pause is longer than the TTL', () => monotonicMs() - pausedMs > TTL_MS + 50);
    test.ok(given.fencingToken > fencingToken, 'the next holder has the larger fencing token');
    holder.signal('SIGCONT');

    const report = await until('the holder looked again', async () => {
      const heard = await holder.ask({ do: 'report' });
      return heard.gaps.some(isPause) && heard;
    });
    const pauses = report.gaps.filter(isPause);
    test.same(pauses.map(({ held }) => held), [false], 'assertHeld() threw at the first look after the pause');
    test.same(pauses.map(({ abortedInNextTimers }) => abortedInNextTimers), [true], 'lease.signal was aborted in that timers phase');
    test.ok(report.lastHeldMs < given.notBeforeMs, 'no look saw it held after the store had given it away');
    const verified = await holder.ask({ do: 'verify' });
    test.match(verified, { verdict: 'StaleFencingTokenError', currentToken: given.fencingToken, successor: 'gateway-2', endedBecause: 'expired' });
    test.equal((await holder.ask({ do: 'release' })).outcome, 'lost', 'its release says that it had been lost');
    test.equal((await api.inspect(session)).body.fencingToken, given.fencingToken, "and leaves the successor's lease alone (S8)");
    await given.release();
    await holder.kill();
  };
  const holders = await spawnHolders(test, HOLDERS, { baseUrl: service.baseUrl, holder: 'gateway-1' });
  await Promise.all(holders.map(pauseOne));
});
