import t from 'tap';
import { Scene } from './scene.ts';

t.test('a release ends the lease, and its repeat is answered alike', async (t) => {
  const scene = new Scene();
  const fencingToken = scene.take('a');
  t.strictSame(scene.release('a'), { kind: 'released' });
  t.strictSame(scene.events, [{ type: 'ended', holder: 'holder of a', fencingToken, endedBecause: 'released', heldForMs: 0 }]);
  t.strictSame(scene.release('a'), { kind: 'released' });
  t.strictSame(scene.events, []);
});

t.test('a late or repeated release never ends a successor', async (t) => {
  const scene = new Scene();
  scene.take('a', { holder: 'same name', ttlMs: 1_000 });
  scene.pass(1_000);
  scene.take('b', { holder: 'same name' });
  t.match(scene.release('a'), { kind: 'lease-lost', endedBecause: 'expired', successor: { holder: 'same name' } });
  t.equal(scene.holding, 'b');
  scene.release('b');
  scene.take('c');
  t.strictSame(scene.release('b'), { kind: 'released' });
  t.equal(scene.holding, 'c');
});

t.test('a waiter leaves the queue by release, and is answered that its id is over', async (t) => {
  const scene = new Scene();
  scene.take('a');
  scene.wait('b');
  scene.wait('c');
  t.strictSame(scene.release('b'), { kind: 'released' });
  t.strictSame(scene.wakes, [{ connection: 'to b', outcome: { kind: 'lease-ended' } }]);
  t.strictSame(scene.queue, ['c']);
  t.strictSame(scene.wait('b'), { kind: 'lease-ended' });
  t.strictSame(scene.release('b'), { kind: 'released' });
});

t.test('an absent waiter leaves without anybody being woken', async (t) => {
  const scene = new Scene();
  scene.take('a');
  scene.wait('b');
  scene.disconnect('b');
  scene.release('b');
  t.strictSame(scene.wakes, []);
  t.strictSame(scene.queue, []);
});

t.test('an id that was never seen is released, and never granted afterwards', async (t) => {
  const scene = new Scene();
  t.strictSame(scene.release('early'), { kind: 'released' });
  t.strictSame(scene.acquire('early'), { kind: 'lease-ended' });
  t.strictSame(scene.release('early'), { kind: 'released' });
});

t.test('an offer can be released before it is confirmed', async (t) => {
  const scene = new Scene();
  scene.take('a');
  scene.wait('b');
  scene.wait('c');
  scene.release('a');
  t.strictSame(scene.release('b'), { kind: 'released' });
  t.equal(scene.holding, 'c');
});

t.test('a grant that nobody could be told becomes an offer of five seconds', async (t) => {
  const scene = new Scene();
  scene.take('a', { ttlMs: 60_000, connection: 'cut' });
  scene.pass(1_000).disconnect('a', 'cut');
  t.match(scene.session.lease, { confirmed: false, expiresAtMs: scene.nowMs + 5_000 });
  t.match(scene.acquire('a', { connection: 'again' }), { kind: 'granted', repeated: true, confirmWithinMs: 5_000, renewAfterMs: 0 });
  t.match(scene.renew('a'), { remainingMs: 60_000 });
});

t.test('a grant that nobody could be told never lives longer for it', async (t) => {
  const scene = new Scene();
  scene.take('a', { ttlMs: 2_000, connection: 'cut' });
  scene.disconnect('a', 'cut');
  t.match(scene.session.lease, { expiresAtMs: scene.nowMs + 2_000 });
});

t.test('a close shortens nothing that was promised on another connection, or by a renewal', async (t) => {
  const repeated = new Scene();
  repeated.take('a', { connection: 'first' });
  repeated.acquire('a', { connection: 'second' });
  repeated.disconnect('a', 'first');
  repeated.disconnect('a', 'second');
  t.match(repeated.session.lease, { confirmed: true, expiresAtMs: repeated.nowMs + 30_000 });

  const renewed = new Scene();
  renewed.take('a', { connection: 'first' });
  renewed.renew('a');
  renewed.disconnect('a', 'first');
  t.match(renewed.session.lease, { confirmed: true, expiresAtMs: renewed.nowMs + 30_000 });
});

t.test('a close of a connection that nobody knows changes nothing', async (t) => {
  const scene = new Scene();
  scene.take('a');
  scene.wait('b');
  const before = scene.session;
  scene.disconnect('a', 'other');
  scene.disconnect('b', 'other');
  scene.disconnect('never');
  t.equal(scene.session, before);
});

t.test('the close of a connection that has been offered the session withdraws nothing', async (t) => {
  const scene = new Scene();
  scene.take('a');
  scene.wait('b');
  scene.release('a');
  const offered = scene.session.lease;
  scene.disconnect('b');
  t.equal(scene.session.lease, offered);
});
