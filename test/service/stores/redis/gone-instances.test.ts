// Waiters of an instance that has ended cost the others one offer together, not one each; an instance that only missed a message keeps its own.
import t, { type Test } from 'tap';
import type { ConnectionId } from '../../../../service/src/session/types.ts';
import { wakesChannel } from '../../../../service/src/stores/redis/channels.ts';
import { dueScript } from '../../../../service/src/stores/redis/lua/due.ts';
import { namesOfPartition, OwnScripts } from './own-scripts.ts';

const [NAME] = namesOfPartition(1) as [string];

const at = (instance: string, id: string): { readonly connection: ConnectionId; readonly waitMs: number } => ({ connection: `${instance}:${id}` as ConnectionId, waitMs: 60_000 });

/** Somebody holds the session; three wait at another instance, then one at the caller's. */
const scene = async (t: Test): Promise<OwnScripts> => {
  const scripts = await OwnScripts.start(t);
  await scripts.take(NAME, 'first', { ttlMs: 3_600_000 });
  for (const id of ['d1', 'd2', 'd3']) await scripts.acquire(NAME, id, at('other', id));
  await scripts.acquire(NAME, 'own', { waitMs: 60_000 });
  return scripts;
};

const holderOf = async (scripts: OwnScripts): Promise<string | undefined> => {
  const view = await scripts.inspect(NAME);
  return view.kind === 'session' && view.held ? view.holder : undefined;
};

t.test('three dead waiters cost one offer', async (t) => {
  const scripts = await scene(t);
  await scripts.release(NAME, 'first');
  t.equal(await holderOf(scripts), 'holder of d1', 'nobody knows yet');
  scripts.clock.advance(4_999);
  t.equal(await holderOf(scripts), 'holder of d1');
  scripts.clock.advance(1);
  t.equal(await holderOf(scripts), 'holder of own');
  t.match(scripts.wakes, [{ connection: 'scripts:own', outcome: { kind: 'granted' } }]);
});

t.test('whoever came back meanwhile, at an instance that hears, keeps the place', async (t) => {
  const scripts = await scene(t);
  await scripts.release(NAME, 'first');
  await scripts.acquire(NAME, 'd2', { waitMs: 60_000 });
  scripts.clock.advance(5_000);
  t.equal(await holderOf(scripts), 'holder of d2');
  t.match(scripts.wakes, [{ connection: 'scripts:d2', outcome: { kind: 'granted' } }]);
});

t.test('an instance that missed a message and lives on keeps its waiters', async (t) => {
  const scripts = await scene(t);
  await scripts.release(NAME, 'first');
  t.equal(await scripts.redis.hexists(scripts.key('gone'), 'other'), 1);
  await scripts.runAs('other', dueScript, { sessionsMax: 100 });
  t.equal(await scripts.redis.exists(scripts.key('gone')), 0);
  scripts.clock.advance(5_000);
  t.equal(await holderOf(scripts), 'holder of d2', 'the next of them is offered it, for as long as anybody');
  scripts.clock.advance(4_999);
  t.equal(await holderOf(scripts), 'holder of d2');
});

t.test('one that hears is never taken for gone', async (t) => {
  const scripts = await scene(t);
  await scripts.subscriber.subscribe(wakesChannel(scripts.storeId, 'other'));
  await scripts.release(NAME, 'first');
  t.equal(await scripts.redis.exists(scripts.key('gone')), 0);
  scripts.clock.advance(5_000);
  t.equal(await holderOf(scripts), 'holder of d2');
});

t.test('what is known of the gone is not kept for long', async (t) => {
  const scripts = await scene(t);
  await scripts.release(NAME, 'first');
  const leftMs = await scripts.redis.pttl(scripts.key('gone'));
  t.ok(leftMs > 60_000 && leftMs <= 120_000, `${leftMs} ms`);
});
