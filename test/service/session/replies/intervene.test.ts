import t from 'tap';
import { ReplyScene, DAY_MS, MINUTE_MS } from './reply-scene.ts';

const MIB = 1024 * 1024;
const STATES = ['parked', 'sending', 'unknown', 'dead', 'delivered', 'superseded'] as const;

const inState = (state: (typeof STATES)[number]): ReplyScene => {
  const scene = new ReplyScene();
  scene.take('a');
  scene.parkAs(state, 'r', 'a');
  return scene;
};

t.test('replay gives a dead, superseded or unknown reply another chance, and leaves a parked one as it is', async (t) => {
  for (const state of ['dead', 'superseded', 'unknown'] as const) {
    const scene = inState(state);
    t.match(scene.replay('r'), { kind: 'reply', reply: { state: 'parked', dueInMs: 0, reason: 'once more', expiresInMs: DAY_MS } }, state);
    t.match(scene.events, [{ type: 'reply-state', holder: 'parker of r', replyId: 'r', state: 'parked' }]);
    t.notOk('settledMsAgo' in scene.look('r'));
    t.strictSame([scene.open, scene.session.settledReplies], [['r'], []]);
  }
  const scene = inState('parked');
  const before = scene.session;
  t.match(scene.replay('r'), { kind: 'reply', reply: { state: 'parked' } });
  t.equal(scene.session, before);
  t.strictSame(scene.events, []);
});

t.test('discard settles a parked, unknown or dead reply with a reason, and leaves a superseded one as it is', async (t) => {
  for (const state of ['parked', 'unknown', 'dead'] as const) {
    const scene = inState(state);
    const told = scene.pass(700).discard('r');
    t.match(told, { kind: 'reply', reply: { state: 'superseded', reason: 'not wanted', settledMsAgo: 0 } }, state);
    t.match(scene.events, [{ type: 'reply-state', state: 'superseded' }]);
    t.strictSame([scene.open, scene.session.settledReplies.length], [[], 1]);
    const before = scene.session;
    t.match(scene.pass(5).discard('r', undefined, 'another reason'), { kind: 'reply', reply: { state: 'superseded', reason: 'not wanted', settledMsAgo: 5 } });
    t.equal(scene.session, before);
  }
});

t.test('neither touches one that is being sent, one that is delivered, or one that nobody parked', async (t) => {
  for (const verb of ['replay', 'discard'] as const) {
    for (const leaseId of ['a', undefined]) {
      t.strictSame(inState('sending')[verb]('r', leaseId), { kind: 'reply-sending' });
      t.strictSame(inState('delivered')[verb]('r', leaseId), { kind: 'reply-settled', state: 'delivered' });
      t.strictSame(inState('parked')[verb]('other', leaseId), { kind: 'reply-unknown' });
    }
  }
});

t.test('who gives a lease id must be the live holder; an operator gives none', async (t) => {
  for (const verb of ['replay', 'discard'] as const) {
    for (const state of STATES) {
      const scene = inState(state);
      t.strictSame(scene[verb]('r', 'unseen'), { kind: 'lease-unknown' }, `${verb} ${state}`);
      scene.revoke();
      scene.take('b');
      const before = scene.session;
      t.match(scene[verb]('r', 'a'), { kind: 'lease-lost', endedBecause: 'revoked' }, `${verb} ${state}`);
      t.equal(scene.session, before);
    }
    t.match(inState('dead')[verb]('r', 'a'), { kind: 'reply' });
    const free = inState('dead');
    free.release('a');
    t.match(free[verb]('r'), { kind: 'reply' });
  }
});

t.test('a replay starts the age and the back-off anew, and keeps the count of attempts', async (t) => {
  const scene = new ReplyScene();
  scene.take('a', { ttlMs: 2 * DAY_MS, maxHoldMs: 7 * DAY_MS });
  scene.park('r', { expiresInMs: 10 * MINUTE_MS });
  for (const outcome of ['unknown', 'unknown', 'failed', 'unknown'] as const) {
    scene.send('r', 'a');
    scene.say(outcome, 'r', 'a', { error: 'e' });
  }
  scene.pass(10 * MINUTE_MS - 1);
  t.match(scene.replay('r'), { reply: { state: 'parked', attempts: 4, dueInMs: 0, expiresInMs: 10 * MINUTE_MS, lastError: 'e' } });
  scene.send('r', 'a');
  t.match(scene.say('unknown', 'r', 'a'), { reply: { attempts: 5, dueInMs: 0 } }, 'unknown for the first time since');
  scene.send('r', 'a');
  t.match(scene.say('failed', 'r', 'a'), { reply: { dueInMs: 5_000 } });
  scene.pass(10 * MINUTE_MS - 1);
  t.equal(scene.stateOf('r'), 'parked');
  t.equal(scene.pass(1).stateOf('r'), 'dead');
});

t.test('a replay does not wait for the back-off that was left', async (t) => {
  const scene = inState('unknown');
  scene.send('r', 'a');
  t.match(scene.say('unknown', 'r', 'a'), { reply: { dueInMs: 5_000 } });
  t.match(scene.replay('r'), { reply: { state: 'parked', dueInMs: 0 } });
});

t.test('a replayed reply goes back to its place', async (t) => {
  const scene = new ReplyScene();
  scene.take('a');
  scene.park('first');
  scene.discard('first');
  scene.park('second');
  scene.replay('first');
  t.strictSame(scene.open, ['first', 'second']);
  t.strictSame(scene.send('second', 'a'), { kind: 'reply-not-next', replyId: 'first' });
});

t.test('a superseded reply is replayed only where there is room; a dead one has its room', async (t) => {
  const scene = new ReplyScene();
  scene.take('a');
  scene.parkAs('dead', 'dead', 'a');
  scene.parkAs('superseded', 'gone', 'a');
  for (let index = 2; index <= 1_000; index += 1) scene.park(`r${index}`);
  const before = scene.session;
  t.strictSame(scene.replay('gone'), { kind: 'replies-full', replies: 1_000, bytes: 10_000 });
  t.equal(scene.session, before);
  t.match(scene.replay('dead'), { kind: 'reply', reply: { state: 'parked' } });
  scene.discard('r2');
  t.match(scene.replay('gone'), { kind: 'reply', reply: { state: 'parked' } });
});

t.test('a superseded reply is replayed up to 16 MiB, and not one byte above', async (t) => {
  for (const [payloadBytes, kind] of [[MIB / 4, 'reply'], [MIB / 4 + 1, 'replies-full']] as const) {
    const scene = new ReplyScene();
    scene.take('a');
    scene.park('gone', { payloadBytes });
    scene.discard('gone');
    for (let index = 0; index < 63; index += 1) scene.park(`r${index}`, { payloadBytes: MIB / 4 });
    t.equal(scene.replay('gone').kind, kind);
  }
});
