import t from 'tap';
import { Scene } from './scene.ts';

t.test('nobody can be asked to yield a free session', async (t) => {
  t.strictSame(new Scene().askYield(), { kind: 'lease-not-held' });
});

t.test('a request reaches the holder as an event, and with its next renewal', async (t) => {
  const scene = new Scene();
  const fencingToken = scene.take('a', { holder: 'gateway-1' });
  t.strictSame(scene.askYield({ by: 'ops', reason: 'deploy' }), { kind: 'asked', holder: 'gateway-1', yieldRequest: { by: 'ops', reason: 'deploy' } });
  t.strictSame(scene.events, [{ type: 'yield-asked', holder: 'gateway-1', fencingToken }]);
  t.match(scene.renew('a'), { yieldRequest: { by: 'ops', reason: 'deploy' } });
  t.match(scene.inspect(), { yieldRequest: { by: 'ops' } });
});

t.test('a plea alone never ends a lease', async (t) => {
  const scene = new Scene();
  scene.take('a');
  scene.askYield();
  for (let beat = 0; beat < 10; beat += 1) t.match(scene.pass(20_000).renew('a'), { kind: 'renewed', remainingMs: 30_000 });
});

t.test('with a grace, renewals go no further than the grace, and there the lease is preempted', async (t) => {
  const scene = new Scene();
  scene.take('a', { ttlMs: 10_000 });
  t.match(scene.askYield({ graceMs: 15_000 }), { yieldRequest: { remainingMs: 15_000 } });
  t.match(scene.pass(8_000).renew('a'), { remainingMs: 7_000, yieldRequest: { remainingMs: 7_000 } });
  t.match(scene.pass(6_999).renew('a'), { remainingMs: 1 });
  t.match(scene.pass(1).renew('a'), { kind: 'lease-lost', endedBecause: 'preempted' });
});

t.test('a grace never shortens what the holder was promised', async (t) => {
  const scene = new Scene();
  scene.take('a', { ttlMs: 30_000 });
  t.match(scene.pass(10_000).askYield({ graceMs: 0 }), { yieldRequest: { remainingMs: 20_000 } });
  t.match(scene.pass(19_999).renew('a'), { kind: 'renewed', remainingMs: 1 });
  t.match(scene.pass(1).renew('a'), { kind: 'lease-lost', endedBecause: 'preempted' });
});

t.test('a holder that dies before its grace is over has expired, not been preempted', async (t) => {
  const scene = new Scene();
  scene.take('a', { ttlMs: 10_000 });
  scene.askYield({ graceMs: 60_000 });
  scene.passAndTick(10_000);
  t.match(scene.session.previous, { endedBecause: 'expired' });
});

t.test('the grace counts from the request, and of several the earliest end wins', async (t) => {
  const scene = new Scene();
  scene.take('a', { ttlMs: 5_000 });
  scene.askYield({ by: 'first', graceMs: 60_000 });
  t.match(scene.askYield({ by: 'later', graceMs: 90_000 }), { yieldRequest: { by: 'first', remainingMs: 60_000 } });
  t.strictSame(scene.events, [], 'what changes nothing is no event');
  t.match(scene.pass(1_000).askYield({ by: 'sooner', graceMs: 20_000 }), { yieldRequest: { by: 'sooner', remainingMs: 20_000 } });
  t.match(scene.events, [{ type: 'yield-asked' }]);
});

t.test('a grace replaces a plea, and a plea replaces nothing', async (t) => {
  const scene = new Scene();
  scene.take('a', { ttlMs: 5_000 });
  scene.askYield({ by: 'first' });
  t.match(scene.askYield({ by: 'second' }), { yieldRequest: { by: 'first' } });
  t.match(scene.askYield({ by: 'third', graceMs: 60_000 }), { yieldRequest: { by: 'third' } });
  t.match(scene.askYield({ by: 'fourth' }), { yieldRequest: { by: 'third', remainingMs: 60_000 } });
});

t.test('a request survives the leaving of who asked', async (t) => {
  const scene = new Scene();
  scene.take('a', { ttlMs: 5_000 });
  scene.wait('b', { yieldRequest: { graceMs: 8_000 } });
  scene.release('b');
  t.match(scene.pass(4_000).renew('a'), { remainingMs: 4_000, waiters: 0 });
});

t.test('a waiter that comes back in slices does not push its grace on', async (t) => {
  const scene = new Scene();
  scene.take('a', { ttlMs: 5_000 });
  scene.wait('b', { waitMs: 2_000, yieldRequest: { graceMs: 8_000 } });
  scene.passAndTick(2_000);
  scene.wait('b', { waitMs: 2_000, yieldRequest: { graceMs: 8_000 }, connection: 'again' });
  t.match(scene.renew('a'), { yieldRequest: { remainingMs: 6_000 } });
});

t.test('no grace reaches past max hold', async (t) => {
  const scene = new Scene();
  scene.take('a', { ttlMs: 5_000, maxHoldMs: 10_000 });
  t.match(scene.askYield({ graceMs: 60_000 }), { yieldRequest: { remainingMs: 10_000 } });
  scene.pass(4_000).renew('a');
  scene.pass(4_000).renew('a');
  scene.passAndTick(2_000);
  t.match(scene.session.previous, { endedBecause: 'max-hold' });
});

t.test('a request is to the lease, not to its successor', async (t) => {
  const scene = new Scene();
  scene.take('a');
  scene.wait('b');
  scene.askYield({ graceMs: 40_000 });
  scene.release('a');
  t.equal(scene.session.lease?.yieldRequest, undefined);
  t.match(scene.renew('b'), { kind: 'renewed', remainingMs: 30_000 });
});

t.test('a revoke ends the lease at once and serves the next', async (t) => {
  const scene = new Scene();
  const fencingToken = scene.take('a', { holder: 'wedged' });
  scene.wait('b');
  t.strictSame(scene.revoke(), { kind: 'revoked', holder: 'wedged', fencingToken });
  t.equal(scene.holding, 'b');
  t.match(scene.events, [{ type: 'ended', holder: 'wedged', endedBecause: 'revoked' }, { type: 'granted' }]);
  t.match(scene.renew('a'), { kind: 'lease-lost', endedBecause: 'revoked' });
  t.match(scene.release('a'), { kind: 'lease-lost', endedBecause: 'revoked' });
});

t.test('a free session cannot be revoked', async (t) => {
  t.strictSame(new Scene().revoke(), { kind: 'lease-not-held' });
});
