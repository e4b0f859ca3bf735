/** Conformance of stores whose time goes on while nothing of them runs here. */
import type { Test } from 'tap';
import { firstRun, type OpenAgain } from './run-again.ts';

export const replyRunningOnRules = async (t: Test, openAgain: OpenAgain): Promise<void> => {
  const start = firstRun(openAgain, { isDistant: true });

  t.test('a lease ends in its time, and leaves its attempt unknown, with nobody there to see it', async (t) => {
    const first = await start(t);
    const fencingToken = await first.store.take('s', 'a', { ttlMs: 10_000 });
    await first.replies.park('s', 'r');
    await first.replies.attempt('s', 'r', 'a', 1, 'sending');
    const again = await first.restart({ downMs: 60_000 });
    t.match(await again.replies.page({ due: true }), { replies: [{ reply: { state: 'unknown', attempts: 1, maybeDelivered: true } }] });
    t.match(await again.store.renew('s', 'a'), { kind: 'lease-lost', fencingToken, endedBecause: 'expired' });
    t.match(await again.replies.attempt('s', 'r', 'a', 1, 'delivered'), { kind: 'reply', reply: { state: 'delivered' } }, 'its word is still believed');
  });

  t.test('a lease that did not end meanwhile is renewed, and its attempt goes on', async (t) => {
    const first = await start(t);
    const fencingToken = await first.store.take('s', 'a', { ttlMs: 10_000 });
    await first.replies.park('s', 'r');
    await first.replies.attempt('s', 'r', 'a', 1, 'sending');
    const again = await first.restart({ downMs: 9_999 });
    t.match(await again.store.renew('s', 'a'), { kind: 'renewed', fencingToken, remainingMs: 10_000 });
    t.match(await again.replies.attempt('s', 'r', 'a', 1, 'sending'), { kind: 'reply', reply: { state: 'sending' } }, 'a repeat');
    t.match(await again.replies.attempt('s', 'r', 'a', 1, 'delivered'), { kind: 'reply', reply: { state: 'delivered' } });
  });
};
