/** Several instances of the quorum store over the same nodes: what one has granted the others renew, release, repeat and inspect; and each serves its own waiters. */
import t from 'tap';
import type { Test } from 'tap';
import type { QuorumStore } from '../../../../service/src/stores/quorum/quorum-store.ts';
import type { LeaseIdHash } from '../../../../service/src/session/types.ts';
import { nameOf, StoreUnderTest } from '../../../conformance/store-under-test.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { going, memoryNodes, quorumStoreOn, settle, type MemoryNode } from '../../../support/quorum-in-memory.ts';

interface Scene {
  readonly clock: FakeClock;
  readonly nodes: readonly MemoryNode[];
  readonly stores: readonly StoreUnderTest[];
}

const PLACE = { isDistant: true, roundTrips: 8 };

const scene = (t: Test, instances = 2, count = 3): Scene => {
  const clock = new FakeClock();
  const nodes = memoryNodes(clock, count);
  const others: QuorumStore[] = [];
  const stores = Array.from({ length: instances }, (_, nth) => quorumStoreOn(nodes, { clock, instanceId: `i${nth + 1}`, others }));
  t.teardown(() => Promise.all(stores.map((store) => store.close())));
  return { clock, nodes, stores: stores.map((store) => StoreUnderTest.on(going(store, clock), clock, PLACE)) };
};

t.test('any instance renews, repeats, inspects and releases what another granted', async (t) => {
  const [one, two] = scene(t).stores as [StoreUnderTest, StoreUnderTest];
  const fencingToken = await one.take('s', 'a', { ttlMs: 10_000 });
  t.match(await two.renew('s', 'a'), { kind: 'renewed', fencingToken, remainingMs: 10_000 });
  t.match(await one.renew('s', 'a'), { kind: 'renewed', fencingToken });
  t.match(await two.acquire('s', 'a'), { kind: 'granted', repeated: true, fencingToken });
  t.match(await two.inspect('s'), { held: true, fencingToken });
  t.match(await two.acquire('s', 'b'), { kind: 'lease-held', currentToken: fencingToken });
  t.match(await two.release('s', 'a'), { kind: 'released' });
  t.match(await one.renew('s', 'a'), { kind: 'lease-lost', endedBecause: 'released' });
  t.match(await one.acquire('s', 'a'), { kind: 'lease-ended' });
  const next = await one.take('s', 'b');
  t.ok(next > fencingToken);
});

t.test('a waiter is served when another instance releases, and each instance serves its own in their order', async (t) => {
  const { clock, stores } = scene(t);
  const [one, two] = stores as [StoreUnderTest, StoreUnderTest];
  await one.take('s', 'a');
  for (const id of ['b', 'c', 'd']) t.match(await two.wait('s', id), { kind: 'waiting' });
  const order: string[] = [];
  let holder = 'a';
  for (const next of ['b', 'c', 'd']) {
    await one.release('s', holder);
    await settle();
    await two.pass(50);
    await settle();
    const granted = two.takeWakes('s').filter(({ outcome }) => outcome.kind === 'granted');
    t.equal(granted.length, 1, `one is served after ${holder}`);
    order.push(granted[0]!.connection.split('/')[1]!);
    holder = next;
  }
  t.strictSame(order, ['b', 'c', 'd']);
  t.ok(clock.now().monoMs > 0);
});

t.test('a waiter that went to another instance is served once, and its old place with the same grant', async (t) => {
  const [one, two] = scene(t).stores as [StoreUnderTest, StoreUnderTest];
  await one.take('s', 'a');
  await one.wait('s', 'b');
  await two.wait('s', 'b');
  await one.release('s', 'a');
  await settle();
  await one.pass(1_100);
  await settle();
  const told = [...one.takeWakes('s'), ...two.takeWakes('s')].map(({ outcome }) => outcome);
  const tokens = told.flatMap((outcome) => (outcome.kind === 'granted' ? [outcome.fencingToken] : []));
  t.equal(tokens.length, 2, 'both connections are told');
  t.equal(new Set(tokens).size, 1, 'of one and the same lease');
  await two.release('s', 'b');
  await settle();
  await two.pass(1_100);
  await settle();
  t.strictSame([...one.takeWakes('s'), ...two.takeWakes('s')], [], 'and nobody is served a second time under the id');
  t.match(await one.inspect('s'), { held: false, waiters: [] });
});

t.test('who waits elsewhere, and was released elsewhere, is told that its id is over', async (t) => {
  const [one, two] = scene(t).stores as [StoreUnderTest, StoreUnderTest];
  await one.take('s', 'a');
  await two.wait('s', 'b');
  await one.release('s', 'b');
  await two.pass(1_100);
  await settle();
  t.match(two.takeWakes('s'), [{ outcome: { kind: 'lease-ended' } }]);
});

