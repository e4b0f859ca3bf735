import t from 'tap';
import { Database } from '../../../../service/src/stores/embedded/database.ts';
import { StoreScene, turns } from './store-scene.ts';
import { fencingToken } from '../../session/scene.ts';

const HOUR_MS = 3_600_000;

const endedOnDisk = (file: string): string[] => {
  const database = new Database(file, 'never used');
  const { ended } = database.rowsAfter(0);
  database.close();
  return ended.map(({ leaseIdHash }) => leaseIdHash);
};

t.test('every unreleased lease lives from the start for its largest TTL, and its holder renews as if nothing had happened', async (t) => {
  const { scene, file } = await StoreScene.onDisk(t);
  const token = await scene.take('a', { ttlMs: 10_000 });
  await scene.renew('a', { ttlMs: 60_000 });
  await scene.renew('a', { ttlMs: 5_000 });
  const again = await scene.crashAndStart(file, { downMs: 3 * HOUR_MS });
  t.equal(again.store.storeId, scene.store.storeId);
  t.match(await again.inspect(), { held: true, fencingToken: token, ttlMs: 5_000, remainingMs: 60_000 });
  t.match(await again.acquire('b'), { kind: 'lease-held', currentToken: token });
  again.clock.advance(59_999);
  t.match(await again.renew('a'), { kind: 'renewed', fencingToken: token, remainingMs: 5_000 });
  again.clock.advance(5_000);
  t.match(await again.acquire('b'), { kind: 'granted', previous: { fencingToken: token, endedBecause: 'expired' } });
});

t.test('an offer that nobody confirmed lives as long', async (t) => {
  const { scene, file } = await StoreScene.onDisk(t);
  await scene.take('a');
  await scene.acquire('b', { waitMs: 60_000, ttlMs: 20_000 });
  await scene.release('a');
  t.match(await scene.inspect(), { holder: 'holder of b', remainingMs: 5_000 });
  const again = await scene.crashAndStart(file);
  t.match(await again.inspect(), { holder: 'holder of b', remainingMs: 20_000 });
  t.match(await again.renew('b'), { kind: 'renewed', remainingMs: 20_000 });
});

t.test('a renewal that was answered and not written holds for the whole TTL', async (t) => {
  const { scene, file } = await StoreScene.onDisk(t);
  await scene.take('a', { ttlMs: 10_000 });
  scene.clock.advance(9_999);
  t.match(await scene.renew('a'), { remainingMs: 10_000 });
  const again = await scene.crashAndStart(file, { downMs: 1 });
  t.match(await again.inspect(), { held: true, remainingMs: 10_000 });
});

t.test('an end that was not committed did not happen', async (t) => {
  const { scene, file } = await StoreScene.onDisk(t);
  const token = await scene.take('a');
  scene.writer.hold();
  void scene.release('a');
  await turns();
  const again = await scene.crashAndStart(file);
  t.match(await again.renew('a'), { kind: 'renewed', fencingToken: token });
});

t.test('an end that was committed happened, and its id is over', async (t) => {
  const { scene, file } = await StoreScene.onDisk(t);
  const token = await scene.take('a', { metadata: { draft: 'd-1' } });
  await scene.release('a');
  await scene.release('never seen');
  const again = await scene.crashAndStart(file, { downMs: 2_000 });
  t.match(await again.inspect(), { held: false, previous: { fencingToken: token, endedBecause: 'released', endedMsAgo: 2_000, metadata: { draft: 'd-1' } } });
  t.match(await again.acquire('a'), { kind: 'lease-ended' });
  t.match(await again.acquire('never seen'), { kind: 'lease-ended' });
  t.match(await again.release('a'), { kind: 'released' });
  t.match(await again.renew('a'), { kind: 'lease-lost', fencingToken: token, endedBecause: 'released' });
  t.match(await again.do('s', { kind: 'fence', fencingToken: fencingToken(token) }), { verdict: 'ended', endedBecause: 'released' });
});

t.test('ended ids are over for 15 minutes, stops included, and then forgotten on disk too', async (t) => {
  const { scene, file } = await StoreScene.onDisk(t);
  await scene.take('a');
  await scene.release('a');
  const soon = await scene.crashAndStart(file, { downMs: 15 * 60_000 - 1 });
  t.match(await soon.acquire('a'), { kind: 'lease-ended' });
  soon.clock.advance(1);
  t.match(await soon.acquire('a'), { kind: 'granted' });
  soon.writer.crash();
  t.strictSame(endedOnDisk(file), ['a'], 'the row is still there');
  const late = await soon.crashAndStart(file, { downMs: 60_000 });
  late.clock.advance(250);
  await turns();
  late.writer.crash();
  t.strictSame(endedOnDisk(file), [], 'until the sweep comes by');
});

