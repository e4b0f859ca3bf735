import t from 'tap';
import { ReplyScene } from './replies/reply-scene.ts';
import { Scene } from './scene.ts';

const queued = (...ids: string[]): Scene => {
  const scene = new Scene();
  scene.take('a', { ttlMs: 60_000 });
  for (const id of ids) scene.wait(id);
  return scene;
};

t.test('on release the first waiter holds at once', async (t) => {
  const scene = queued('b', 'c');
  scene.pass(2_000).release('a');
  t.equal(scene.holding, 'b');
  t.match(scene.wakes, [
    {
      connection: 'to b',
      outcome: { kind: 'granted', repeated: false, ttlMs: 30_000, remainingMs: 5_000, confirmWithinMs: 5_000, renewAfterMs: 0, waitedMs: 2_000, previous: { endedBecause: 'released' } },
    },
  ]);
  t.equal(scene.wakes.length, 1, 'nobody else is woken');
  t.match(scene.events, [{ type: 'ended', holder: 'holder of a' }, { type: 'granted', holder: 'holder of b' }]);
});

t.test('an offer of a TTL shorter than five seconds lives no longer than its TTL', async (t) => {
  const scene = new Scene();
  scene.take('a');
  scene.wait('b', { ttlMs: 1_500 });
  scene.release('a');
  t.match(scene.wakes, [{ outcome: { confirmWithinMs: 1_500 } }]);
});

t.test('an offer lives no longer than max hold', async (t) => {
  const scene = new Scene();
  scene.take('a');
  scene.wait('b', { maxHoldMs: 1_000 });
  scene.release('a');
  t.match(scene.wakes, [{ outcome: { confirmWithinMs: 1_000 } }]);
});

t.test('the first renewal confirms an offer and gives it its full TTL', async (t) => {
  const scene = queued('b');
  scene.release('a');
  scene.pass(4_999);
  t.match(scene.renew('b'), { kind: 'renewed', ttlMs: 30_000, remainingMs: 30_000, renewAfterMs: 10_000 });
  t.notMatch(scene.acquire('b'), { confirmWithinMs: Number });
});

t.test('an offer that nobody confirms lapses after five seconds, and the next waiter is served', async (t) => {
  const scene = queued('b', 'c');
  scene.release('a');
  scene.passAndTick(4_999);
  t.equal(scene.holding, 'b');
  scene.passAndTick(1);
  t.equal(scene.holding, 'c');
  t.match(scene.events, [{ type: 'ended', holder: 'holder of b', endedBecause: 'expired' }, { type: 'granted', holder: 'holder of c' }]);
  t.match(scene.renew('b'), { kind: 'lease-lost', endedBecause: 'expired', successor: { holder: 'holder of c' } });
});

t.test('an absent waiter at the head is offered the session like any other', async (t) => {
  const scene = queued('b', 'c');
  scene.disconnect('b');
  scene.release('a');
  t.equal(scene.holding, 'b');
  t.strictSame(scene.wakes, [], 'nobody is there to be told');
});

t.test('an offer does not restart the grace of an absent waiter', async (t) => {
  const scene = queued('b', 'c');
  scene.disconnect('b');
  scene.pass(3_000).release('a');
  t.match(scene.session.lease, { leaseIdHash: 'b', expiresAtMs: scene.nowMs + 2_000 });
  t.match(scene.wait('b', { connection: 'back' }), { kind: 'granted', repeated: true, confirmWithinMs: 2_000, remainingMs: 2_000 });
  scene.passAndTick(2_000);
  t.equal(scene.holding, 'c');
});

t.test('a void ticket is skipped, even when nobody looked in the moment it became void', async (t) => {
  const scene = queued('b', 'c');
  scene.disconnect('b');
  scene.pass(5_000).release('a');
  t.equal(scene.holding, 'c');
});

t.test('a ticket that becomes void in the millisecond of the expiry is not offered the session', async (t) => {
  const scene = queued('b', 'c');
  scene.renew('a', { ttlMs: 60_000 });
  scene.pass(55_000).disconnect('b');
  scene.wait('c', { connection: 'again' });
  scene.passAndTick(5_000);
  t.equal(scene.holding, 'c');
  t.strictSame(scene.events.map(({ type, holder }) => [type, holder]), [['ended', 'holder of a'], ['granted', 'holder of c']]);
});

t.test('of absent waiters with no grace left none is served', async (t) => {
  const scene = queued('b', 'c');
  scene.disconnect('b');
  scene.disconnect('c');
  scene.pass(5_000).release('a');
  t.equal(scene.holding, undefined);
  t.strictSame(scene.queue, []);
});

