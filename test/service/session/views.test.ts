import t from 'tap';
import { ReplyScene } from './replies/reply-scene.ts';
import { Scene } from './scene.ts';

t.test('a session that nobody has named yet is free, and empty', async (t) => {
  t.strictSame(new Scene().inspect(), { kind: 'session', held: false, waiters: [], parkedReplies: 0 });
});

t.test('a held session tells its lease, its waiters in order, and what was before', async (t) => {
  const scene = new Scene();
  const first = scene.take('a');
  scene.release('a');
  scene.pass(100);
  const fencingToken = scene.take('b', { holder: 'gateway-1', ttlMs: 10_000, metadata: { draft: 1 } });
  scene.pass(1_000).wait('c', { holder: 'gateway-2', background: true });
  scene.pass(1_000).wait('d', { holder: 'gateway-3' });
  scene.askYield({ by: 'ops', graceMs: 20_000 });
  scene.renew('b');
  scene.pass(500);
  t.strictSame(scene.inspect(), {
    kind: 'session',
    held: true,
    holder: 'gateway-1',
    fencingToken,
    ttlMs: 10_000,
    remainingMs: 9_500,
    heldForMs: 2_500,
    lastRenewedMsAgo: 500,
    metadata: { draft: 1 },
    yieldRequest: { by: 'ops', remainingMs: 19_500 },
    waiters: [
      { holder: 'gateway-3', waitedMs: 500, background: false },
      { holder: 'gateway-2', waitedMs: 1_500, background: true },
    ],
    parkedReplies: 0,
    previous: { holder: 'holder of a', fencingToken: first, endedBecause: 'released', endedMsAgo: 2_600 },
  });
});

t.test('a waiter is shown as long as it has waited in all, over its slices', async (t) => {
  const scene = new Scene();
  scene.take('a', { ttlMs: 60_000 });
  scene.wait('b', { waitMs: 1_000 });
  scene.passAndTick(1_000);
  scene.wait('b', { connection: 'again' });
  scene.pass(500);
  t.match(scene.inspect().waiters, [{ waitedMs: 1_500 }]);
});

t.test('a session that has become free says so, and what was before', async (t) => {
  const scene = new Scene();
  const fencingToken = scene.take('a');
  scene.pass(31_000);
  t.strictSame(scene.inspect(), {
    kind: 'session',
    held: false,
    waiters: [],
    parkedReplies: 0,
    previous: { holder: 'holder of a', fencingToken, endedBecause: 'expired', endedMsAgo: 1_000 },
  });
});

t.test('a grant, its repeat, a renewal and an inspection tell how many replies wait: parked, sending and unknown ones', async (t) => {
  const scene = new ReplyScene();
  scene.take('a');
  for (const state of ['dead', 'delivered', 'superseded', 'unknown'] as const) scene.parkAs(state, state, 'a');
  scene.park('parked');
  scene.send('unknown', 'a');
  for (const told of [scene.acquire('a'), scene.renew('a'), scene.inspect()]) t.match(told, { parkedReplies: 2 });
  scene.wait('b');
  scene.release('a');
  t.match(scene.wakes, [{ connection: 'to b', outcome: { kind: 'granted', parkedReplies: 2 } }]);
});
