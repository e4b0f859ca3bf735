import t from 'tap';
import { MAX_HOLD_MS_DEFAULT } from '../../../service/src/session/limits.ts';
import { Scene } from './scene.ts';

t.test('a free session is granted at once, with all that a holder needs to know', async (t) => {
  const scene = new Scene();
  t.strictSame(scene.acquire('a', { holder: 'gateway-1', ttlMs: 9_000 }), {
    kind: 'granted',
    repeated: false,
    holder: 'gateway-1',
    fencingToken: 1_700_000_000_000_000,
    ttlMs: 9_000,
    remainingMs: 9_000,
    renewAfterMs: 3_000,
    waitedMs: 0,
    parkedReplies: 0,
  });
  t.strictSame(scene.events, [{ type: 'granted', holder: 'gateway-1', fencingToken: 1_700_000_000_000_000, waitedMs: 0 }]);
  t.strictSame(scene.wakes, []);
});

t.test('a lease lives while now is before its expiry, and not in the millisecond of it', async (t) => {
  const scene = new Scene();
  scene.take('a', { ttlMs: 1_000 });
  scene.pass(999);
  t.match(scene.acquire('b'), { kind: 'lease-held', remainingMs: 1 });
  scene.pass(1);
  t.match(scene.acquire('b'), { kind: 'granted', previous: { endedBecause: 'expired', endedMsAgo: 0 } });
});

t.test('without a wait, a held session is refused at once and leaves no ticket', async (t) => {
  const scene = new Scene();
  const currentToken = scene.take('a', { holder: 'gateway-1', ttlMs: 10_000 });
  scene.pass(4_000);
  t.strictSame(scene.acquire('b', { waitMs: 0 }), {
    kind: 'lease-held',
    holder: 'gateway-1',
    heldForMs: 4_000,
    remainingMs: 6_000,
    currentToken,
    waiters: 0,
    waitedMs: 0,
  });
  t.strictSame(scene.queue, []);
  t.strictSame(scene.events, []);
});

t.test('the same lease id again is the same grant, neither extended nor changed', async (t) => {
  const scene = new Scene();
  const first = scene.take('a', { ttlMs: 10_000, metadata: { draft: 1 } });
  scene.pass(4_000);
  const again = scene.acquire('a', { connection: 'second', ttlMs: 60_000, metadata: { draft: 2 }, maxHoldMs: 1_000 });
  t.match(again, { kind: 'granted', repeated: true, fencingToken: first, ttlMs: 10_000, remainingMs: 6_000, waitedMs: 0 });
  t.strictSame(scene.events, []);
  t.strictSame(scene.session.lease?.metadata, { draft: 1 });
  scene.pass(6_000);
  t.match(scene.renew('a'), { kind: 'lease-lost', endedBecause: 'expired' }, 'the repeat did not extend it');
});

t.test('a grant that is told again late is to be renewed before it expires', async (t) => {
  const scene = new Scene();
  scene.take('a', { ttlMs: 9_000 });
  t.match(scene.pass(1_000).acquire('a'), { renewAfterMs: 2_000, remainingMs: 8_000 });
  t.match(scene.pass(7_000).acquire('a'), { renewAfterMs: 0, remainingMs: 1_000 });
});

t.test('the same lease id under another holder is refused, for a lease and for a ticket', async (t) => {
  const scene = new Scene();
  scene.take('a', { holder: 'one' });
  t.strictSame(scene.acquire('a', { holder: 'other' }), { kind: 'lease-id-reused' });
  scene.wait('b', { holder: 'two' });
  const before = scene.session;
  t.strictSame(scene.wait('b', { holder: 'other', connection: 'thief' }), { kind: 'lease-id-reused' });
  t.equal(scene.session, before, 'the ticket keeps its connection');
});

t.test('an id that is over is never granted again', async (t) => {
  const scene = new Scene();
  scene.take('a');
  scene.release('a');
  t.strictSame(scene.acquire('a'), { kind: 'lease-ended' });
  t.strictSame(scene.acquire('a', { holder: 'other' }), { kind: 'lease-ended' });
  t.equal(scene.holding, undefined);
});

