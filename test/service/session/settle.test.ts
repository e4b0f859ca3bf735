import t from 'tap';
import { nextDueAt } from '../../../service/src/session/settle.ts';
import { Scene } from './scene.ts';

t.test('whatever is due happens earliest first, however late somebody looks', async (t) => {
  const scene = new Scene();
  scene.take('a', { ttlMs: 10_000 });
  scene.wait('b', { waitMs: 4_000 });
  scene.wait('c', { waitMs: 60_000 });
  scene.passAndTick(10_500);
  t.match(scene.wakes, [
    { connection: 'to b', outcome: { kind: 'lease-held', holder: 'holder of a' } },
    { connection: 'to c', outcome: { kind: 'granted' } },
  ]);
  t.match(scene.events, [
    { type: 'left', holder: 'holder of a' },
    { type: 'ended', holder: 'holder of a', endedBecause: 'expired' },
    { type: 'granted', holder: 'holder of c' },
  ]);
  t.match(scene.session.previous, { endedAtMs: scene.nowMs - 500 }, 'the end is dated when it was due');
  t.match(scene.session.lease, { expiresAtMs: scene.nowMs + 5_000 }, 'the offer starts when it is made');
});

t.test('a wait that ends in the millisecond of the lease is served', async (t) => {
  const scene = new Scene();
  scene.take('a', { ttlMs: 10_000 });
  scene.wait('b', { waitMs: 10_000 });
  scene.passAndTick(10_000);
  t.match(scene.wakes, [{ connection: 'to b', outcome: { kind: 'granted', waitedMs: 10_000 } }]);
});

t.test('every command settles first, reads included', async (t) => {
  const looks: Record<string, (scene: Scene) => unknown> = {
    inspect: (scene) => scene.inspect(),
    fence: (scene) => scene.fence(1),
    tick: (scene) => scene.do({ kind: 'tick' }),
    renew: (scene) => scene.renew('other'),
    release: (scene) => scene.release('other'),
    yield: (scene) => scene.askYield(),
    revoke: (scene) => scene.revoke(),
    disconnect: (scene) => scene.disconnect('other'),
    acquire: (scene) => scene.acquire('other'),
  };
  for (const [kind, look] of Object.entries(looks)) {
    const scene = new Scene();
    const fencingToken = scene.take('a', { ttlMs: 1_000 });
    scene.pass(1_000);
    look(scene);
    t.match(scene.events[0], { type: 'ended', fencingToken, endedBecause: 'expired' }, kind);
  }
});

t.test('a session that nobody waits for is not due', async (t) => {
  const scene = new Scene();
  t.equal(nextDueAt(scene.session), undefined);
  scene.take('a');
  t.equal(nextDueAt(scene.session), undefined);
});

t.test('with waiters, the first of expiry, end of a wait and end of a ticket is due', async (t) => {
  const scene = new Scene();
  const startMs = scene.nowMs;
  scene.take('a', { ttlMs: 10_000 });
  scene.wait('b', { waitMs: 20_000 });
  t.equal(nextDueAt(scene.session), startMs + 10_000, 'the expiry');
  scene.renew('a', { ttlMs: 60_000 });
  t.equal(nextDueAt(scene.session), startMs + 20_000, 'the end of the wait');
  scene.disconnect('b');
  t.equal(nextDueAt(scene.session), startMs + 5_000, 'the end of the ticket');
  scene.passAndTick(4_999);
  t.same(scene.queue, ['b']);
  scene.passAndTick(1);
  t.same(scene.queue, []);
  t.equal(nextDueAt(scene.session), undefined);
});

t.test('a tick before anything is due changes nothing', async (t) => {
  const scene = new Scene();
  scene.take('a');
  scene.wait('b');
  const before = scene.session;
  scene.passAndTick(29_999);
  t.equal(scene.session, before);
  t.strictSame([scene.wakes, scene.events], [[], []]);
});

t.test('a crowd whose waits all end at once is answered in its order, each once', async (t) => {
  const scene = new Scene();
  scene.take('a', { ttlMs: 3_600_000 });
  const ids = Array.from({ length: 1_000 }, (_, index) => `w${index}`);
  for (const id of ids) scene.wait(id, { waitMs: 1_000 });
  scene.passAndTick(1_000);
  t.strictSame(scene.wakes.map(({ connection }) => connection), ids.map((id) => `to ${id}`));
});
