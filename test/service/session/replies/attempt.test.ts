import t from 'tap';
import { ReplyScene, DAY_MS, MINUTE_MS, SECOND_MS } from './reply-scene.ts';

const BACKOFFS_MS = [5 * SECOND_MS, 25 * SECOND_MS, 2 * MINUTE_MS, 10 * MINUTE_MS, 30 * MINUTE_MS, 30 * MINUTE_MS, 30 * MINUTE_MS];

/** A scene in which `a` holds the session for a day, with a parked reply `r`. */
const withReply = (): ReplyScene => {
  const scene = new ReplyScene();
  scene.take('a', { ttlMs: 2 * DAY_MS, maxHoldMs: 7 * DAY_MS });
  scene.park('r');
  return scene;
};

t.test('the live holder begins an attempt, and tells that it arrived', async (t) => {
  const scene = withReply();
  t.match(scene.send('r', 'a'), { kind: 'reply', reply: { state: 'sending', attempts: 1, dueInMs: 0 } });
  t.match(scene.events, [{ type: 'reply-state', holder: 'parker of r', replyId: 'r', state: 'sending' }]);
  const told = scene.pass(5).say('delivered', 'r', 'a', { committed: true });
  t.match(told, { kind: 'reply', reply: { state: 'delivered', attempts: 1, committed: true, settledMsAgo: 0 } });
  t.notOk(told.kind === 'reply' && ('dueInMs' in told.reply || 'expiresInMs' in told.reply));
  t.match(scene.events, [{ type: 'reply-state', replyId: 'r', state: 'delivered' }]);
  t.strictSame([scene.events.length, scene.open], [1, []]);
});

t.test('only the live holder begins an attempt', async (t) => {
  const scene = withReply();
  scene.wait('waits');
  scene.release('never granted');
  const before = scene.session;
  for (const id of ['unseen', 'waits', 'never granted']) t.strictSame(scene.send('r', id), { kind: 'lease-unknown' }, id);
  t.equal(scene.session, before);
  scene.disconnect('waits');
  scene.revoke();
  t.match(scene.send('r', 'a'), { kind: 'lease-lost', endedBecause: 'revoked' });
  t.match(scene.send('r', 'waits'), { kind: 'reply', reply: { state: 'sending' } }, 'an offer is a live lease');
});

t.test('a lease that ends in this very millisecond takes nothing', async (t) => {
  const scene = new ReplyScene();
  scene.take('a', { ttlMs: 1_000 });
  scene.park('r');
  t.match(scene.pass(1_000).send('r', 'a'), { kind: 'lease-lost', endedBecause: 'expired' });
});

t.test('a reply that nobody parked is unknown', async (t) => {
  const scene = withReply();
  t.strictSame(scene.send('other', 'a'), { kind: 'reply-unknown' });
  t.strictSame(scene.say('delivered', 'other', 'a'), { kind: 'reply-unknown' });
});

t.test('none but the head is taken, and the head is named', async (t) => {
  const scene = withReply();
  scene.park('ahead', { sequence: 7 });
  t.strictSame(scene.send('r', 'a'), { kind: 'reply-not-next', replyId: 'ahead' });
  scene.send('ahead', 'a');
  t.strictSame(scene.send('r', 'a'), { kind: 'reply-not-next', replyId: 'ahead' }, 'while that is being sent');
  scene.say('unknown', 'ahead', 'a');
  t.strictSame(scene.send('r', 'a'), { kind: 'reply-not-next', replyId: 'ahead' }, 'while nobody knows whether it arrived');
  scene.send('ahead', 'a');
  scene.say('failed', 'ahead', 'a');
  t.strictSame(scene.send('r', 'a'), { kind: 'reply-not-next', replyId: 'ahead' }, 'while it waits for its next attempt');
  scene.send('ahead', 'a');
  scene.say('failed', 'ahead', 'a', { permanent: true });
  t.match(scene.send('r', 'a'), { kind: 'reply' }, 'a dead one blocks nobody');
});

t.test('a reply parked late goes next: no two of a session are ever sent at once', async (t) => {
  const scene = new ReplyScene();
  const stale = scene.take('old');
  scene.release('old');
  scene.take('a');
  scene.parkAs('sending', 'fresh', 'a');
  scene.park('late', { fencingToken: stale });
  t.strictSame(scene.send('late', 'a'), { kind: 'reply-not-next', replyId: 'fresh' });
  t.match(scene.send('fresh', 'a'), { kind: 'reply', reply: { attempts: 2 } }, 'its taker may begin again');
  scene.say('failed', 'fresh', 'a');
  t.strictSame(scene.send('fresh', 'a'), { kind: 'reply-not-next', replyId: 'late' });
  t.match(scene.send('late', 'a'), { kind: 'reply' });
});

