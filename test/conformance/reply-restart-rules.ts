/** Conformance of stores that outlive their process: parked replies after it was closed and opened again. */
import type { Test } from 'tap';
import type { LeaseStore } from '../../service/src/session/store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { DAY_MS, HOUR_MS, RepliesUnderTest } from './replies-under-test.ts';
import { StoreUnderTest } from './store-under-test.ts';

/** Gives what opens one and the same state, again and again. */
export type OpenAgain = (t: Test) => (clock: FakeClock) => Promise<LeaseStore>;

interface Run {
  readonly store: StoreUnderTest;
  readonly replies: RepliesUnderTest;
  /** Closes it, and opens it on another process's clock after `downMs`, the wall clock stepped by `stepMs` meanwhile. */
  restart(times?: { readonly downMs?: number; readonly stepMs?: number }): Promise<Run>;
}

export const replyRestartRules = async (t: Test, openAgain: OpenAgain): Promise<void> => {
  const start = async (t: Test): Promise<Run> => {
    const open = openAgain(t);
    let last: LeaseStore;
    t.teardown(() => last.close());
    const run = async (clock: FakeClock): Promise<Run> => {
      last = await open(clock);
      const store = StoreUnderTest.on(last, clock);
      const restart: Run['restart'] = async ({ downMs = 1_000, stepMs = 0 } = {}) => {
        await last.close();
        const { wallUs } = clock.now();
        return run(new FakeClock({ monoMs: 5_000, wallUs: wallUs + (downMs + stepMs) * 1_000 }));
      };
      return { store, replies: new RepliesUnderTest(store.store), restart };
    };
    return run(new FakeClock());
  };

  t.test('a parked reply is there after a restart, to the letter, with its payload and its age', async (t) => {
    const first = await start(t);
    await first.replies.park('s', 'r', { sequence: 2, reason: 'lost', committed: true });
    const again = await first.restart({ downMs: 2_000 });
    const told = { replyId: 'r', fencingToken: 0, sequence: 2, holder: 'parker of r', state: 'parked', committed: true, attempts: 0, maybeDelivered: false, reason: 'lost', payloadBytes: 8, contentType: 'application/json' };
    t.strictSame(await again.replies.read('s', 'r'), { kind: 'reply', reply: { ...told, dueInMs: 0, parkedMsAgo: 2_000, expiresInMs: DAY_MS - 2_000 }, payload: '"says r"' });
    t.strictSame([await again.replies.due(), await again.replies.list({ state: 'parked' })], [['s/r'], ['s/r']]);
    t.match(await again.replies.park('s', 'r'), { kind: 'parked', repeated: true });
    t.match(await again.replies.park('s', 'r', { says: 'other' }), { kind: 'reply-id-reused' });
  });

  t.test('the order of delivery outlives a restart, and parking goes on counting', async (t) => {
    const first = await start(t);
    for (const id of ['third', 'fourth']) await first.replies.park('s', id);
    await first.replies.park('s', 'second', { sequence: 2 });
    await first.replies.park('s', 'first', { sequence: 1 });
    const again = await first.restart();
    await again.replies.park('s', 'fifth');
    const listed = await again.store.do('s', { kind: 'list-replies', limit: 10 });
    t.strictSame(listed.replies.map(({ replyId }) => replyId), ['first', 'second', 'third', 'fourth', 'fifth']);
    t.match(await again.replies.read('s', 'fifth'), { payload: '"says fifth"' });
    t.match(await again.replies.read('s', 'fourth'), { payload: '"says fourth"' });
  });

  t.test('what was delivered stays delivered, and its payload stays gone', async (t) => {
    const first = await start(t);
    await first.store.take('s', 'a');
    await first.replies.park('s', 'r');
    await first.replies.settle('s', 'r', 'a', 'delivered');
    const again = await first.restart({ downMs: HOUR_MS });
    const stored = await again.replies.read('s', 'r');
    t.match(stored, { reply: { state: 'delivered', settledMsAgo: HOUR_MS } });
    t.notOk('payload' in stored);
    t.match(await again.replies.attempt('s', 'r', 'a', 1, 'delivered'), { kind: 'reply', reply: { state: 'delivered' } }, 'a repeat is answered alike');
  });

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

  t.test('a holder that does not come back leaves its attempt unknown, without anybody looking', async (t) => {
    const first = await start(t);
    await first.store.take('s', 'a', { ttlMs: 10_000 });
    await first.replies.park('s', 'r');
    await first.replies.attempt('s', 'r', 'a', 1, 'sending');
    const again = await first.restart();
    again.store.clock.advance(10_000);
    t.match(await again.replies.page({ due: true }), { replies: [{ reply: { state: 'unknown', dueInMs: 0, attempts: 1 } }] });
  });

  t.test('back-off and expiry go on while nobody runs', async (t) => {
    const first = await start(t);
    await first.store.take('s', 'a');
    await first.replies.park('s', 'r', { expiresInMs: HOUR_MS });
    await first.replies.settle('s', 'r', 'a', 'failed', { retryAfterMs: 60_000 });
    await first.store.release('s', 'a');
    const again = await first.restart({ downMs: 20_000 });
    t.match(await again.replies.look('s', 'r'), { reply: { dueInMs: 40_000, expiresInMs: HOUR_MS - 20_000, lastError: undefined } });
    const late = await again.restart({ downMs: 2 * HOUR_MS });
    t.match(await late.replies.read('s', 'r'), { reply: { state: 'dead', reason: /expired/ }, payload: '"says r"' });
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

  t.test('dead replies wait for somebody, however long', async (t) => {
    const first = await start(t);
    await first.replies.park('s', 'r', { expiresInMs: 1_000 });
    const again = await first.restart({ downMs: 60 * DAY_MS });
    t.match(await again.replies.read('s', 'r'), { reply: { state: 'dead' }, payload: '"says r"' });
    const later = await again.restart({ downMs: 60 * DAY_MS });
    later.store.clock.advance(60_000);
    t.match(await later.replies.replay('s', 'r'), { kind: 'reply', reply: { state: 'parked', attempts: 0 } });
    t.strictSame(await later.replies.due(), ['s/r']);
  });

  t.test('settled replies are forgotten after seven days, stops included', async (t) => {
    const first = await start(t);
    await first.replies.park('s', 'r');
    await first.replies.discard('s', 'r');
    const soon = await first.restart({ downMs: 7 * DAY_MS - 1 });
    t.match(await soon.replies.read('s', 'r'), { reply: { state: 'superseded', reason: 'not wanted' }, payload: '"says r"' });
    const late = await soon.restart({ downMs: 1 });
    t.match(await late.replies.read('s', 'r'), { kind: 'reply-unknown' });
  });
};