t.test('after a stall of the service a waiter that still stands there is served, not forgotten', async (t) => {
  const scene = queued();
  scene.wait('b', { waitMs: 61_000 - 1_000 });
  scene.wait('c', { waitMs: 60_000 });
  // The lease ends at 60 s and both waits too; nobody looks until long after their tickets.
  scene.passAndTick(600_000);
  t.match(scene.wakes, [
    { connection: 'to b', outcome: { kind: 'granted', remainingMs: 5_000, waitedMs: 600_000 } },
    { connection: 'to c', outcome: { kind: 'lease-held', holder: 'holder of b' } },
  ]);
  t.equal(scene.wakes.length, 2, 'each waiting connection is answered once');
});

t.test('a thousand waiters that vanished delay the next one by 65 s at most', async (t) => {
  const scene = new Scene();
  scene.take('a', { ttlMs: 1_000 });
  for (let index = 0; index < 999; index += 1) scene.wait(`gone${index}`, { waitMs: 60_000 });
  // Nobody tells the service that they are gone: their connections just stay silent.
  const startMs = scene.nowMs;
  while (scene.holding !== 'here' && scene.nowMs - startMs < 120_000) {
    scene.passAndTick(250);
    const mine = scene.session.waiters.find(({ leaseIdHash }) => leaseIdHash === 'here');
    if (scene.holding !== 'here' && mine?.connection === undefined) scene.wait('here', { waitMs: 25_000 });
  }
  t.equal(scene.holding, 'here');
  t.ok(scene.nowMs - startMs > 60_000, 'they did delay it');
  t.ok(scene.nowMs - startMs <= 65_000 + 250, `after ${scene.nowMs - startMs} ms`);
});

t.test('an ended id is remembered for 15 minutes, and not in the millisecond after which it need not be', async (t) => {
  const scene = new Scene();
  scene.take('a');
  scene.release('a');
  scene.pass(15 * 60_000 - 1);
  t.strictSame(scene.acquire('a'), { kind: 'lease-ended' });
  scene.pass(1);
  t.match(scene.acquire('a'), { kind: 'granted' });
});

t.test('a session remembers its last 1,000 ended ids, and forgets the one before', async (t) => {
  const scene = new Scene();
  for (let index = 1; index <= 1_000; index += 1) scene.release(`id${index}`);
  t.strictSame(scene.acquire('id1'), { kind: 'lease-ended' });
  scene.release('id1001');
  t.strictSame(scene.acquire('id2'), { kind: 'lease-ended' });
  t.equal(scene.session.ended.length, 1_000);
  t.match(scene.acquire('id1'), { kind: 'granted' });
});

t.test('ended ids are forgotten by age one by one', async (t) => {
  const scene = new Scene();
  scene.release('old');
  scene.pass(60_000).release('young');
  scene.pass(14 * 60_000).do({ kind: 'tick' });
  t.strictSame(scene.session.ended.map(({ leaseIdHash }) => leaseIdHash), ['young']);
});

t.test('an offer that lapses hands on what the holder before it left', async (t) => {
  const scene = new Scene();
  scene.take('a', { metadata: { draft: 'm1' } });
  scene.wait('b');
  scene.wait('c');
  scene.passAndTick(30_000);
  t.equal(scene.holding, 'b');
  scene.passAndTick(5_000);
  t.match(scene.wakes, [{ connection: 'to c', outcome: { previous: { holder: 'holder of b', endedBecause: 'expired', metadata: { draft: 'm1' } } } }]);
});

t.test('a holder that confirmed, or released, has taken over what was left', async (t) => {
  for (const confirms of [true, false]) {
    const scene = new Scene();
    scene.take('a', { metadata: { draft: 'm1' } });
    scene.wait('b');
    scene.wait('c');
    scene.release('a');
    if (confirms) scene.renew('b');
    scene.release('b');
    t.match(scene.wakes, [{ connection: 'to c', outcome: { previous: { holder: 'holder of b', metadata: undefined } } }]);
  }
});

t.test('who is offered the session finds the attempt of the holder before it unknown, and at the head', async (t) => {
  const scene = new ReplyScene();
  scene.take('a');
  scene.parkAs('sending', 'r', 'a');
  scene.park('next');
  scene.wait('b');
  scene.release('a');
  t.match(scene.events, [{ type: 'ended', holder: 'holder of a' }, { type: 'reply-state', replyId: 'r', state: 'unknown' }, { type: 'granted', holder: 'holder of b' }]);
  t.strictSame(scene.send('next', 'b'), { kind: 'reply-not-next', replyId: 'r' });
  t.match(scene.send('r', 'b'), { kind: 'reply', reply: { state: 'sending', attempts: 2 } });
  scene.passAndTick(5_000);
  t.equal(scene.holding, undefined);
  t.match(scene.look('r'), { state: 'unknown', dueInMs: 5_000 }, 'an offer that lapses ends its attempts like any lease');
});