t.test('an attempt carries the next number, or it is superseded', async (t) => {
  const scene = withReply();
  for (const attempt of [0, 2]) t.strictSame(scene.send('r', 'a', { attempt, committed: true }), { kind: 'attempt-superseded', attempts: 0 });
  scene.send('r', 'a');
  scene.say('failed', 'r', 'a');
  for (const attempt of [1, 3]) t.strictSame(scene.send('r', 'a', { attempt }), { kind: 'attempt-superseded', attempts: 1 });
  t.match(scene.look('r'), { committed: false, attempts: 1 }, 'what was refused says nothing about the transcript');
});

t.test('a repeat of a beginning is answered alike, and changes nothing', async (t) => {
  const scene = withReply();
  const first = scene.send('r', 'a', { attempt: 1 });
  const before = scene.session;
  t.strictSame(scene.send('r', 'a', { attempt: 1 }), first);
  t.equal(scene.session, before);
  t.strictSame(scene.events, []);
});

t.test('a beginning that is over is no repeat', async (t) => {
  const scene = withReply();
  scene.send('r', 'a', { attempt: 1 });
  scene.say('failed', 'r', 'a');
  t.strictSame(scene.send('r', 'a', { attempt: 1 }), { kind: 'attempt-superseded', attempts: 1 });
});

t.test('what came of an attempt is answered alike when it is told again, also after the lease', async (t) => {
  for (const outcome of ['delivered', 'failed', 'unknown'] as const) {
    const scene = withReply();
    scene.send('r', 'a');
    const first = scene.say(outcome, 'r', 'a', { error: 'e' });
    const before = scene.session;
    t.strictSame(scene.say(outcome, 'r', 'a', { error: 'other', permanent: true }), first, outcome);
    t.equal(scene.session, before, outcome);
    t.strictSame(scene.events, [], outcome);
    scene.release('a');
    t.match(scene.say(outcome, 'r', 'a'), { kind: 'reply' }, outcome);
  }
});

t.test('the taker may begin anew over its own attempt, which then counts as unknown', async (t) => {
  const scene = withReply();
  scene.send('r', 'a');
  t.match(scene.send('r', 'a'), { kind: 'reply', reply: { state: 'sending', attempts: 2 } });
  t.strictSame(scene.say('delivered', 'r', 'a', { attempt: 1 }), { kind: 'attempt-superseded', attempts: 2 });
  t.match(scene.say('unknown', 'r', 'a'), { reply: { dueInMs: BACKOFFS_MS[0]! } }, 'it is not the first time');
  scene.send('r', 'a');
  scene.send('r', 'a');
  t.match(scene.say('failed', 'r', 'a'), { reply: { dueInMs: BACKOFFS_MS[2]! } }, 'each counts');
});

t.test('what was not taken cannot be settled', async (t) => {
  const scene = withReply();
  for (const outcome of ['delivered', 'failed', 'unknown'] as const) {
    t.strictSame(scene.say(outcome, 'r', 'a', { attempt: 0 }), { kind: 'attempt-not-taken' }, `${outcome}, before the first`);
    t.strictSame(scene.say(outcome, 'r', 'a', { attempt: 1 }), { kind: 'attempt-superseded', attempts: 0 });
  }
  scene.send('r', 'a');
  for (const outcome of ['delivered', 'failed', 'unknown'] as const) t.strictSame(scene.say(outcome, 'r', 'b'), { kind: 'attempt-not-taken' }, `${outcome}, by another`);
  scene.say('failed', 'r', 'a');
  t.strictSame(scene.say('unknown', 'r', 'a'), { kind: 'attempt-not-taken' }, 'nor settled twice');
});

t.test('its taker may correct what it said: it arrived after all, or it surely did not', async (t) => {
  for (const first of ['failed', 'unknown'] as const) {
    const scene = withReply();
    scene.send('r', 'a');
    scene.say(first, 'r', 'a');
    t.match(scene.say('delivered', 'r', 'a'), { reply: { state: 'delivered' } }, first);
  }
  const scene = withReply();
  scene.send('r', 'a');
  scene.say('unknown', 'r', 'a');
  t.match(scene.say('failed', 'r', 'a'), { reply: { state: 'parked', dueInMs: BACKOFFS_MS[0]! } });
});

t.test('`delivered` is believed after the lease has ended, and nothing else is', async (t) => {
  const scene = withReply();
  scene.send('r', 'a');
  scene.revoke();
  scene.take('b');
  for (const outcome of ['failed', 'unknown'] as const) t.match(scene.say(outcome, 'r', 'a'), { kind: 'lease-lost', endedBecause: 'revoked', successor: { holder: 'holder of b' } });
  t.equal(scene.stateOf('r'), 'unknown');
  t.match(scene.say('delivered', 'r', 'a'), { kind: 'reply', reply: { state: 'delivered' } });
  t.strictSame(scene.send('r', 'b'), { kind: 'reply-settled', state: 'delivered' });
});

