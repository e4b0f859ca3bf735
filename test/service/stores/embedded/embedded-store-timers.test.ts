import t from 'tap';
import { Database } from '../../../../service/src/stores/embedded/database.ts';
import { StoreScene, turns } from './store-scene.ts';

const DAY_MS = 24 * 3_600_000;
const kindsOf = (scene: StoreScene): string[] => scene.wakes.map(({ connection, outcome }) => `${connection}: ${outcome.kind}`);

t.test('a waiter is served in the very moment of the expiry, and not before', async (t) => {
  const scene = await StoreScene.start();
  await scene.take('a', { ttlMs: 7_301 });
  await scene.acquire('b', { waitMs: 60_000 });
  scene.clock.advance(7_300);
  await turns();
  t.strictSame(kindsOf(scene), []);
  scene.clock.advance(1);
  await turns();
  t.strictSame(kindsOf(scene), ['to b: granted']);
  t.match(scene.wakes[0]?.outcome, { waitedMs: 7_301, confirmWithinMs: 5_000 });
});

t.test('a waiter whose time is up is answered in that moment', async (t) => {
  const scene = await StoreScene.start();
  await scene.take('a');
  await scene.acquire('b', { waitMs: 1_234 });
  scene.clock.advance(1_233);
  await turns();
  t.strictSame(kindsOf(scene), []);
  scene.clock.advance(1);
  await turns();
  t.strictSame(kindsOf(scene), ['to b: lease-held']);
});

t.test('a renewal moves the moment on', async (t) => {
  const scene = await StoreScene.start();
  await scene.take('a', { ttlMs: 5_000 });
  await scene.acquire('b', { waitMs: 60_000 });
  scene.clock.advance(4_999);
  await scene.renew('a');
  scene.clock.advance(4_999);
  await turns();
  t.strictSame(kindsOf(scene), []);
  scene.clock.advance(1);
  await turns();
  t.strictSame(kindsOf(scene), ['to b: granted']);
});

t.test('an offer that lapses goes to the next waiter in the moment of its lapse', async (t) => {
  const scene = await StoreScene.start();
  await scene.take('a');
  for (const id of ['b', 'c']) await scene.acquire(id, { waitMs: 60_000 });
  await scene.release('a');
  await turns();
  scene.clock.advance(4_999);
  await turns();
  t.strictSame(kindsOf(scene), ['to b: granted']);
  scene.clock.advance(1);
  await turns();
  t.strictSame(kindsOf(scene), ['to b: granted', 'to c: granted']);
});

t.test('a timer that comes early, as Node does with long ones, is set again', async (t) => {
  const scene = await StoreScene.start();
  const delays: number[] = [];
  const after = scene.clock.after.bind(scene.clock);
  scene.clock.after = (delayMs, fire) => {
    // The sweep's own rounds are of no interest here.
    if (delayMs > 1_000) delays.push(delayMs);
    return after(delays.length === 1 ? delayMs / 2 : delayMs, fire);
  };
  await scene.take('a', { ttlMs: 10_000 });
  delays.length = 0;
  await scene.acquire('b', { waitMs: 60_000 });
  t.strictSame(delays, [10_000]);
  scene.clock.advance(5_000);
  t.strictSame(delays, [10_000, 5_000]);
  scene.clock.advance(5_000);
  await turns();
  t.strictSame(kindsOf(scene), ['to b: granted']);
});

t.test('nobody waits, no timer: the sweep alone looks after such sessions', async (t) => {
  const scene = await StoreScene.start();
  const idle = scene.clock.armed;
  for (let n = 0; n < 50; n += 1) await scene.take('a', { session: `s ${n}`, ttlMs: 1_000 });
  t.equal(scene.clock.armed, idle);
  await scene.acquire('b', { session: 's 0', waitMs: 500 });
  t.equal(scene.clock.armed, idle + 1);
  await scene.release('b', 's 0');
  t.equal(scene.clock.armed, idle, 'a waiter that left takes its timer along');
  scene.events.length = 0;
  scene.clock.advance(1_250);
  await turns();
  t.equal(scene.events.filter(({ type }) => type === 'ended').length, 50);
});

t.test('sessions that are forgotten leave nothing behind, in memory or on disk', async (t) => {
  const { scene, file } = await StoreScene.onDisk(t);
  for (let n = 0; n < 300; n += 1) void scene.acquire('a', { session: `s ${n}`, ttlMs: 1_000 });
  await turns();
  scene.clock.advance(1_500);
  t.match(await scene.inspect('s 7'), { previous: { endedBecause: 'expired' } });
  const later = await scene.crashAndStart(file, { downMs: 7 * DAY_MS - 1_600 });
  t.match(await later.inspect('s 7'), { previous: { endedBecause: 'expired' } });
  later.clock.advance(2_000);
  await turns();
  t.match(await later.inspect('s 7'), { held: false, previous: undefined });
  t.equal(new Set(later.writer.asked.flatMap(({ sessionsForgotten }) => sessionsForgotten)).size, 300);
  later.writer.crash();
  const database = new Database(file, 'never used');
  t.strictSame(database.rowsAfter(0), { sessions: [], ended: [], replies: [] });
  database.close();
});

t.test('a session that is named again after it was forgotten starts anew, above the floor', async (t) => {
  const { scene, file } = await StoreScene.onDisk(t);
  const first = await scene.take('a');
  await scene.release('a');
  const later = await scene.crashAndStart(file, { downMs: 7 * DAY_MS });
  later.clock.advance(250);
  later.clock.stepWall(-30 * DAY_MS);
  t.match(await later.inspect(), { held: false, previous: undefined });
  const second = await later.take('a', { ttlMs: 20_000 });
  t.equal(second, first + 1);
  const again = await later.crashAndStart(file);
  t.match(await again.inspect(), { held: true, fencingToken: second, ttlMs: 20_000 });
});

t.test('idle sessions are never more than may be remembered: the one that ended first goes as another comes', async (t) => {
  const scene = await StoreScene.start(':memory:', undefined, { idleMax: 2 });
  for (const session of ['s1', 's2', 's3']) {
    await scene.take('a', { session });
    await scene.release('a', session);
  }
  const isRemembered = async (session: string): Promise<boolean> => (await scene.inspect(session)).previous !== undefined;
  t.strictSame([await isRemembered('s1'), await isRemembered('s2'), await isRemembered('s3')], [false, true, true]);
  await turns();
  const { sessions } = await scene.writer.rowsAfter(0);
  t.strictSame(sessions.map(({ key }) => key), ['s2', 's3'], 'on disk as well');
});