t.test('max hold shortens even the first TTL', async (t) => {
  const scene = new Scene();
  t.match(scene.acquire('a', { ttlMs: 10_000, maxHoldMs: 1_000 }), { ttlMs: 10_000, remainingMs: 1_000 });
  t.match(scene.pass(1_000).renew('a'), { kind: 'lease-lost', endedBecause: 'max-hold' });
});

t.test('a lease may be held for all of its max hold, and not a millisecond longer', async (t) => {
  const scene = new Scene();
  scene.take('a', { ttlMs: 3_600_000, maxHoldMs: MAX_HOLD_MS_DEFAULT });
  for (let hour = 1; hour <= 3; hour += 1) t.match(scene.pass(3_600_000 - 1).renew('a'), { kind: 'renewed', remainingMs: 3_600_000 });
  t.match(scene.pass(3_600_000 - 1).renew('a'), { kind: 'renewed', remainingMs: 4 });
  t.match(scene.pass(3).renew('a'), { kind: 'renewed', remainingMs: 1 });
  t.match(scene.pass(1).renew('a'), { kind: 'lease-lost', endedBecause: 'max-hold' });
});

t.test('maxWaiters refuses a new ticket while so many of its class wait', async (t) => {
  const scene = new Scene();
  scene.take('a');
  scene.wait('b');
  scene.wait('c', { background: true });
  t.match(scene.wait('d', { maxWaiters: 1 }), { kind: 'lease-held', waiters: 2 });
  t.notMatch(scene.wait('d', { maxWaiters: 1 }), { position: Number });
  t.strictSame(scene.wait('d', { maxWaiters: 2 }), { kind: 'waiting' });
  t.match(scene.wait('e', { background: true, maxWaiters: 1 }), { kind: 'lease-held' }, 'the background is counted by itself');
  t.strictSame(scene.wait('e', { background: true, maxWaiters: 2 }), { kind: 'waiting' });
});

t.test('maxWaiters never refuses a ticket that exists, nor a free session', async (t) => {
  const scene = new Scene();
  t.match(scene.wait('a', { maxWaiters: 0 }), { kind: 'granted' });
  scene.wait('b', { maxWaiters: 1 });
  t.strictSame(scene.wait('b', { maxWaiters: 1, connection: 'again' }), { kind: 'waiting' });
  t.match(scene.wait('c', { maxWaiters: 0 }), { kind: 'lease-held' });
});

t.test('a session has 1,000 waiters, and refuses one more', async (t) => {
  const scene = new Scene();
  scene.take('a');
  const kinds = Array.from({ length: 1_000 }, (_, index) => scene.wait(`w${index + 1}`, { background: index % 2 === 1 }).kind);
  t.ok(kinds.every((kind) => kind === 'waiting'));
  t.strictSame(scene.wait('one more'), { kind: 'waiters-full', waiters: 1_000 });
  t.match(scene.acquire('one more'), { kind: 'lease-held', waiters: 1_000 }, 'who does not want to wait is told who holds');
  t.match(scene.wait('one more', { maxWaiters: 500 }), { kind: 'lease-held' }, 'the limit of its own comes first');
  t.strictSame(scene.wait('w1000', { connection: 'again', background: true }), { kind: 'waiting' }, 'a ticket that exists is never refused');
  scene.release('w500');
  t.strictSame(scene.wait('one more'), { kind: 'waiting' });
});

t.test('a refusal for too many waiters asks nobody to yield', async (t) => {
  const scene = new Scene();
  scene.take('a');
  for (let index = 1; index <= 1_000; index += 1) scene.wait(`w${index}`);
  scene.wait('one more', { yieldRequest: { graceMs: 0 } });
  t.equal(scene.session.lease?.yieldRequest, undefined);
});

t.test('a caller that finds the session held may ask its holder to yield, waiting or not', async (t) => {
  const scene = new Scene();
  scene.take('a');
  scene.acquire('b', { holder: 'impatient', yieldRequest: { reason: 'newer message', graceMs: 40_000 } });
  t.match(scene.renew('a'), { yieldRequest: { by: 'impatient', reason: 'newer message', remainingMs: 40_000 } });
});