t.test('`delivered` comes too late once a newer attempt has begun', async (t) => {
  const scene = withReply();
  scene.send('r', 'a');
  scene.revoke();
  scene.take('b');
  scene.send('r', 'b');
  t.strictSame(scene.say('delivered', 'r', 'a', { attempt: 1 }), { kind: 'attempt-superseded', attempts: 2 });
  t.strictSame(scene.say('delivered', 'r', 'a', { attempt: 2 }), { kind: 'attempt-not-taken' });
  t.equal(scene.stateOf('r'), 'sending');
});

t.test('`delivered` is believed as long as no newer attempt began: also after a replay, and of an id that is forgotten', async (t) => {
  const scene = withReply();
  scene.send('r', 'a');
  scene.release('a');
  scene.replay('r');
  scene.pass(16 * MINUTE_MS);
  t.strictSame(scene.say('unknown', 'r', 'a'), { kind: 'lease-unknown' });
  t.match(scene.say('delivered', 'r', 'a'), { kind: 'reply', reply: { state: 'delivered' } });
});

t.test('nothing is settled of a reply that is over', async (t) => {
  for (const state of ['dead', 'delivered', 'superseded'] as const) {
    const scene = withReply();
    scene.send('r', 'a');
    scene.say(state === 'delivered' ? 'delivered' : 'failed', 'r', 'a', { permanent: state === 'dead' });
    if (state === 'superseded') scene.discard('r');
    const before = scene.session;
    t.strictSame(scene.send('r', 'a'), { kind: 'reply-settled', state });
    t.strictSame(scene.say('unknown', 'r', 'a'), { kind: 'reply-settled', state });
    if (state !== 'delivered') t.strictSame(scene.say('delivered', 'r', 'a'), { kind: 'reply-settled', state });
    t.equal(scene.session, before);
  }
});

t.test('after failures it is due by back-off: 5 s, 25 s, 2 min, 10 min, then every 30 min', async (t) => {
  const scene = withReply();
  for (const dueInMs of BACKOFFS_MS) {
    scene.pass(1).send('r', 'a');
    t.match(scene.say('failed', 'r', 'a', { error: 'refused' }), { reply: { state: 'parked', dueInMs, lastError: 'refused' } });
  }
});

t.test('a receiver may ask for a longer wait, and not for a shorter one', async (t) => {
  const scene = withReply();
  scene.send('r', 'a');
  t.match(scene.say('failed', 'r', 'a', { retryAfterMs: 4_999 }), { reply: { dueInMs: 5_000 } });
  scene.send('r', 'a');
  t.match(scene.say('failed', 'r', 'a', { retryAfterMs: 25_001 }), { reply: { dueInMs: 25_001 } });
  t.match(scene.pass(25_000).look('r'), { dueInMs: 1 });
  t.match(scene.pass(60_000).look('r'), { dueInMs: 0 });
});

t.test('an unknown outcome is due at once the first time, then by back-off, shared with failures', async (t) => {
  const scene = withReply();
  scene.send('r', 'a');
  t.match(scene.say('unknown', 'r', 'a', { error: 'timed out' }), { reply: { state: 'unknown', dueInMs: 0, lastError: 'timed out' } });
  const outcomes = ['unknown', 'failed', 'unknown', 'unknown', 'failed'] as const;
  for (const [index, outcome] of outcomes.entries()) {
    scene.send('r', 'a');
    t.match(scene.say(outcome, 'r', 'a'), { reply: { dueInMs: BACKOFFS_MS[index]! } }, `${outcome} ${index}`);
  }
});

t.test('a live holder need not wait for the back-off', async (t) => {
  const scene = withReply();
  scene.send('r', 'a');
  scene.say('failed', 'r', 'a', { retryAfterMs: DAY_MS });
  t.match(scene.send('r', 'a'), { kind: 'reply', reply: { state: 'sending', attempts: 2, dueInMs: 0 } });
});

t.test('a permanent failure is dead, with its reason', async (t) => {
  const scene = withReply();
  scene.send('r', 'a');
  t.match(scene.say('failed', 'r', 'a', { permanent: true, error: 'no such channel' }), {
    reply: { state: 'dead', reason: 'no such channel', lastError: 'no such channel', settledMsAgo: 0 },
  });
  t.match(scene.events, [{ type: 'reply-state', state: 'dead' }]);
  t.strictSame(scene.open, ['r'], 'and is kept');
  const other = withReply();
  other.send('r', 'a');
  t.match(other.say('failed', 'r', 'a', { permanent: true }), { reply: { state: 'dead', reason: 'refused for good' } });
});

