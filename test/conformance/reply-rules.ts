/** Conformance: parked replies of one session, and their payloads. */
import type { Test } from 'tap';
import { RepliesUnderTest } from './replies-under-test.ts';
import { nameOf, type OpenUnderTest } from './store-under-test.ts';

const KIB = 1_024;

export const replyRules = async (t: Test, open: OpenUnderTest): Promise<void> => {
  const store = await open(t);
  const replies = new RepliesUnderTest(store.store);

  t.test('a reply is parked without a lease, told once, and read with its payload', async (t) => {
    const parked = await replies.park('park', 'r', { says: 'a "word", ü, 😀 \n and \u0000', sequence: 3, reason: 'lost the lease' });
    t.match(parked, { kind: 'parked', repeated: false, reply: { replyId: 'r', state: 'parked', sequence: 3, reason: 'lost the lease', attempts: 0, committed: false } });
    t.strictSame(await store.takeEvents('park'), [{ type: 'parked', holder: 'parker of r', fencingToken: 0, replyId: 'r', state: 'parked' }]);
    store.clock.advance(700);
    const stored = await replies.read('park', 'r');
    t.match(stored, { kind: 'reply', reply: { parkedMsAgo: 700, payloadBytes: Number }, payload: JSON.stringify('a "word", ü, 😀 \n and \u0000') });
    t.strictSame({ ...stored, payload: undefined }, { ...(await replies.look('park', 'r')), payload: undefined });
  });

  t.test('the same again is the same parking; another payload is refused, and changes nothing', async (t) => {
    await replies.park('again', 'r', { says: 'one' });
    t.match(await replies.park('again', 'r', { says: 'one', committed: true }), { kind: 'parked', repeated: true, reply: { committed: true } });
    t.match(await replies.park('again', 'r', { says: 'two' }), { kind: 'reply-id-reused' });
    t.match(await replies.read('again', 'r'), { payload: '"one"', reply: { committed: true } });
  });

  t.test('parking at the same time is parking once', async (t) => {
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => replies.park('race', 'r')));
    t.strictSame(outcomes.map((outcome) => outcome.kind === 'parked' && outcome.repeated).toSorted(), [false, ...Array.from({ length: 19 }, () => true)]);
  });

  t.test('a payload of 256 KiB is kept as it is', async (t) => {
    const says = 'ü'.repeat(128 * KIB - 1);
    await replies.park('large', 'r', { says });
    const stored = await replies.read('large', 'r');
    t.ok(stored.kind === 'reply' && stored.payload === JSON.stringify(says));
  });

  t.test('what was never parked is unknown, here and in another namespace', async (t) => {
    await replies.park('mine', 'r');
    t.match(await replies.read('mine', 'other'), { kind: 'reply-unknown' });
    t.match(await replies.read('never named', 'r'), { kind: 'reply-unknown' });
    t.match(await replies.read(nameOf('mine', 'other'), 'r'), { kind: 'reply-unknown' });
    await replies.park(nameOf('mine', 'other'), 'r', { says: 'theirs' });
    t.match([await replies.read('mine', 'r'), await replies.read(nameOf('mine', 'other'), 'r')], [{ payload: '"says r"' }, { payload: '"theirs"' }]);
  });

  t.test('a delivered reply has no payload any more, and is remembered for seven days', async (t) => {
    await replies.park('deliver', 'r');
    await store.take('deliver', 'a');
    await replies.settle('deliver', 'r', 'a', 'delivered');
    const stored = await replies.read('deliver', 'r');
    t.match(stored, { kind: 'reply', reply: { state: 'delivered', attempts: 1, settledMsAgo: 0 } });
    t.notOk('payload' in stored);
    t.match(await replies.park('deliver', 'r'), { kind: 'parked', repeated: true });
    t.notOk('payload' in (await replies.read('deliver', 'r')), 'and a repeat brings none back');
    store.leap(7 * 24 * 3_600_000 - 1);
    t.match(await replies.read('deliver', 'r'), { reply: { state: 'delivered' } });
    store.clock.advance(1);
    t.match(await replies.read('deliver', 'r'), { kind: 'reply-unknown' });
    t.match(await replies.park('deliver', 'r', { says: 'anew' }), { kind: 'parked', repeated: false });
    t.match(await replies.read('deliver', 'r'), { payload: '"anew"' });
  });

  t.test('every other state has its payload: it may be wanted again', async (t) => {
    await store.take('states', 'a', { ttlMs: 3_600_000 });
    await replies.park('states', 'dead');
    await replies.settle('states', 'dead', 'a', 'failed', { permanent: true, error: 'gone' });
    await replies.park('states', 'superseded');
    await replies.discard('states', 'superseded');
    await replies.park('states', 'unknown');
    await replies.settle('states', 'unknown', 'a', 'unknown');
    for (const state of ['dead', 'superseded', 'unknown']) t.match(await replies.read('states', state), { reply: { state }, payload: `"says ${state}"` });
    t.match(await replies.replay('states', 'superseded'), { kind: 'reply', reply: { state: 'parked' } });
    t.match(await replies.read('states', 'superseded'), { payload: '"says superseded"' });
  });

  t.test('replies are taken in their order, under the live lease alone', async (t) => {
    const fencingToken = await store.take('order', 'a');
    await replies.park('order', 'second', { fencingToken });
    await replies.park('order', 'first', { fencingToken, sequence: 1 });
    t.match(await replies.attempt('order', 'second', 'a', 1, 'sending'), { kind: 'reply-not-next', replyId: 'first' });
    t.match(await replies.attempt('order', 'first', 'b', 1, 'sending'), { kind: 'lease-unknown' });
    t.match(await replies.attempt('order', 'first', 'a', 1, 'sending'), { kind: 'reply', reply: { state: 'sending', attempts: 1 } });
    t.match(await store.do('order', { kind: 'list-replies', limit: 10 }), { replies: [{ replyId: 'first' }, { replyId: 'second' }] });
    t.match(await store.inspect('order'), { parkedReplies: 2 });
  });

  t.test('a taker whose lease ends in the midst of sending leaves an unknown reply, without anybody looking', async (t) => {
    await store.take('midst', 'a', { ttlMs: 10_000 });
    await replies.park('midst', 'r');
    await replies.attempt('midst', 'r', 'a', 1, 'sending');
    await store.takeEvents('midst');
    await store.passUnwatched(10_000, 'midst');
    t.match(await store.takeEvents('midst'), [{ type: 'ended' }, { type: 'reply-state', replyId: 'r', state: 'unknown' }]);
    t.match(await replies.look('midst', 'r'), { reply: { state: 'unknown', dueInMs: 0 } });
    t.match(await replies.attempt('midst', 'r', 'a', 1, 'delivered'), { kind: 'reply', reply: { state: 'delivered' } }, 'its word is still believed');
  });

  t.test('a reply that nobody delivers is dead after its time, and says why, without anybody looking', async (t) => {
    await replies.park('late', 'r', { expiresInMs: 5_000 });
    await store.takeEvents('late');
    await store.passUnwatched(5_000, 'late');
    t.match(await store.takeEvents('late'), [{ type: 'reply-state', replyId: 'r', state: 'dead' }]);
    t.match(await replies.read('late', 'r'), { reply: { state: 'dead', reason: /expired/ }, payload: '"says r"' });
  });

  t.test('a session takes 1,000 replies, and no more', async (t) => {
    await Promise.all(Array.from({ length: 1_000 }, (_, n) => replies.park('thousand', `r${n}`)));
    t.match(await replies.park('thousand', 'one more'), { kind: 'replies-full', replies: 1_000 });
    t.match(await replies.park('thousand', 'r7'), { kind: 'parked', repeated: true });
    t.match(await replies.read('thousand', 'r999'), { payload: '"says r999"' });
    await replies.discard('thousand', 'r0');
    t.match(await replies.park('thousand', 'one more'), { kind: 'parked' });
  });
};
