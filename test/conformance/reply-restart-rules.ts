/** Conformance of stores that outlive their process: parked replies after it was closed and opened again. */
import type { Test } from 'tap';
import { DAY_MS, HOUR_MS } from './replies-under-test.ts';
import { firstRun, type OpenAgain } from './run-again.ts';
import type { Place } from './store-under-test.ts';

export const replyRestartRules = async (t: Test, openAgain: OpenAgain, place: Place = {}): Promise<void> => {
  const start = firstRun(openAgain, place);

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
