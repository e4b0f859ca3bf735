import t from 'tap';
import { courierDueAt, firstExpiryMs, hasUndelivered } from '../../../../service/src/session/replies/due.ts';
import { nextDueAt } from '../../../../service/src/session/settle.ts';
import { ReplyScene, DAY_MS } from './reply-scene.ts';

/** `a` holds the session for days. */
const held = (): ReplyScene => {
  const scene = new ReplyScene();
  scene.take('a', { ttlMs: 5 * DAY_MS, maxHoldMs: 7 * DAY_MS });
  return scene;
};

t.test('a reply that is not delivered in its time is dead, and says why', async (t) => {
  const scene = held();
  scene.park('r', { expiresInMs: 10_000, reason: 'as parked' });
  t.match(scene.pass(9_999).look('r'), { state: 'parked', expiresInMs: 1, reason: 'as parked' });
  t.match(scene.pass(1).look('r'), { state: 'dead', reason: 'expired: not delivered within 10000 ms', settledMsAgo: 0 });
  t.match(scene.events, [{ type: 'reply-state', holder: 'parker of r', replyId: 'r', state: 'dead' }]);
  t.match(scene.pass(DAY_MS * 30).look('r'), { state: 'dead' }, 'and is kept');
});

t.test('an unknown one dies too, and what is not known of it is said', async (t) => {
  const scene = held();
  scene.park('r', { expiresInMs: 10_000 });
  scene.send('r', 'a');
  scene.say('unknown', 'r', 'a');
  t.match(scene.pass(10_000).look('r'), { state: 'dead', reason: /not delivered within 10000 ms, and whether its last attempt arrived is unknown/ });
});

t.test('one that is being sent does not die before its attempt is settled', async (t) => {
  const begun = (): ReplyScene => {
    const scene = held();
    scene.park('r', { expiresInMs: 10_000 });
    scene.send('r', 'a');
    return scene.passAndTick(20_000);
  };
  const delivered = begun();
  t.match(delivered.look('r'), { state: 'sending', expiresInMs: 0 });
  t.equal(nextDueAt(delivered.session), delivered.session.lease?.expiresAtMs, 'its age is not due');
  t.match(delivered.say('delivered', 'r', 'a'), { reply: { state: 'delivered' } });
  const failed = begun();
  t.match(failed.say('failed', 'r', 'a'), { reply: { state: 'parked' } });
  t.equal(failed.stateOf('r'), 'dead');
  const cutOff = begun();
  cutOff.revoke();
  t.match(cutOff.look('r'), { state: 'dead', reason: /whether its last attempt arrived is unknown/ });
});

t.test('each dies at its own time, however late somebody looks', async (t) => {
  const scene = held();
  scene.park('late', { expiresInMs: 30_000 });
  scene.park('early', { expiresInMs: 10_000 });
  scene.park('stays', { expiresInMs: 60_001 });
  scene.passAndTick(60_000);
  t.strictSame(scene.events.map((event) => 'replyId' in event && event.replyId), ['early', 'late']);
  t.match([scene.look('early').settledMsAgo, scene.look('late').settledMsAgo], [50_000, 30_000]);
  t.equal(scene.stateOf('stays'), 'parked');
});

t.test('a lease that ends in the same moment ends first', async (t) => {
  const scene = new ReplyScene();
  scene.take('a', { ttlMs: 10_000 });
  scene.park('r', { expiresInMs: 10_000 });
  scene.send('r', 'a');
  scene.passAndTick(10_000);
  t.match(scene.events, [{ type: 'ended' }, { state: 'unknown' }, { state: 'dead' }]);
});

t.test('the first age that is due is that of a parked or unknown reply', async (t) => {
  const scene = held();
  t.equal(firstExpiryMs(scene.session), undefined);
  scene.park('sending', { expiresInMs: 1_000 });
  scene.send('sending', 'a');
  t.equal(firstExpiryMs(scene.session), undefined);
  scene.park('r', { expiresInMs: 5_000 });
  t.equal(firstExpiryMs(scene.session), scene.nowMs + 5_000);
  scene.say('unknown', 'sending', 'a');
  t.equal(firstExpiryMs(scene.session), scene.nowMs + 1_000);
});

t.test('the courier is wanted when the head is due, and nobody holds the session or waits for it', async (t) => {
  const scene = new ReplyScene();
  t.equal(courierDueAt(scene.session), undefined);
  scene.take('a', { ttlMs: 10_000 });
  scene.park('r');
  t.equal(courierDueAt(scene.session), undefined, 'its holder is told');
  scene.send('r', 'a');
  scene.say('failed', 'r', 'a');
  scene.park('second', { sequence: undefined });
  const dueAtMs = scene.nowMs + 5_000;
  scene.release('a');
  t.equal(courierDueAt(scene.session), dueAtMs, 'the head’s time, not that of one behind it');
  scene.take('b');
  scene.wait('c');
  t.equal(courierDueAt(scene.session), undefined);
  t.equal(courierDueAt({ ...scene.session, lease: undefined }), undefined, 'a waiter will be the holder');
  scene.release('b');
  scene.release('c');
  scene.discard('r');
  scene.discard('second');
  t.equal(courierDueAt(scene.session), undefined);
});

t.test('a session with something to deliver is looked at when its lease ends, or a reply is too old', async (t) => {
  const scene = new ReplyScene();
  scene.take('a', { ttlMs: 10_000 });
  t.equal(nextDueAt(scene.session), undefined);
  scene.park('r', { expiresInMs: 30_000 });
  t.equal(nextDueAt(scene.session), scene.nowMs + 10_000, 'the end of the lease');
  const expiresAtMs = scene.nowMs + 30_000;
  scene.release('a');
  t.equal(nextDueAt(scene.session), expiresAtMs, 'the age of the reply');
  t.ok(hasUndelivered(scene.session));
  scene.passAndTick(30_000);
  t.notOk(hasUndelivered(scene.session));
  t.equal(nextDueAt(scene.session), undefined, 'a dead one waits for somebody, not for the time');
});
