// What a quorum does by itself with sessions that nobody asks about: leases that are over are ended, and what nobody needs any more is forgotten on all nodes or none.
import t, { type Test } from 'tap';
import type { LeaseStore } from '../../../../service/src/session/store.ts';
import { RepliesUnderTest } from '../../../conformance/replies-under-test.ts';
import { nameOf, StoreUnderTest } from '../../../conformance/store-under-test.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { connectRedis, ownRedis } from '../../../support/own-redis.ts';
import { going, memoryNodes, quorumStoreOn, type MemoryNode } from '../../../support/quorum-in-memory.ts';
import { openOnSockets } from '../../../support/quorum-under-test.ts';

t.setTimeout(120_000);

const PLACE = { isDistant: true, roundTrips: 8 };
const TTL_MS = 10_000;
const DAY_MS = 24 * 3_600_000;
const WEEK_MS = 7 * DAY_MS;

const underTest = (t: Test, store: LeaseStore, clock: FakeClock): StoreUnderTest => {
  t.teardown(() => store.close());
  return StoreUnderTest.on(store, clock, PLACE);
};

interface Scene {
  readonly nodes: readonly MemoryNode[];
  readonly store: StoreUnderTest;
}

const scene = (t: Test, count = 3): Scene => {
  const clock = new FakeClock();
  const nodes = memoryNodes(clock, count);
  return { nodes, store: underTest(t, going(quorumStoreOn(nodes, { clock, instanceId: 'i1' }), clock), clock) };
};

/** Whatever is due happens within a few rounds. */
const rounds = (store: StoreUnderTest): Promise<void> => store.pass(3_000);
const keptBy = (nodes: readonly MemoryNode[]): readonly number[] => nodes.map((node) => node.sessions.filter((name) => name.endsWith('\0s')).length);

t.test('a lease that is over is ended, and counted no more, though nobody waits for it', async (t) => {
  const { store } = scene(t);
  await store.take('s', 'a', { ttlMs: TTL_MS });
  await rounds(store);
  t.strictSame((await store.takeEvents('s')).map(({ type }) => type), ['granted']);
  t.match(store.store.usage.of(nameOf('s').namespace), { leases: 1 });
  await store.pass(TTL_MS);
  t.match(await store.takeEvents('s'), [{ type: 'ended', endedBecause: 'expired', heldForMs: TTL_MS }]);
  await rounds(store);
  t.match(store.store.usage.of(nameOf('s').namespace), { leases: 0 });
});

t.test('a lease that is renewed is not', async (t) => {
  const { store } = scene(t);
  await store.take('s', 'a', { ttlMs: TTL_MS });
  for (let count = 0; count < 5; count += 1) {
    await store.pass(TTL_MS / 2);
    t.match(await store.renew('s', 'a'), { kind: 'renewed', remainingMs: TTL_MS });
  }
  t.strictSame((await store.takeEvents('s')).map(({ type }) => type), ['granted']);
});

t.test('what was released is forgotten a week later, and its tokens stay below all to come', async (t) => {
  const { nodes, store } = scene(t);
  const token = await store.take('s', 'a');
  await store.release('s', 'a');
  store.leap(WEEK_MS - DAY_MS);
  await rounds(store);
  t.strictSame(keptBy(nodes), [1, 1, 1], 'not a day before');
  t.match(await store.acquire('s', 'a'), { kind: 'granted' }, 'the id itself is forgotten after a quarter of an hour');
  await store.release('s', 'a');
  store.leap(WEEK_MS + 1_000);
  await rounds(store);
  t.strictSame(keptBy(nodes), [0, 0, 0]);
  t.ok(nodes.every(({ floor }) => floor > token));
  t.ok((await store.take('s', 'b')) > token);
});

t.test('nothing is forgotten while a node is away, and all of it once that is back', async (t) => {
  const { nodes, store } = scene(t);
  await store.take('s', 'a');
  nodes[2]!.isDown = true;
  await store.release('s', 'a');
  store.leap(WEEK_MS + 1_000);
  await rounds(store);
  t.strictSame(keptBy(nodes), [1, 1, 1]);
  nodes[2]!.isDown = false;
  await rounds(store);
  t.strictSame(keptBy(nodes), [0, 0, 0], 'it was brought up to the others first');
});

