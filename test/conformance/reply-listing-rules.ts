/** Conformance: listings of replies across sessions. */
import type { Test } from 'tap';
import type { Namespace, ReplyState } from '../../service/src/session/types.ts';
import { RepliesUnderTest } from './replies-under-test.ts';
import { nameOf, type OpenUnderTest, type StoreUnderTest } from './store-under-test.ts';

export const replyListingRules = async (t: Test, open: OpenUnderTest): Promise<void> => {
  const withReplies = async (t: Test): Promise<{ store: StoreUnderTest; replies: RepliesUnderTest }> => {
    const store = await open(t);
    return { store, replies: new RepliesUnderTest(store.store) };
  };

  t.test('the courier is shown one reply a session, its head, by due time and then by key', async (t) => {
    const { store, replies } = await withReplies(t);
    // U+E000 comes before U+1F600 in bytes, and after it in UTF-16 units.
    for (const key of ['b', '😀', '\ue000', 'a']) await replies.park(key, 'first');
    await replies.park('a', 'second');
    store.clock.advance(1);
    await replies.park('0', 'first');
    const expected = ['a/first', 'b/first', '\ue000/first', '😀/first', '0/first'];
    for (const limit of [1, 2, 4, 5, 100]) t.strictSame(await replies.due({ limit }), expected, `pages of ${limit}`);
    t.match(await replies.page({ due: true, limit: 5 }), { nextAfter: undefined }, 'a last page that is just full has no successor');
    t.strictSame((await replies.page({ due: true, limit: 1 })).replies[0]?.reply, await replies.look('a', 'first').then((told) => told.kind === 'reply' && told.reply));
  });

  t.test('not while somebody holds the session or waits for it, nor before its back-off is over', async (t) => {
    const { store, replies } = await withReplies(t);
    await replies.park('s', 'r');
    await store.take('s', 'a', { ttlMs: 60_000 });
    t.strictSame(await replies.due(), [], 'held');
    await store.wait('s', 'b');
    await replies.settle('s', 'r', 'a', 'failed');
    await store.release('s', 'a');
    t.strictSame(await replies.due(), [], 'offered to a waiter');
    await store.release('s', 'b');
    t.strictSame(await replies.due(), [], 'not due');
    store.clock.advance(4_999);
    t.strictSame(await replies.due(), []);
    store.clock.advance(1);
    t.strictSame(await replies.due(), ['s/r']);
    await replies.discard('s', 'r');
    t.strictSame(await replies.due(), [], 'nothing is left');
  });

  t.test('a lease that ended by time, with nobody looking, leaves its replies to the courier', async (t) => {
    const { store, replies } = await withReplies(t);
    await store.take('s', 'a', { ttlMs: 10_000 });
    await replies.park('s', 'r');
    await replies.attempt('s', 'r', 'a', 1, 'sending');
    store.clock.advance(10_000);
    t.match(await replies.page({ due: true }), { replies: [{ key: 's', reply: { state: 'unknown', dueInMs: 0 } }] });
    t.strictSame(await replies.due({ state: 'unknown' }), ['s/r']);
    t.strictSame(await replies.due({ state: 'parked' }), [], 'a state that is asked for is matched');
  });

  t.test('a head that dies gives way to the next one', async (t) => {
    const { store, replies } = await withReplies(t);
    await replies.park('s', 'short', { expiresInMs: 1_000 });
    await replies.park('s', 'long');
    store.clock.advance(1_000);
    t.strictSame(await replies.due(), ['s/long']);
    t.strictSame(await replies.list({ state: 'dead' }), ['s/short']);
  });

  t.test('replies of a state are listed by when they are due, or were settled, then by key, then by parking', async (t) => {
    const { store, replies } = await withReplies(t);
    for (const key of ['b', 'a', '😀', '\ue000']) for (const id of ['1', '2']) await replies.park(key, id);
    store.clock.advance(1_000);
    await replies.park('0', 'later');
    const parked = ['a/1', 'a/2', 'b/1', 'b/2', '\ue000/1', '\ue000/2', '😀/1', '😀/2', '0/later'];
    for (const limit of [1, 2, 5, 9, 100]) t.strictSame(await replies.list({ state: 'parked', limit }), parked, `pages of ${limit}`);
    store.clock.advance(1_000);
    await replies.discard('b', '2');
    store.clock.advance(1_000);
    await replies.discard('a', '1');
    t.strictSame(await replies.list({ state: 'superseded' }), ['b/2', 'a/1']);
    t.strictSame(await replies.list({ state: 'superseded', limit: 1 }), ['b/2', 'a/1']);
    t.strictSame(await replies.list({ limit: 2 }), ['a/2', 'b/1', '\ue000/1', '\ue000/2', '😀/1', '😀/2', '0/later', 'b/2', 'a/1'], 'and all states in one order');
  });

  t.test('every state has its listing', async (t) => {
    const { store, replies } = await withReplies(t);
    await store.take('s', 'a', { ttlMs: 3_600_000 });
    for (const [id, outcome] of [['delivered', 'delivered'], ['dead', 'failed']] as const) {
      await replies.park('s', id);
      await replies.settle('s', id, 'a', outcome, { permanent: true });
    }
    await replies.park('s', 'superseded');
    await replies.discard('s', 'superseded');
    await replies.park('s', 'sending');
    await replies.attempt('s', 'sending', 'a', 1, 'sending');
    await replies.park('s', 'parked');
    await store.take('u', 'a');
    await replies.park('u', 'unknown');
    await replies.settle('u', 'unknown', 'a', 'unknown');
    const states: readonly ReplyState[] = ['parked', 'sending', 'unknown', 'dead', 'delivered', 'superseded'];
    for (const state of states) t.strictSame(await replies.list({ state }), [`${state === 'unknown' ? 'u' : 's'}/${state}`], state);
    t.equal((await replies.list()).length, 6);
    t.match((await replies.page({ state: 'dead' })).replies, [{ reply: { state: 'dead', reason: 'refused for good', settledMsAgo: 0 } }]);
  });

  t.test('what time has changed, with nobody looking, is listed as it is now', async (t) => {
    const { store, replies } = await withReplies(t);
    await replies.park('s', 'r', { expiresInMs: 1_000 });
    store.clock.advance(1_000);
    t.strictSame(await replies.list({ state: 'parked' }), []);
    t.match((await replies.page()).replies, [{ reply: { state: 'dead' } }]);
  });

  t.test('a namespace lists its own replies alone', async (t) => {
    const { replies } = await withReplies(t);
    await replies.park('s', 'mine');
    await replies.park(nameOf('s', 'other'), 'theirs');
    const other = { namespace: 'other' as Namespace };
    t.strictSame([await replies.list(), await replies.due()], [['s/mine'], ['s/mine']]);
    t.strictSame([await replies.list(other), await replies.due(other)], [['s/theirs'], ['s/theirs']]);
    t.strictSame(await replies.due({ namespace: 'nobody' as Namespace }), []);
  });

  t.test('whoever was answered is listed in the next moment', async (t) => {
    const { replies } = await withReplies(t);
    for (let n = 0; n < 20; n += 1) {
      await replies.park(`s${n}`, 'r');
      t.equal((await replies.list()).length, n + 1);
      t.equal((await replies.due()).length, n + 1);
    }
  });

  t.test('many sessions are walked without a gap or a repeat', async (t) => {
    const { store, replies } = await withReplies(t);
    const keys = Array.from({ length: 2_100 }, (_, n) => `s${String((n * 7_919) % 2_100).padStart(4, '0')}`);
    for (let first = 0; first < keys.length; first += 700) {
      store.clock.advance(1);
      await Promise.all(keys.slice(first, first + 700).map((key) => replies.park(key, 'r')));
    }
    const expected = [0, 700, 1_400].flatMap((start) => keys.slice(start, start + 700).toSorted()).map((key) => `${key}/r`);
    for (const limit of [333, 1_000]) {
      t.strictSame(await replies.due({ limit }), expected);
      t.strictSame(await replies.list({ limit }), expected);
      t.strictSame(await replies.list({ limit, state: 'parked' }), expected);
    }
  });
};
