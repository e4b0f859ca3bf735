import t from 'tap';
import { isDiskHanging } from '../../../../service/src/stores/embedded/disk-hangs-error.ts';
import { NAMESPACE, StoreScene, turns } from './store-scene.ts';
import { watch } from './watch.ts';

const UNKNOWN = { name: 'HoldfastError', code: 'store-unavailable', outcome: 'unknown' };
const NOT_APPLIED = { name: 'HoldfastError', code: 'store-unavailable', outcome: 'not-applied' };

t.test('a failed commit: what is pending is unknown, what comes later was not applied, and nothing is told', async (t) => {
  const scene = await StoreScene.start();
  await scene.take('a');
  await scene.acquire('b', { waitMs: 60_000 });
  await turns();
  scene.events.length = 0;
  scene.writer.hold();
  const underWay = scene.release('a');
  await turns();
  const next = scene.acquire('x', { session: 'other' });
  const read = scene.inspect();
  const list = scene.list();
  scene.writer.fail(new Error('EIO: i/o error'));
  const pendings: Record<string, Promise<unknown>> = { underWay, next, read };
  for (const [what, pending] of Object.entries(pendings)) await t.rejects(pending, UNKNOWN, what);
  await t.rejects(list, NOT_APPLIED, 'a listing changes nothing in any case');
  await t.rejects(scene.inspect(), NOT_APPLIED);
  await t.rejects(scene.acquire('y'), NOT_APPLIED);
  await t.rejects(scene.store.renewAll(NAMESPACE, []), NOT_APPLIED);
  await t.rejects(scene.list(), NOT_APPLIED);
  scene.clock.advance(3_600_000);
  await turns();
  t.strictSame([scene.events, scene.wakes], [[], []]);
  t.match(scene.fatal, [{ message: 'EIO: i/o error' }]);
  t.equal(scene.fatal.length, 1, 'it is told once');
  t.match(scene.store.checks(), [{ name: 'commits', ok: false, detail: 'EIO: i/o error' }, { name: 'sweep' }]);
  t.equal(scene.writer.asked.at(-1)?.sessions.length, 1, 'nothing was written after it');
});

t.test('a commit over 2 s counts as failed, and is not believed when it ends well after all', async (t) => {
  const scene = await StoreScene.start();
  scene.writer.hold();
  const granted = scene.acquire('a');
  await turns();
  scene.clock.advance(1_999);
  await turns();
  t.strictSame(scene.fatal, []);
  scene.clock.advance(1);
  await t.rejects(granted, UNKNOWN);
  scene.writer.letGo();
  await turns();
  t.match(scene.fatal, [{ message: 'a commit took longer than 2000 ms' }]);
  t.strictSame(scene.events, []);
  await t.rejects(scene.inspect(), NOT_APPLIED, 'memory that the disk may not have is never served');
});

t.test('a writer that dies is a failure at once, without anybody asking', async (t) => {
  const scene = await StoreScene.start();
  scene.writer.die(new Error('the writer thread has ended'));
  await turns();
  t.match(scene.fatal, [{ message: 'the writer thread has ended' }]);
  await t.rejects(scene.inspect(), NOT_APPLIED);
  await t.rejects(scene.store.close(), { message: 'the writer thread has ended' }, 'and nobody is told that all is well on disk');
});

t.test('closing finishes what was begun, refuses what comes later, and stops every timer', async (t) => {
  const scene = await StoreScene.start();
  await scene.take('a');
  await scene.acquire('b', { waitMs: 60_000 });
  await scene.take('x', { session: 'other' });
  await scene.acquire('y', { session: 'other', waitMs: 60_000 });
  scene.writer.hold();
  const released = watch(scene.release('a'));
  await turns();
  const closed = watch(scene.store.close());
  await t.rejects(scene.inspect(), NOT_APPLIED);
  t.equal(closed(), 'pending');
  scene.writer.letGo();
  await turns();
  t.match(released(), { kind: 'released' });
  t.equal(closed(), undefined);
  t.equal(scene.writer.closed, true);
  t.equal(scene.clock.armed, 0);
  t.strictSame(scene.fatal, []);
});

t.test('a listing that is under way when the store closes writes nothing any more', async (t) => {
  const scene = await StoreScene.start();
  await scene.take('a', { ttlMs: 1_000 });
  const listed = scene.list();
  const closed = scene.store.close();
  scene.clock.advance(1_000);
  await t.rejects(listed, NOT_APPLIED);
  await closed;
  t.strictSame(scene.fatal, []);
});

t.test('closing after a failure does not wait for a thread that may hang', async (t) => {
  const scene = await StoreScene.start();
  scene.writer.hold();
  void scene.acquire('a').catch(() => {}); // its refusal has a test of its own
  await turns();
  const closed = scene.store.close();
  scene.clock.advance(2_000);
  await t.rejects(closed, { message: 'a commit took longer than 2000 ms' }, 'one that was under way');
  await t.rejects(scene.store.close(), { message: 'a commit took longer than 2000 ms' }, 'one that came later');
  t.equal(scene.writer.closed, false);
  scene.writer.letGo();
});

t.test('closing has an end, also when the database never lets go', async (t) => {
  const scene = await StoreScene.start();
  scene.writer.close = () => new Promise(() => {});
  const closed = watch(scene.store.close());
  await turns();
  scene.clock.advance(4_999);
  await turns();
  t.equal(closed(), 'pending');
  scene.clock.advance(1);
  await turns();
  t.match(closed(), { name: 'DiskHangsError', message: 'the database did not close within 5000 ms' });
});

t.test('a hanging disk is told apart from a failing one, since it takes another end of the process', async (t) => {
  const hanging = await StoreScene.start();
  hanging.writer.hold();
  void hanging.acquire('a').catch(() => {}); // its refusal has a test of its own
  await turns();
  hanging.clock.advance(2_000);
  await turns();
  t.equal(isDiskHanging(hanging.fatal[0]), true);
  t.equal(isDiskHanging(new Error('in words for the operator', { cause: hanging.fatal[0] })), true);
  const failing = await StoreScene.start();
  failing.writer.hold();
  void failing.acquire('a').catch(() => {});
  await turns();
  failing.writer.fail(new Error('EIO'));
  await turns();
  t.equal(isDiskHanging(failing.fatal[0]), false);
});