t.test('max hold ends a lease after a restart when it would have without one', async (t) => {
  const { scene, file } = await StoreScene.onDisk(t);
  await scene.take('a', { ttlMs: 10_000, maxHoldMs: 60_000 });
  scene.clock.advance(9_000);
  await scene.renew('a');
  const again = await scene.crashAndStart(file, { downMs: 21_000 });
  again.clock.advance(9_000);
  t.match(await again.renew('a'), { remainingMs: 10_000 });
  again.clock.advance(9_000);
  t.match(await again.renew('a'), { remainingMs: 10_000 });
  again.clock.advance(9_000);
  t.match(await again.renew('a'), { remainingMs: 3_000 }, '60 s after its grant');
  again.clock.advance(3_000);
  t.match(await again.inspect(), { held: false, previous: { endedBecause: 'max-hold' } });
});

t.test('a preemption ends a lease after a restart when it would have without one', async (t) => {
  const { scene, file } = await StoreScene.onDisk(t);
  await scene.take('a', { ttlMs: 10_000 });
  await scene.askYield({ by: 'gateway-2', graceMs: 30_000 });
  const again = await scene.crashAndStart(file, { downMs: 15_000 });
  t.match(await again.inspect(), { yieldRequest: { by: 'gateway-2', remainingMs: 15_000 } });
  again.clock.advance(8_000);
  t.match(await again.renew('a'), { remainingMs: 7_000 });
  again.clock.advance(7_000);
  t.match(await again.inspect(), { held: false, previous: { endedBecause: 'preempted' } });
});

t.test('tokens rise across a crash, also when the wall clock went back, and the floor outlives the sessions', async (t) => {
  const { scene, file } = await StoreScene.onDisk(t);
  const first = await scene.take('a');
  await scene.release('a');
  const back = await scene.crashAndStart(file, { stepMs: -365 * 24 * HOUR_MS });
  const second = await back.take('b');
  t.equal(second, first + 1, 'the clock is behind, so the floor counts');
  const elsewhere = await back.take('c', { session: 'never seen before' });
  t.equal(elsewhere, second + 1);
  const forward = await back.crashAndStart(file, { stepMs: 2 * 365 * 24 * HOUR_MS });
  const later = await forward.take('d', { session: 'another' });
  t.ok(later > elsewhere);
  t.equal(later, forward.clock.now().wallUs, 'the clock is ahead, so it counts');
});

t.test('a wall clock stepped while nobody ran shortens no lease and lengthens none', async (t) => {
  for (const stepMs of [-HOUR_MS, HOUR_MS, -3_650 * 24 * HOUR_MS, 3_650 * 24 * HOUR_MS]) {
    const { scene, file } = await StoreScene.onDisk(t);
    await scene.take('a', { ttlMs: 10_000 });
    const again = await scene.crashAndStart(file, { downMs: 1_000, stepMs });
    t.match(await again.inspect(), { held: true, remainingMs: 10_000 }, `${stepMs} ms`);
    again.clock.advance(10_000);
    t.match(await again.inspect(), { held: false }, `${stepMs} ms`);
  }
});

t.test('a wall clock stepped while it runs changes no lease', async (t) => {
  const scene = await StoreScene.start();
  const first = await scene.take('a', { ttlMs: 10_000 });
  for (const ms of [24 * HOUR_MS, -48 * HOUR_MS]) {
    scene.clock.stepWall(ms);
    t.match(await scene.inspect(), { held: true, remainingMs: 10_000 });
  }
  await scene.release('a');
  t.ok((await scene.take('b')) > first);
});

t.test('the queue is not kept, and waiters come back', async (t) => {
  const { scene, file } = await StoreScene.onDisk(t);
  await scene.take('a');
  await scene.acquire('b', { waitMs: 60_000 });
  const again = await scene.crashAndStart(file);
  t.match(await again.inspect(), { waiters: { length: 0 } });
  t.match(await again.acquire('b', { waitMs: 60_000 }), { kind: 'waiting' });
  await again.release('a');
  await turns();
  t.match(again.wakes, [{ outcome: { kind: 'granted' } }]);
});

t.test('a lease that nobody comes back for ends by itself, and the end is told', async (t) => {
  const { scene, file } = await StoreScene.onDisk(t);
  await scene.take('a', { ttlMs: 1_000 });
  const again = await scene.crashAndStart(file);
  again.clock.advance(1_250);
  await turns();
  t.match(again.events, [{ type: 'ended', endedBecause: 'expired' }]);
});

t.test('an orderly stop loses nothing either', async (t) => {
  const { scene, file } = await StoreScene.onDisk(t);
  const token = await scene.take('a');
  await scene.store.close();
  const again = await StoreScene.start(file);
  t.match(await again.inspect(), { held: true, fencingToken: token });
});
