import t from 'tap';
import { ReplyScene, DAY_MS } from './reply-scene.ts';

const MIB = 1024 * 1024;

t.test('a parked reply is told with all that was said of it', async (t) => {
  const scene = new ReplyScene();
  const fencingToken = scene.take('a');
  const parked = scene.park('r', { sequence: 3, holder: 'gateway-1', committed: true, reason: 'the lease was lost', contentType: 'text/plain', payloadBytes: 77 });
  const reply = {
    replyId: 'r', fencingToken, sequence: 3, holder: 'gateway-1', state: 'parked', committed: true, attempts: 0, maybeDelivered: false, dueInMs: 0, parkedMsAgo: 0,
    expiresInMs: DAY_MS, reason: 'the lease was lost', payloadBytes: 77, contentType: 'text/plain',
  };
  t.strictSame(parked, { kind: 'parked', repeated: false, reply });
  t.strictSame(scene.events, [{ type: 'parked', holder: 'gateway-1', fencingToken, replyId: 'r', state: 'parked' }]);
});

t.test('a holder that lost its lease parks under its stale token', async (t) => {
  const scene = new ReplyScene();
  const stale = scene.take('a');
  scene.revoke();
  t.match(scene.park('free'), { kind: 'parked' }, 'while nobody holds the session');
  scene.take('b');
  t.match(scene.park('stale', { fencingToken: stale }), { kind: 'parked', reply: { fencingToken: stale } }, 'while somebody else does');
});

t.test('the same reply again is the same parking: first token, first terms', async (t) => {
  const scene = new ReplyScene();
  const first = scene.take('a');
  scene.park('r', { sequence: 1, reason: 'first', holder: 'one' });
  scene.release('a');
  scene.take('b');
  const before = scene.session;
  const again = scene.pass(500).park('r', { sequence: 2, reason: 'second', holder: 'two', expiresInMs: 1_000 });
  t.match(again, { kind: 'parked', repeated: true, reply: { fencingToken: first, sequence: 1, reason: 'first', holder: 'one', expiresInMs: DAY_MS - 500 } });
  t.equal(scene.session, before, 'nothing changed');
  t.strictSame(scene.events, []);
});

t.test('a repeat may tell that the transcript has it, and never takes that back', async (t) => {
  const scene = new ReplyScene();
  scene.take('a');
  scene.park('r');
  t.match(scene.park('r', { committed: true }), { repeated: true, reply: { committed: true } });
  t.strictSame(scene.events, [], 'its state has not changed');
  const before = scene.session;
  t.match(scene.park('r', { committed: false }), { repeated: true, reply: { committed: true } });
  t.equal(scene.session, before);
});

t.test('a repeat is answered in every state, with the state', async (t) => {
  for (const state of ['parked', 'sending', 'unknown', 'dead', 'delivered', 'superseded'] as const) {
    const scene = new ReplyScene();
    scene.take('a');
    scene.parkAs(state, 'r', 'a');
    const before = scene.session;
    t.match(scene.park('r'), { kind: 'parked', repeated: true, reply: { state } }, state);
    t.equal(scene.session, before, state);
    t.match(scene.park('r', { committed: true }), { repeated: true, reply: { state, committed: true } }, state);
    t.strictSame(scene.session.replies.length + scene.session.settledReplies.length, 1, state);
  }
});

t.test('an id is used for one payload, for good', async (t) => {
  const scene = new ReplyScene();
  scene.take('a');
  scene.parkAs('delivered', 'r', 'a');
  const before = scene.session;
  t.strictSame(scene.park('r', { says: 'something else', committed: true }), { kind: 'reply-id-reused' });
  t.equal(scene.session, before);
});

t.test('the newest token may park, and one above it never existed', async (t) => {
  const scene = new ReplyScene();
  const newest = scene.take('a');
  const before = scene.session;
  t.strictSame(scene.park('r', { fencingToken: newest + 1 }), { kind: 'fencing-token-unknown' });
  t.equal(scene.session, before);
  t.match(scene.park('r', { fencingToken: newest }), { kind: 'parked' });
  t.match(scene.park('r', { fencingToken: newest + 1 }), { kind: 'parked', repeated: true }, 'a repeat is known by its id');
});

t.test('a session keeps 1,000 open replies, and not one more; dead ones count', async (t) => {
  const scene = new ReplyScene();
  scene.take('a');
  scene.parkAs('dead', 'dead', 'a');
  for (let index = 2; index <= 1_000; index += 1) t.equal(scene.park(`r${index}`, { payloadBytes: 3 }).kind, 'parked');
  const before = scene.session;
  t.strictSame(scene.park('r1001'), { kind: 'replies-full', replies: 1_000, bytes: 10 + 999 * 3 });
  t.equal(scene.session, before);
  t.match(scene.park('r1000'), { kind: 'parked', repeated: true }, 'a repeat needs no room');
  scene.discard('dead');
  t.match(scene.park('r1001'), { kind: 'parked', repeated: false }, 'a settled one has made room');
});

t.test('a session keeps 16 MiB of open payloads, and not one byte more', async (t) => {
  const scene = new ReplyScene();
  scene.take('a');
  for (let index = 0; index < 63; index += 1) scene.park(`r${index}`, { payloadBytes: MIB / 4 });
  t.strictSame(scene.park('one byte too many', { payloadBytes: MIB / 4 + 1 }), { kind: 'replies-full', replies: 63, bytes: 63 * (MIB / 4) });
  t.match(scene.park('fits', { payloadBytes: MIB / 4 }), { kind: 'parked' });
  t.strictSame(scene.park('nothing fits', { payloadBytes: 1 }), { kind: 'replies-full', replies: 64, bytes: 16 * MIB });
  scene.send('r0', 'a');
  scene.say('delivered', 'r0', 'a');
  t.match(scene.park('fits now', { payloadBytes: MIB / 4 }), { kind: 'parked' });
});

t.test('replies are numbered in the order of parking, and no number is used twice', async (t) => {
  const scene = new ReplyScene();
  scene.take('a');
  scene.park('first');
  scene.park('first');
  scene.parkAs('superseded', 'second', 'a');
  scene.park('third', { fencingToken: 1 });
  t.strictSame(['first', 'second', 'third'].map((id) => scene.find(id)?.number), [1, 2, 3]);
});

t.test('where a quota of the namespace is used up nothing new is taken, and what is known is told again', async (t) => {
  const scene = new ReplyScene();
  scene.take('a');
  scene.park('r1');
  const before = scene.session;
  t.strictSame(scene.park('r2', { usedUp: { replies: 1 } }), { kind: 'quota-exceeded', quota: 'replies', limit: 1 });
  t.strictSame(scene.park('r2', { usedUp: { bytes: 10 } }), { kind: 'quota-exceeded', quota: 'bytes', limit: 10 });
  t.equal(scene.session, before);
  t.match(scene.park('r1', { usedUp: { replies: 1, bytes: 1 } }), { kind: 'parked', repeated: true });
  t.match(scene.park('r2', { usedUp: { leases: 1, waiters: 1 } }), { kind: 'parked', repeated: false }, 'other quotas do not matter');
});