t.test('a background holder is asked to yield when a foreground waiter arrives', async (t) => {
  const scene = new Scene();
  const token = scene.take('a', { background: true, holder: 'nightly' });
  scene.wait('b', { background: true });
  t.equal(scene.session.lease?.yieldRequest, undefined, 'not by another background waiter');
  scene.acquire('c');
  t.equal(scene.session.lease?.yieldRequest, undefined, 'not by one that does not wait');
  scene.wait('d', { holder: 'urgent' });
  t.match(scene.session.lease?.yieldRequest, { by: 'urgent', endsAtMs: undefined });
  t.strictSame(scene.events, [
    { type: 'yield-asked', holder: 'nightly', fencingToken: token },
    { type: 'waiting', holder: 'nightly', fencingToken: token },
  ]);
  scene.wait('e');
  t.match(scene.session.lease?.yieldRequest, { by: 'urgent' }, 'once is enough');
});

t.test('a foreground holder is not asked unless somebody asks', async (t) => {
  const scene = new Scene();
  scene.take('a');
  scene.wait('b');
  t.equal(scene.session.lease?.yieldRequest, undefined);
});

t.test('while a session is kept for an offer, others are told of the waiter it is kept for', async (t) => {
  const scene = new Scene();
  scene.take('a');
  scene.wait('b', { holder: 'next' });
  scene.release('a');
  const offered = scene.session.lease?.fencingToken;
  t.match(scene.acquire('c'), { kind: 'lease-held', holder: 'next', currentToken: offered, remainingMs: 5_000 });
});

t.test('previous is told after every kind of end', async (t) => {
  const ends: Record<string, (scene: Scene) => unknown> = {
    released: (scene) => scene.release('a'),
    revoked: (scene) => scene.revoke(),
    expired: (scene) => scene.passAndTick(30_000),
    preempted: (scene) => {
      scene.askYield({ graceMs: 0 });
      scene.passAndTick(30_000);
    },
    'max-hold': (scene) => scene.passAndTick(40_000),
  };
  for (const [endedBecause, end] of Object.entries(ends)) {
    const scene = new Scene();
    const fencingToken = scene.take('a', { holder: 'gateway-1', metadata: { draft: 'm1' }, maxHoldMs: 40_000 });
    if (endedBecause === 'max-hold') scene.pass(20_000).renew('a');
    end(scene);
    scene.pass(250);
    const granted = scene.acquire('b');
    const endedMsAgo = endedBecause === 'max-hold' ? 20_250 : 250;
    t.match(granted, { kind: 'granted', previous: { holder: 'gateway-1', fencingToken, endedBecause, endedMsAgo, metadata: { draft: 'm1' } } }, endedBecause);
  }
});

// ---- quotas of the namespace ----

t.test('where the quota of leases is used up nothing free is granted, and what is granted already is told again', async (t) => {
  const scene = new Scene();
  const fencingToken = scene.take('a');
  t.match(scene.acquire('a', { usedUp: { leases: 1 } }), { kind: 'granted', repeated: true, fencingToken }, 'an answer that was lost is repeated');
  t.match(scene.acquire('b', { usedUp: { leases: 1 } }), { kind: 'lease-held' });
  scene.acquire('c', { waitMs: 1_000, usedUp: { leases: 1 } });
  scene.release('a');
  t.match(scene.wakes.at(-1), { outcome: { kind: 'granted' } }, 'a waiter takes the place of the holder before it');
  scene.release('c');
  const { session } = scene;
  t.strictSame(scene.acquire('d', { usedUp: { leases: 1, waiters: 5 } }), { kind: 'quota-exceeded', quota: 'leases', limit: 1 });
  t.equal(scene.session, session, 'and nothing has changed');
});

t.test('where the quota of waiters is used up no ticket is made, nobody is asked to yield, and who has a ticket keeps it', async (t) => {
  const scene = new Scene();
  scene.take('a');
  scene.acquire('b', { waitMs: 1_000 });
  const { session } = scene;
  t.strictSame(scene.acquire('c', { waitMs: 1_000, yieldRequest: { reason: 'now' }, usedUp: { waiters: 1 } }), { kind: 'quota-exceeded', quota: 'waiters', limit: 1 });
  t.equal(scene.session, session, 'nothing has changed');
  t.strictSame(scene.acquire('b', { waitMs: 1_000, usedUp: { waiters: 1 } }), { kind: 'waiting' });
  t.match(scene.acquire('d', { usedUp: { waiters: 1 } }), { kind: 'lease-held' }, 'who does not wait needs none');
});