t.test('a node that did not hear that it was to forget brings nothing back', async (t) => {
  const { nodes, store } = scene(t);
  const token = await store.take('s', 'a');
  await store.release('s', 'a');
  store.leap(WEEK_MS + 1_000);
  const { forget } = nodes[2]!;
  let isDeaf = true;
  nodes[2]!.forget = async (name, ballot) => (isDeaf ? nodes[2]!.read(name) : forget.call(nodes[2], name, ballot));
  await store.pass(600);
  t.strictSame(keptBy(nodes), [0, 0, 1]);
  nodes[0]!.isDown = true;
  const next = await store.take('s', 'b');
  t.ok(next > token, 'of a majority one at least has the floor');
  nodes[0]!.isDown = false;
  isDeaf = false;
  await store.release('s', 'b');
  store.leap(WEEK_MS + 1_000);
  await rounds(store);
  t.strictSame(keptBy(nodes), [0, 0, 0]);
});

t.test('five nodes forget as three do', async (t) => {
  const { nodes, store } = scene(t, 5);
  await store.take('s', 'a');
  await store.release('s', 'a');
  store.leap(WEEK_MS + 1_000);
  await rounds(store);
  t.strictSame(keptBy(nodes), [0, 0, 0, 0, 0]);
});

t.test('an undelivered reply is kept however long ago the session was used', async (t) => {
  const { nodes, store } = scene(t);
  const token = await store.take('s', 'a');
  await new RepliesUnderTest(store.store).park('s', 'r1', { fencingToken: token, expiresInMs: 30 * DAY_MS });
  await store.release('s', 'a');
  store.leap(3 * WEEK_MS);
  await rounds(store);
  t.strictSame(keptBy(nodes), [1, 1, 1]);
});

t.test('on real nodes: a lease ends by itself; a session leaves its register, its indexes and its place in the listings, and the floor stays', async (t) => {
  const clock = new FakeClock();
  const sockets = await Promise.all([1, 2, 3].map(() => ownRedis(t)));
  const store = underTest(t, going(await openOnSockets(t, clock, { sockets, db: 0, instanceId: 'conformance' }), clock), clock);
  const redises = await Promise.all(sockets.map(connectRedis));
  t.teardown(() => redises.forEach((redis) => redis.disconnect()));
  const onEach = async <T>(ask: (redis: (typeof redises)[number]) => Promise<T>): Promise<readonly T[]> => Promise.all(redises.map(ask));
  const own = 'default\0s';

  const token = await store.take('s', 'a', { ttlMs: TTL_MS });
  t.strictSame(await onEach((redis) => redis.zcard('hfq:ends')), [1, 1, 1]);
  await store.passUnwatched(TTL_MS, 's');
  t.match(await store.takeEvents('s'), [{ type: 'granted' }, { type: 'ended', endedBecause: 'expired' }]);
  t.strictSame(await onEach((redis) => redis.zscore('hfq:ends', own)), [null, null, null]);
  t.strictSame(await onEach((redis) => redis.exists(`hfq:s:${own}`)), [1, 1, 1]);
  t.equal(new Set(await onEach((redis) => redis.zscore('hfq:forgettable', own))).size, 1);
  store.leap(WEEK_MS + 1_000);
  await rounds(store);
  for (const key of [`hfq:s:${own}`, `hfq:p:${own}`, `hfq:v:${own}`]) t.strictSame(await onEach((redis) => redis.exists(key)), [0, 0, 0], key.slice(0, 5));
  for (const index of ['hfq:ends', 'hfq:due', 'hfq:forgettable', 'hfq:oldest']) t.strictSame(await onEach((redis) => redis.zscore(index, own)), [null, null, null], index);
  const floors = await onEach(async (redis) => Number(await redis.hget('hfq:member', 'floor')));
  t.ok(floors.every((floor) => floor >= token), 'each node remembers that its tokens are below all to come');
  t.ok((await store.take('s', 'a')) > token);
});
