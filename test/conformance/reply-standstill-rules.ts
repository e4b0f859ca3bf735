/** Conformance of stores that keep time themselves: while nothing of them runs, leases stand still, and no wall clock that is set meanwhile does harm. */
import type { Test } from 'tap';
import { DAY_MS, HOUR_MS } from './replies-under-test.ts';
import { firstRun, type OpenAgain } from './run-again.ts';

export const replyStandstillRules = async (t: Test, openAgain: OpenAgain): Promise<void> => {
  const start = firstRun(openAgain);

  t.test('an attempt that is under way goes on, as its lease does', async (t) => {
    const first = await start(t);
    await first.store.take('s', 'a', { ttlMs: 10_000 });
    await first.replies.park('s', 'r');
    await first.replies.attempt('s', 'r', 'a', 1, 'sending');
    const again = await first.restart({ downMs: HOUR_MS });
    t.match(await again.replies.look('s', 'r'), { reply: { state: 'sending', attempts: 1 } });
    t.strictSame(await again.replies.due(), [], 'its holder is still there');
    t.match(await again.replies.attempt('s', 'r', 'a', 1, 'sending'), { kind: 'reply', reply: { state: 'sending' } }, 'a repeat');
    t.match(await again.replies.attempt('s', 'r', 'a', 1, 'failed', { error: 'busy' }), { kind: 'reply', reply: { state: 'parked', dueInMs: 5_000, lastError: 'busy' } });
  });

  t.test('a wall clock that was set back kills nothing, puts nothing off, and lets nothing live for ever', async (t) => {
    const first = await start(t);
    await first.store.take('s', 'a');
    await first.replies.park('s', 'r', { expiresInMs: HOUR_MS });
    await first.replies.settle('s', 'r', 'a', 'failed');
    await first.store.release('s', 'a');
    await first.replies.park('t', 'discarded');
    await first.replies.discard('t', 'discarded');
    const again = await first.restart({ stepMs: -365 * DAY_MS });
    t.match(await again.replies.look('s', 'r'), { reply: { state: 'parked', dueInMs: 5_000, expiresInMs: HOUR_MS, parkedMsAgo: 0 } });
    t.match(await again.replies.look('t', 'discarded'), { reply: { state: 'superseded', settledMsAgo: 0 } });
    again.store.clock.advance(HOUR_MS);
    t.match(await again.replies.look('s', 'r'), { reply: { state: 'dead' } });
  });
};
