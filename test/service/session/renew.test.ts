import t from 'tap';
import { Scene } from './scene.ts';

t.test('a renewal moves the expiry on by the TTL, counted from now', async (t) => {
  const scene = new Scene();
  const fencingToken = scene.take('a', { ttlMs: 9_000 });
  scene.pass(4_000);
  t.strictSame(scene.renew('a'), { kind: 'renewed', afterMs: 4_000, confirms: false, fencingToken, ttlMs: 9_000, remainingMs: 9_000, renewAfterMs: 3_000, waiters: 0, parkedReplies: 0 });
  t.strictSame(scene.events, [], 'renewals give no events');
});

t.test('a renewal may change the TTL, and never moves the expiry back', async (t) => {
  const scene = new Scene();
  scene.take('a', { ttlMs: 30_000 });
  t.match(scene.renew('a', { ttlMs: 1_000 }), { ttlMs: 1_000, remainingMs: 30_000 });
  t.match(scene.pass(29_500).renew('a'), { ttlMs: 1_000, remainingMs: 1_000 });
  t.match(scene.renew('a', { ttlMs: 60_000 }), { ttlMs: 60_000, remainingMs: 60_000 });
  t.match(scene.session.lease, { ttlLongestMs: 60_000 });
  scene.renew('a', { ttlMs: 2_000 });
  t.match(scene.session.lease, { ttlMs: 2_000, ttlLongestMs: 60_000 });
});

t.test('a renewal never revives: not in the millisecond of the expiry, not ever', async (t) => {
  const scene = new Scene();
  const fencingToken = scene.take('a', { ttlMs: 1_000 });
  scene.pass(1_000);
  t.strictSame(scene.renew('a'), { kind: 'lease-lost', fencingToken, endedBecause: 'expired' });
  t.strictSame(scene.pass(60_000).renew('a'), { kind: 'lease-lost', fencingToken, endedBecause: 'expired' });
  t.equal(scene.holding, undefined);
});

t.test('who renews a lost lease learns who holds now, or held last', async (t) => {
  const scene = new Scene();
  const fencingToken = scene.take('a');
  scene.revoke();
  const second = scene.take('b');
  t.strictSame(scene.renew('a'), { kind: 'lease-lost', fencingToken, currentToken: second, endedBecause: 'revoked', successor: { holder: 'holder of b' } });
  scene.release('b');
  t.strictSame(scene.renew('a'), { kind: 'lease-lost', fencingToken, endedBecause: 'revoked', successor: { holder: 'holder of b' } });
  t.notMatch(scene.renew('b'), { successor: {} }, 'nobody came after the last');
});

t.test('an id that holds nothing is unknown: never seen, waiting, or released before it was seen', async (t) => {
  const scene = new Scene();
  scene.take('a');
  scene.wait('b');
  scene.release('c');
  for (const id of ['never', 'b', 'c']) t.strictSame(scene.renew(id), { kind: 'lease-unknown' }, id);
});

t.test('a renewal tells how many wait, and of a request to yield', async (t) => {
  const scene = new Scene();
  scene.take('a');
  scene.wait('b');
  scene.wait('c', { background: true });
  scene.askYield({ reason: 'deploy' });
  t.match(scene.renew('a'), { waiters: 2, yieldRequest: { by: 'operator', reason: 'deploy' } });
  t.notMatch(scene.renew('a'), { yieldRequest: { remainingMs: Number } }, 'a plea has no end');
});

t.test('metadata stays until a renewal brings other', async (t) => {
  const scene = new Scene();
  scene.take('a', { metadata: { draft: 1 } });
  scene.renew('a');
  t.match(scene.inspect(), { metadata: { draft: 1 } });
  scene.renew('a', { metadata: {} });
  t.strictSame(scene.inspect().metadata, {});
  scene.release('a');
  t.match(scene.acquire('b'), { previous: { metadata: {} } });
});

t.test('no renewal passes max hold', async (t) => {
  const scene = new Scene();
  scene.take('a', { ttlMs: 10_000, maxHoldMs: 12_000 });
  t.match(scene.pass(5_000).renew('a'), { remainingMs: 7_000 });
  t.match(scene.pass(6_999).renew('a'), { remainingMs: 1 });
  t.match(scene.pass(1).renew('a'), { kind: 'lease-lost', endedBecause: 'max-hold' });
});