t.test('a minority that is down changes nothing; without a majority nothing is carried out, and nothing is lost', async (t) => {
  const { nodes, stores } = scene(t);
  const [one, two] = stores as [StoreUnderTest, StoreUnderTest];
  const fencingToken = await one.take('s', 'a');
  nodes[0]!.isDown = true;
  t.match(await two.renew('s', 'a'), { kind: 'renewed', fencingToken });
  t.match(await one.acquire('other', 'x'), { kind: 'granted' });
  nodes[1]!.isDown = true;
  await t.rejects(one.renew('s', 'a'), { code: 'store-unavailable' });
  await t.rejects(one.inspect('s'), { code: 'store-unavailable' });
  await t.rejects(two.acquire('s', 'b'), { code: 'store-unavailable' });
  for (const node of nodes) node.isDown = false;
  t.match(await two.renew('s', 'a'), { kind: 'renewed', fencingToken });
  t.match(await two.acquire('s', 'b'), { kind: 'lease-held' });
});

t.test('each node may be away in turn, and no holder loses its lease', async (t) => {
  const { nodes, stores } = scene(t, 2, 5);
  const [one, two] = stores as [StoreUnderTest, StoreUnderTest];
  const fencingToken = await one.take('s', 'a', { ttlMs: 10_000 });
  for (const [nth, node] of nodes.entries()) {
    node.isDown = true;
    const asked = nth % 2 === 0 ? two : one;
    t.match(await asked.renew('s', 'a'), { kind: 'renewed', fencingToken });
    await asked.pass(4_000);
    node.isDown = false;
    t.match(await asked.renew('s', 'a'), { kind: 'renewed', fencingToken, remainingMs: 10_000 });
    await settle();
  }
});

t.test('a node that did not hear of the end of a lease holds nobody up, also when another is away', async (t) => {
  const { clock, nodes, stores } = scene(t);
  const [one, two] = stores as [StoreUnderTest, StoreUnderTest];
  const [missing, next] = nodes as [MemoryNode, MemoryNode];
  const token = await one.take('s', 'a', { ttlMs: 60_000 });
  missing.isDown = true;
  await one.release('s', 'a');
  missing.isDown = false;
  next.isDown = true;
  const fromMs = clock.now().monoMs;
  t.ok((await two.take('s', 'b')) > token);
  t.ok(clock.now().monoMs - fromMs < 1_000, 'not only when the lease would have ended');
});

t.test('many that contend over several instances are granted one after the other, with rising tokens', async (t) => {
  const { stores } = scene(t, 3);
  const tokens: number[] = [];
  const ids = Array.from({ length: 12 }, (_, nth) => `id-${nth}`);
  const live = new Set<string>();
  const waiting = new Map<string, StoreUnderTest>();
  for (const [nth, id] of ids.entries()) {
    const store = stores[nth % 3]!;
    const acquiring = store.wait('s', id);
    await store.pass(60);
    const outcome = await acquiring;
    if (outcome.kind === 'granted') live.add(id), tokens.push(outcome.fencingToken);
    else waiting.set(id, store);
  }
  for (let turn = 0; turn < 400 && live.size + waiting.size > 0; turn += 1) {
    for (const id of live) {
      await stores[turn % 3]!.release('s', id);
      live.delete(id);
    }
    await settle();
    for (const store of stores) await store.pass(20);
    await settle();
    for (const store of stores) {
      for (const { connection, outcome } of store.takeWakes('s')) {
        if (outcome.kind !== 'granted') continue;
        const id = connection.split('/')[1]!;
        t.equal(live.size, 0, `${id} is alone`);
        live.add(id);
        waiting.delete(id);
        tokens.push(outcome.fencingToken);
      }
    }
  }
  t.equal(tokens.length, ids.length);
  t.strictSame(tokens, tokens.toSorted((a, b) => a - b));
  t.equal(new Set(tokens).size, tokens.length);
});

t.test('while no node answers, who waits for a free session is looked after now and then, and not without end', async (t) => {
  const { clock, nodes, stores } = scene(t, 1);
  const [one] = stores as [StoreUnderTest];
  await one.take('s', 'a');
  await one.wait('s', 'b');
  let reads = 0;
  for (const node of nodes) {
    const { accept, read } = node;
    // Each is gone as soon as it has taken the release, before the session can be passed on.
    node.accept = async (...given) => {
      const told = await accept.apply(node, given);
      node.isDown = true;
      return told;
    };
    node.read = (...given) => {
      reads += 1;
      return read.apply(node, given);
    };
  }
  await one.store.apply(nameOf('s'), { kind: 'release', leaseIdHash: 'a' as LeaseIdHash }).catch(() => {}); // some node may be gone before it has answered
  await settle(500);
  reads = 0;
  await settle(500);
  t.ok(reads <= 3 * nodes.length, `${reads} questions while the time stands still`);
  for (const node of nodes) {
    node.isDown = false;
    Reflect.deleteProperty(node, 'accept');
  }
  for (let turn = 0; turn < 100; turn += 1) {
    clock.advance(20);
    await settle(50);
  }
  t.match(one.takeWakes('s'), [{ outcome: { kind: 'granted' } }], 'and it is served when they are back');
});
