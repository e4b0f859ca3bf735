/** Two things that happen at once, in either order: each race that was ever feared has its test. */
import t from 'tap';
import { Scene } from './scene.ts';

t.test("an old connection's close after its client reconnected leaves the ticket with the new connection", async (t) => {
  const scene = new Scene();
  scene.take('a');
  scene.wait('b', { connection: 'old' });
  scene.wait('c');
  scene.wait('b', { connection: 'new' });
  scene.disconnect('b', 'old');
  scene.passAndTick(20_000);
  t.strictSame(scene.queue, ['b', 'c']);
  scene.release('a');
  t.match(scene.wakes, [{ connection: 'new', outcome: { kind: 'granted' } }]);
});

t.test('the same, where the close comes first: the ticket is away for a moment and keeps its place', async (t) => {
  const scene = new Scene();
  scene.take('a');
  scene.wait('b', { connection: 'old' });
  scene.wait('c');
  scene.disconnect('b', 'old');
  scene.pass(200).wait('b', { connection: 'new' });
  t.strictSame(scene.wakes, [], 'nobody is there on the old connection');
  scene.release('a');
  t.match(scene.wakes, [{ connection: 'new', outcome: { kind: 'granted', waitedMs: 0 } }]);
});

t.test('a release that overtakes its acquire wins', async (t) => {
  const scene = new Scene();
  t.strictSame(scene.release('a'), { kind: 'released' });
  t.strictSame(scene.wait('a'), { kind: 'lease-ended' });
  t.match(scene.wait('b'), { kind: 'granted' }, 'and nobody else is kept out');
});

t.test('a repeat that arrives after the end is told that its id is over, whoever holds now', async (t) => {
  const scene = new Scene();
  scene.take('a', { ttlMs: 1_000 });
  scene.wait('b');
  scene.passAndTick(1_000);
  t.strictSame(scene.wait('a'), { kind: 'lease-ended' });
  t.equal(scene.holding, 'b');
  scene.release('b');
  t.strictSame(scene.acquire('a'), { kind: 'lease-ended' });
  t.equal(scene.holding, undefined);
});

t.test('a disconnect in the moment of the grant: the offer stands, and lapses unless its waiter comes back', async (t) => {
  for (const comesBack of [true, false]) {
    const scene = new Scene();
    scene.take('a');
    scene.wait('b');
    scene.wait('c');
    scene.release('a');
    scene.disconnect('b');
    scene.passAndTick(4_000);
    if (comesBack) {
      t.match(scene.wait('b', { connection: 'back' }), { kind: 'granted', repeated: true, confirmWithinMs: 1_000 });
      t.match(scene.renew('b'), { kind: 'renewed' });
    }
    scene.passAndTick(1_000);
    t.equal(scene.holding, comesBack ? 'b' : 'c');
  }
});

t.test('a disconnect just before the grant: the absent waiter is offered the rest of its grace', async (t) => {
  const scene = new Scene();
  scene.take('a');
  scene.wait('b');
  scene.wait('c');
  scene.disconnect('b');
  scene.release('a');
  t.equal(scene.holding, 'b');
  scene.passAndTick(5_000);
  t.equal(scene.holding, 'c');
});

t.test('two repeats at once get one grant, and no close of either takes it back', async (t) => {
  const scene = new Scene();
  const token = scene.take('a', { connection: 'first' });
  const second = scene.acquire('a', { connection: 'second' });
  const third = scene.acquire('a', { connection: 'third' });
  t.match([second, third], [{ kind: 'granted', fencingToken: token }, { kind: 'granted', fencingToken: token }]);
  for (const connection of ['first', 'second', 'third']) scene.disconnect('a', connection);
  t.match(scene.pass(29_999).renew('a'), { kind: 'renewed', fencingToken: token });
});

t.test('two repeats of a waiter at once: the newer waits, the older is answered', async (t) => {
  const scene = new Scene();
  scene.take('a');
  scene.wait('b', { connection: 'first' });
  const answered: string[] = [];
  for (const connection of ['second', 'third']) {
    scene.wait('b', { connection });
    answered.push(...scene.wakes.map((wake) => wake.connection));
  }
  t.strictSame(answered, ['first', 'second']);
  t.strictSame(scene.queue, ['b']);
});

t.test('an offer confirmed in the millisecond of its lapse has lapsed; one millisecond earlier it is held', async (t) => {
  for (const afterMs of [4_999, 5_000]) {
    const scene = new Scene();
    scene.take('a');
    scene.wait('b');
    scene.wait('c');
    scene.release('a');
    scene.pass(afterMs);
    if (afterMs < 5_000) {
      t.match(scene.renew('b'), { kind: 'renewed', remainingMs: 30_000 });
      t.equal(scene.holding, 'b');
    } else {
      t.match(scene.renew('b'), { kind: 'lease-lost', endedBecause: 'expired', successor: { holder: 'holder of c' } });
      t.equal(scene.holding, 'c');
    }
  }
});

t.test('a waiter that comes back in the millisecond in which its ticket becomes void is at the end', async (t) => {
  for (const afterMs of [4_999, 5_000]) {
    const scene = new Scene();
    scene.take('a');
    scene.wait('b');
    scene.wait('c');
    scene.disconnect('b');
    scene.pass(afterMs).wait('b', { connection: 'back' });
    t.strictSame(scene.queue, afterMs < 5_000 ? ['b', 'c'] : ['c', 'b']);
  }
});

t.test('a release in the millisecond of the expiry is too late, and takes nothing from the successor', async (t) => {
  const scene = new Scene();
  scene.take('a', { ttlMs: 1_000 });
  scene.wait('b');
  scene.pass(1_000);
  t.match(scene.release('a'), { kind: 'lease-lost', endedBecause: 'expired' });
  t.equal(scene.holding, 'b');
});

t.test('a waiter released while it is granted: its release ends the grant, and the next is served', async (t) => {
  const scene = new Scene();
  scene.take('a');
  scene.wait('b');
  scene.wait('c');
  scene.release('a');
  t.strictSame(scene.release('b'), { kind: 'released' });
  t.equal(scene.holding, 'c');
});

t.test('a revoke of a lease that has just expired does not hit its successor unawares', async (t) => {
  const scene = new Scene();
  scene.take('a', { ttlMs: 1_000 });
  scene.pass(1_000);
  t.strictSame(scene.revoke(), { kind: 'lease-not-held' });
});
