import t from 'tap';
import { Scene } from './scene.ts';

const held = (): Scene => {
  const scene = new Scene();
  scene.take('a', { ttlMs: 3_600_000 });
  return scene;
};

/** Ends whatever is held, again and again, and says who was served in which order. */
const serveAll = (scene: Scene): string[] => {
  const served: string[] = [];
  while (scene.session.waiters.length > 0) {
    scene.release(scene.holding!);
    served.push(scene.holding!);
  }
  return served;
};

t.test('waiters are served in the order in which they came', async (t) => {
  const scene = held();
  const ids = Array.from({ length: 50 }, (_, index) => `w${index}`);
  for (const id of ids) scene.pass(1).wait(id);
  t.strictSame(serveAll(scene), ids);
});

t.test('the foreground is served before the background, each in its order', async (t) => {
  const scene = held();
  scene.wait('b1', { background: true });
  scene.wait('f1');
  scene.wait('b2', { background: true });
  scene.wait('f2');
  t.strictSame(scene.queue, ['f1', 'f2', 'b1', 'b2']);
  t.strictSame(serveAll(scene), ['f1', 'f2', 'b1', 'b2']);
});

t.test('a foreground waiter that arrives while a background one is served goes next', async (t) => {
  const scene = held();
  scene.wait('b1', { background: true });
  scene.wait('b2', { background: true });
  scene.release('a');
  scene.wait('f1');
  t.equal(scene.holding, 'b1');
  t.strictSame(serveAll(scene), ['f1', 'b2']);
});

t.test('a waiter is told of its place when its wait is over', async (t) => {
  const scene = held();
  scene.wait('f1');
  scene.wait('b1', { background: true, waitMs: 1_000 });
  scene.wait('f2', { waitMs: 1_000 });
  scene.passAndTick(1_000);
  t.match(scene.wakes, [
    { connection: 'to f2', outcome: { kind: 'lease-held', waiters: 3, position: 2, waitedMs: 1_000 } },
    { connection: 'to b1', outcome: { kind: 'lease-held', waiters: 3, position: 3, waitedMs: 1_000 } },
  ]);
});

t.test('a ticket outlives its 409 by five seconds, and keeps its place when its waiter comes back', async (t) => {
  const scene = held();
  scene.wait('w1', { waitMs: 1_000 });
  scene.wait('w2');
  scene.passAndTick(1_000);
  scene.passAndTick(4_999);
  t.strictSame(scene.queue, ['w1', 'w2']);
  t.strictSame(scene.wait('w1', { connection: 'again' }), { kind: 'waiting' });
  t.strictSame(scene.queue, ['w1', 'w2']);
  scene.passAndTick(5_001);
  t.strictSame(scene.queue, ['w1', 'w2'], 'the new wait carries it on');
});

t.test('a ticket is void five seconds after its 409, and its waiter then starts at the end', async (t) => {
  const scene = held();
  scene.wait('w1', { waitMs: 1_000 });
  scene.wait('w2');
  scene.passAndTick(1_000);
  scene.passAndTick(5_000);
  t.strictSame(scene.queue, ['w2']);
  t.match(scene.events, [{ type: 'left', holder: 'holder of a' }]);
  scene.wait('w1');
  t.strictSame(scene.queue, ['w2', 'w1']);
});

t.test('a ticket outlives its connection by five seconds', async (t) => {
  const scene = held();
  scene.wait('w1');
  scene.pass(10_000).disconnect('w1');
  scene.passAndTick(4_999);
  t.strictSame(scene.queue, ['w1']);
  scene.passAndTick(1);
  t.strictSame(scene.queue, []);
});

t.test('a second connection takes the ticket over, and the older is answered at once', async (t) => {
  const scene = held();
  scene.wait('w1', { connection: 'old' });
  scene.pass(700).wait('w1', { connection: 'new' });
  t.match(scene.wakes, [{ connection: 'old', outcome: { kind: 'lease-held', position: 1, waitedMs: 700 } }]);
  t.equal(scene.wakes.length, 1);
  scene.pass(300).release('a');
  t.match(scene.wakes, [{ connection: 'new', outcome: { kind: 'granted', waitedMs: 300 } }], 'the wait counts from the newest request');
});

t.test('a ticket that is taken over waits as long as its newest request says', async (t) => {
  const scene = held();
  scene.wait('w1', { connection: 'old', waitMs: 1_000 });
  scene.pass(500).wait('w1', { connection: 'new', waitMs: 10_000 });
  scene.passAndTick(9_999);
  t.strictSame(scene.wakes, []);
  scene.passAndTick(1);
  t.match(scene.wakes, [{ connection: 'new', outcome: { kind: 'lease-held', waitedMs: 10_000 } }]);
});

t.test('a waiter that only asks keeps its ticket alive, and is told its place', async (t) => {
  const scene = held();
  scene.wait('w1', { connection: 'old' });
  scene.wait('w2');
  t.match(scene.wait('w1', { waitMs: 0, connection: 'asking' }), { kind: 'lease-held', position: 1 });
  t.match(scene.wakes, [{ connection: 'old', outcome: { kind: 'lease-held' } }]);
  scene.passAndTick(4_999);
  t.strictSame(scene.wakes, [], 'it was answered, and waits for nothing');
  t.strictSame(scene.queue, ['w1', 'w2']);
  scene.passAndTick(1);
  t.strictSame(scene.queue, ['w2']);
});

t.test('a waiter that comes back keeps the terms of its first request', async (t) => {
  const scene = held();
  scene.wait('w1', { ttlMs: 8_000, background: true, metadata: { draft: 1 }, maxHoldMs: 60_000 });
  scene.wait('w1', { ttlMs: 90_000, background: false, metadata: { draft: 2 }, maxHoldMs: 1_000, connection: 'again' });
  scene.wait('w2');
  t.strictSame(scene.queue, ['w2', 'w1']);
  scene.release('w2');
  scene.release('a');
  t.match(scene.session.lease, { leaseIdHash: 'w1', ttlMs: 8_000, background: true, metadata: { draft: 1 }, holdEndsAtMs: scene.nowMs + 60_000 });
});

t.test('the holder hears of every waiter that comes and every one that leaves', async (t) => {
  const scene = held();
  const fencingToken = scene.session.lease!.fencingToken;
  scene.wait('w1');
  t.strictSame(scene.events, [{ type: 'waiting', holder: 'holder of a', fencingToken }]);
  scene.wait('w1', { connection: 'again' });
  t.strictSame(scene.events, [], 'one that comes back is not new');
  scene.release('w1');
  t.strictSame(scene.events, [{ type: 'left', holder: 'holder of a', fencingToken }]);
});
