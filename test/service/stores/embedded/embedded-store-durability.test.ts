import t from 'tap';
import { idHash } from '../../session/scene.ts';
import { NAMESPACE, nameOf, StoreScene, turns } from './store-scene.ts';
import { watch } from './watch.ts';

t.test('no answer and no event is told before its commit, and then all are', async (t) => {
  const scene = await StoreScene.start();
  scene.writer.hold();
  const granted = watch(scene.acquire('a'));
  await turns();
  t.equal(scene.writer.asked.length, 1, 'its commit is under way');
  t.equal(granted(), 'pending');
  t.strictSame(scene.events, []);
  scene.writer.letGo();
  await turns();
  t.match(granted(), { kind: 'granted' });
  t.match(scene.events, [{ session: 's', type: 'granted' }]);
});

t.test('an end is committed before anything reveals it: release, revoke, expiry, and what follows of each', async (t) => {
  const ends: [string, (scene: StoreScene) => unknown][] = [
    ['release', (scene) => scene.release('a')],
    ['revoke', (scene) => scene.do('s', { kind: 'revoke' })],
    ['expiry', (scene) => scene.clock.advance(30_000)],
  ];
  for (const [what, end] of ends) {
    const scene = await StoreScene.start();
    await scene.take('a');
    const waiting = watch(scene.acquire('b', { waitMs: 60_000 }));
    await turns();
    t.match(waiting(), { kind: 'waiting' });
    scene.events.length = 0;
    scene.writer.hold();
    const asked = end(scene);
    const ended = watch(Promise.resolve(asked));
    await turns();
    t.strictSame([scene.events, scene.wakes], [[], []], `${what}: neither event nor wake`);
    if (what !== 'expiry') t.equal(ended(), 'pending', what);
    scene.writer.letGo();
    await turns();
    t.match(scene.events, [{ type: 'ended' }, { type: 'granted' }], what);
    t.match(scene.wakes, [{ connection: 'to b', outcome: { kind: 'granted', confirmWithinMs: Number } }], what);
  }
});

t.test('a yield request is committed before the asker, the holder or a watcher hears of it', async (t) => {
  const scene = await StoreScene.start();
  await scene.take('a');
  scene.events.length = 0;
  scene.writer.hold();
  const asked = watch(scene.askYield());
  const renewed = watch(scene.renew('a'));
  await turns();
  t.strictSame([asked(), renewed(), scene.events], ['pending', 'pending', []]);
  scene.writer.letGo();
  await turns();
  t.match(asked(), { kind: 'asked' });
  t.match(renewed(), { kind: 'renewed', yieldRequest: { by: 'operator' } });
  t.match(scene.events, [{ type: 'yield-asked' }]);
});

t.test('a read waits for the commit of what it has seen; one that saw nothing of it does not', async (t) => {
  const scene = await StoreScene.start();
  await scene.take('a');
  await scene.take('x', { session: 'other' });
  scene.writer.hold();
  const released = watch(scene.release('a'));
  const reads = {
    inspect: watch(scene.inspect()),
    fence: watch(scene.do('s', { kind: 'fence', fencingToken: 1 as never })),
    refusal: watch(scene.renew('a')),
    repeat: watch(scene.acquire('a')),
  };
  const elsewhere = watch(scene.inspect('other'));
  const unknown = watch(scene.inspect('never named'));
  const renewedElsewhere = watch(scene.renew('x', { session: 'other' }));
  await turns();
  t.equal(released(), 'pending');
  for (const [what, read] of Object.entries(reads)) t.equal(read(), 'pending', what);
  t.match(elsewhere(), { held: true });
  t.match(unknown(), { held: false });
  t.match(renewedElsewhere(), { kind: 'renewed' });
  scene.writer.letGo();
  await turns();
  t.match(reads.inspect(), { held: false, previous: { endedBecause: 'released' } });
  t.match(reads.fence(), { kind: 'verdict' });
  t.match(reads.refusal(), { kind: 'lease-lost' });
  t.match(reads.repeat(), { kind: 'lease-ended' });
});

t.test('an expiry that a read finds is committed before the read is answered', async (t) => {
  const scene = await StoreScene.start();
  await scene.take('a', { ttlMs: 100 });
  scene.writer.hold();
  scene.clock.advance(100);
  const read = watch(scene.inspect());
  await turns();
  t.equal(read(), 'pending');
  t.equal(scene.writer.asked.at(-1)?.sessions[0]?.live, 0);
  scene.writer.letGo();
  await turns();
  t.match(read(), { held: false, previous: { endedBecause: 'expired' } });
});

t.test('heartbeats wait for the commits of all their sessions, and of no other', async (t) => {
  const scene = await StoreScene.start();
  for (const key of ['s1', 's2', 's3']) await scene.take(`of ${key}`, { session: key });
  const beat = (...keys: string[]): (() => unknown) =>
    watch(scene.store.renewAll(NAMESPACE, keys.map((key) => ({ key: nameOf(key).key, leaseIdHash: idHash(`of ${key}`) }))));
  scene.writer.hold();
  void scene.release('of s2', 's2');
  const [touched, untouched] = [beat('s1', 's2', 's3'), beat('s1', 's3')];
  await turns();
  t.equal(touched(), 'pending');
  t.match(untouched(), [{ kind: 'renewed' }, { kind: 'renewed' }]);
  scene.writer.letGo();
  await turns();
  t.match(touched(), [{ kind: 'renewed' }, { kind: 'lease-lost' }, { kind: 'renewed' }], 'in the order of asking');
});

t.test('what arrives while a commit is under way forms the next one', async (t) => {
  const scene = await StoreScene.start();
  scene.writer.hold();
  const first = watch(scene.acquire('a', { session: 's1' }));
  await turns();
  const next = ['s2', 's3', 's4'].map((session) => watch(scene.acquire('a', { session })));
  await turns();
  t.equal(scene.writer.asked.length, 1);
  scene.writer.letGo();
  await turns();
  t.match([first(), ...next.map((state) => state())], Array.from({ length: 4 }, () => ({ kind: 'granted' })));
  t.strictSame(scene.writer.asked.map(({ sessions }) => sessions.length), [1, 3]);
});

t.test('renewals are not written, unless they change the TTL or the metadata', async (t) => {
  const scene = await StoreScene.start();
  await scene.take('a');
  const commitsOf = async (act: () => Promise<unknown>): Promise<number> => {
    const before = scene.writer.asked.length;
    await act();
    await turns();
    return scene.writer.asked.length - before;
  };
  t.equal(await commitsOf(() => scene.renew('a')), 0);
  t.equal(await commitsOf(() => scene.renew('a', { ttlMs: 30_000 })), 0, 'the TTL that it has');
  t.equal(await commitsOf(() => scene.renew('a', { ttlMs: 31_000 })), 1);
  t.equal(await commitsOf(() => scene.renew('a', { metadata: { draft: 1 } })), 1);
  t.equal(await commitsOf(() => scene.acquire('b', { waitMs: 1_000 })), 0, 'the queue is not kept');
  t.equal(await commitsOf(() => scene.acquire('a')), 0, 'a repeat');
  t.equal(await commitsOf(() => scene.inspect()), 0);
});