t.test('a later attempt that says nothing keeps the last error', async (t) => {
  const scene = withReply();
  scene.send('r', 'a');
  scene.say('failed', 'r', 'a', { error: 'first' });
  scene.send('r', 'a');
  t.match(scene.say('failed', 'r', 'a'), { reply: { lastError: 'first' } });
});

t.test('`committed` rises with an attempt, or with its repeat, and never falls', async (t) => {
  const scene = withReply();
  t.match(scene.send('r', 'a', { committed: false }), { reply: { committed: false } });
  t.match(scene.send('r', 'a', { attempt: 1, committed: true }), { reply: { committed: true } });
  t.match(scene.say('failed', 'r', 'a', { committed: false }), { reply: { committed: true } });
  scene.send('r', 'a', { committed: false });
  t.match(scene.say('delivered', 'r', 'a', { committed: false }), { reply: { committed: true } });
  t.match(withReply().send('r', 'a', { committed: true }), { reply: { state: 'sending', committed: true } });
  const other = withReply();
  other.send('r', 'a');
  other.say('delivered', 'r', 'a');
  t.match(other.say('delivered', 'r', 'a', { committed: true }), { reply: { state: 'delivered', committed: true } });
  t.match(other.session.settledReplies, [{ committed: true }]);
});

t.test('when the taker is gone, however it went, its attempt is unknown and due at once', async (t) => {
  const ends: [string, (scene: ReplyScene) => unknown][] = [
    ['released', (scene) => scene.release('a')],
    ['revoked', (scene) => scene.revoke()],
    ['expired', (scene) => scene.passAndTick(10_000)],
    ['preempted', (scene) => (scene.askYield({ graceMs: 0 }), scene.passAndTick(10_000))],
    ['max-hold', (scene) => (scene.renew('a', { ttlMs: 60_000 }), scene.passAndTick(20_000))],
  ];
  for (const [endedBecause, end] of ends) {
    const scene = new ReplyScene();
    scene.take('a', { ttlMs: 10_000, maxHoldMs: 20_000 });
    scene.parkAs('sending', 'r', 'a');
    end(scene);
    t.match(scene.session.previous, { endedBecause });
    t.match(scene.events, [{ type: 'ended', endedBecause }, { type: 'reply-state', replyId: 'r', state: 'unknown' }]);
    t.equal(scene.events.length, 2, endedBecause);
    t.match(scene.look('r'), { state: 'unknown', dueInMs: 0, attempts: 1 }, endedBecause);
    scene.take('b', { ttlMs: 10_000 });
    scene.send('r', 'b');
    scene.release('b');
    t.match(scene.look('r'), { state: 'unknown', dueInMs: 5_000, attempts: 2 }, 'the second time by back-off');
  }
});

t.test('a lease that ends leaves alone what is not under way', async (t) => {
  const scene = new ReplyScene();
  scene.take('a');
  scene.parkAs('dead', 'dead', 'a');
  scene.parkAs('unknown', 'unknown', 'a');
  scene.park('parked');
  const before = scene.session.replies;
  scene.release('a');
  t.equal(scene.session.replies, before);
});

t.test('the back-off of an attempt that was cut off counts from the end of the lease, however late somebody looks', async (t) => {
  const scene = new ReplyScene();
  scene.take('a', { ttlMs: 10_000 });
  scene.parkAs('sending', 'r', 'a');
  scene.send('r', 'a');
  scene.pass(12_000);
  t.match(scene.look('r'), { state: 'unknown', dueInMs: 3_000 });
});

t.test('that an attempt may have arrived is told from the first unknown on, and never taken back', async (t) => {
  const unknowns: [string, (scene: ReplyScene) => unknown][] = [
    ['its taker says so', (scene) => scene.say('unknown', 'r', 'a')],
    ['its taker begins anew', (scene) => scene.send('r', 'a')],
    ['its taker is gone', (scene) => (scene.release('a'), scene.take('a2'))],
  ];
  for (const [how, becomeUnknown] of unknowns) {
    const scene = withReply();
    scene.send('r', 'a');
    scene.say('failed', 'r', 'a');
    t.match(scene.send('r', 'a'), { reply: { maybeDelivered: false } }, 'a failure did not arrive');
    becomeUnknown(scene);
    t.match(scene.look('r'), { maybeDelivered: true }, how);
    const holder = scene.holding!;
    scene.send('r', holder);
    t.match(scene.say('failed', 'r', holder, { permanent: true }), { reply: { state: 'dead', maybeDelivered: true } }, how);
    t.match(scene.replay('r'), { reply: { state: 'parked', maybeDelivered: true } }, how);
  }
});
