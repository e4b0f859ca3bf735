/** Conformance: what a namespace uses is counted through every change, and what uses a quota up is refused by the rules. */
import type { Test } from 'tap';
import type { Namespace } from '../../service/src/session/types.ts';
import { NO_USAGE, type Usage } from '../../service/src/session/usage.ts';
import { until } from '../support/until.ts';
import { RepliesUnderTest } from './replies-under-test.ts';
import { nameOf, type OpenUnderTest, type StoreUnderTest } from './store-under-test.ts';

const MAIN = 'default' as Namespace;

/** A distant store looks by itself, on its own time; where it is told of at once the first look finds it. */
const using = async (t: Test, store: StoreUnderTest, expected: Partial<Usage>, what: string, namespace = MAIN): Promise<void> => {
  const wanted = JSON.stringify({ ...NO_USAGE, ...expected });
  const read = (): string => JSON.stringify({ ...NO_USAGE, ...store.store.usage.of(namespace) });
  await until(what, () => {
    if (read() === wanted) return true;
    if (store.isDistant) store.clock.advance(1);
    return false;
  }, { everyMs: 1, withinMs: 5_000 }).catch(() => {});
  t.equal(read(), wanted, what);
};

export const usageRules = async (t: Test, open: OpenUnderTest): Promise<void> => {
  t.test('leases and waiters are counted, each namespace for itself', async (t) => {
    const store = await open(t);
    await using(t, store, {}, 'nothing is used');
    await store.take('s', 'a', { ttlMs: 600_000 });
    await store.take('s2', 'a', { ttlMs: 600_000 });
    await store.take(nameOf('s', 'other'), 'a', { ttlMs: 600_000 });
    await using(t, store, { leases: 2 }, 'two leases');
    await using(t, store, { leases: 1 }, 'one in the other namespace', 'other' as Namespace);
    t.same([...store.store.usage.namespaces].filter((name) => name === 'default' || name === 'other').toSorted(), ['default', 'other']);
    await store.wait('s', 'b', { background: true });
    await store.wait('s', 'c');
    await store.wait('s', 'd');
    await using(t, store, { leases: 2, waiters: 3 }, 'three wait');
    await store.renew('s', 'a', 600_000);
    await store.release('s', 'd');
    await using(t, store, { leases: 2, waiters: 2 }, 'one has given up');
    await store.release('s', 'a');
    await using(t, store, { leases: 2, waiters: 1 }, 'an offer is a lease');
    await store.do('s', { kind: 'revoke' });
    await using(t, store, { leases: 2, waiters: 0 }, 'the last waiter has it');
    await store.do('s', { kind: 'revoke' });
    await store.release('s2', 'a');
    await using(t, store, {}, 'all is free again');
  });

  t.test('the longest wait and the oldest reply are told', async (t) => {
    const store = await open(t);
    const replies = new RepliesUnderTest(store.store);
    const { usage } = store.store;
    await store.take('s', 'a', { ttlMs: 600_000 });
    await store.take('s2', 'a', { ttlMs: 600_000 });
    await replies.park('s', 'r1');
    await store.wait('s2', 'late of all', { background: true });
    await store.pass(3_000);
    await store.wait('s', 'b');
    await replies.park('s', 'r2');
    await using(t, store, { leases: 2, waiters: 2, parked: 2, bytes: 18 }, 'both are there');
    t.ok(usage.oldestWaitMs() >= 3_000 && usage.oldestWaitMs() < 6_000, `waits for ${usage.oldestWaitMs()} ms`);
    t.ok(usage.oldestReplyMs() >= 3_000 && usage.oldestReplyMs() < 6_000, `kept for ${usage.oldestReplyMs()} ms`);
    await store.release('s2', 'late of all');
    await replies.discard('s', 'r1');
    await using(t, store, { leases: 2, waiters: 1, parked: 1, bytes: 9 }, 'the older ones are gone');
    t.ok(usage.oldestWaitMs() < 3_000, `waits for ${usage.oldestWaitMs()} ms`);
    t.ok(usage.oldestReplyMs() < 3_000, `kept for ${usage.oldestReplyMs()} ms`);
    await store.release('s', 'b');
    await replies.discard('s', 'r2');
    await using(t, store, { leases: 2 }, 'nothing is left');
    t.equal(usage.oldestWaitMs(), 0);
    t.equal(usage.oldestReplyMs(), 0);
  });

  t.test('replies are counted by their state, with the bytes of all that are not settled', async (t) => {
    const store = await open(t);
    const replies = new RepliesUnderTest(store.store);
    await store.take('s', 'a', { ttlMs: 3_600_000 });
    for (const id of ['r1', 'r2', 'r3', 'r4']) await replies.park('s', id, { says: 'x'.repeat(98) });
    await replies.park('s', 'r1', { says: 'x'.repeat(98) });
    await using(t, store, { leases: 1, parked: 4, bytes: 400 }, 'four are parked, and a repeat is none');
    await replies.attempt('s', 'r1', 'a', 1, 'sending');
    await using(t, store, { leases: 1, parked: 3, sending: 1, bytes: 400 }, 'one is sent');
    await replies.attempt('s', 'r1', 'a', 1, 'unknown');
    await using(t, store, { leases: 1, parked: 3, unknown: 1, bytes: 400 }, 'whether it arrived is unknown');
    await replies.attempt('s', 'r1', 'a', 2, 'sending');
    await replies.attempt('s', 'r1', 'a', 2, 'delivered');
    await using(t, store, { leases: 1, parked: 3, bytes: 300 }, 'it has arrived');
    await replies.settle('s', 'r2', 'a', 'failed', { permanent: true });
    await using(t, store, { leases: 1, parked: 2, dead: 1, bytes: 300 }, 'one is refused for good');
    await replies.discard('s', 'r3');
    await using(t, store, { leases: 1, parked: 1, dead: 1, bytes: 200 }, 'one is superseded');
    await replies.replay('s', 'r3');
    await replies.replay('s', 'r2');
    await using(t, store, { leases: 1, parked: 3, bytes: 300 }, 'both have another chance');
    await replies.attempt('s', 'r2', 'a', 2, 'sending');
    await store.release('s', 'a');
    await using(t, store, { parked: 2, unknown: 1, bytes: 300 }, 'the taker has gone');
  });

  t.test('what uses a quota up is refused, and what is there already goes on', async (t) => {
    const store = await open(t);
    const replies = new RepliesUnderTest(store.store);
    const token = await store.take('s', 'a', { ttlMs: 600_000 });
    t.strictSame(await store.acquire('s2', 'b', { usedUp: { leases: 1 } }), { kind: 'quota-exceeded', quota: 'leases', limit: 1 });
    t.match(await store.acquire('s', 'a', { usedUp: { leases: 1, waiters: 1 } }), { kind: 'granted', repeated: true, fencingToken: token });
    t.strictSame(await store.wait('s', 'c', { usedUp: { waiters: 7 } }), { kind: 'quota-exceeded', quota: 'waiters', limit: 7 });
    t.match(await store.acquire('s', 'c', { usedUp: { waiters: 7 } }), { kind: 'lease-held', waiters: 0 });
    await replies.park('s', 'r1');
    t.strictSame(await replies.park('s', 'r2', { usedUp: { replies: 1, bytes: 5 } }), { kind: 'quota-exceeded', quota: 'replies', limit: 1 });
    t.strictSame(await replies.park('s', 'r2', { usedUp: { bytes: 1_073_741_824 } }), { kind: 'quota-exceeded', quota: 'bytes', limit: 1_073_741_824 });
    t.match(await replies.park('s', 'r1', { usedUp: { replies: 1 } }), { kind: 'parked', repeated: true });
    await using(t, store, { leases: 1, parked: 1, bytes: 9 }, 'nothing was added');
  });
};
