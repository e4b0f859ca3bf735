import t from 'tap';
import { instancesOnStore, startInstance } from '../support/instances-on-store.ts';
import { MemoryStore } from '../support/memory-store.ts';
import { pumped } from '../support/pumped.ts';
import { until } from '../support/until.ts';

// Three apps a test are slow to build on a busy machine.
t.setTimeout(120_000);

const count = (requests: readonly string[], what: string): number => requests.filter((request) => request.startsWith(what)).length;

t.test('two waiters whose instance is killed go on at the next, each in its place, and are served in order', async (t) => {
  const { instances, client, passing, clock } = await instancesOnStore(t);
  const [first, second] = instances;
  const holding = await client('holder').acquire('s');
  const served: string[] = [];
  const waiting = [];
  for (const holder of ['one', 'two']) {
    const waiter = client(holder, { events: false });
    waiting.push(waiter.acquire('s', { waitMs: Infinity }).then(async (lease) => {
      served.push(holder);
      await lease.release();
      return lease;
    }));
    await until(`${holder} waits`, () => count(first.requests, 'PUT') === 2 + waiting.length - 1);
  }
  clock.advance(8_000);
  first.kill();
  await until('both wait at the next', () => count(second.requests, 'PUT') === 2);
  t.match(await client('operator').inspect('s'), { waiters: [{ holder: 'one', waitedMs: 8_000 }, { holder: 'two', waitedMs: 8_000 }] }, 'the places are the old ones');
  await holding.release();
  const leases = await Promise.all(waiting);
  t.same(served, ['one', 'two']);
  for (const { waitedMs } of leases) t.ok(waitedMs >= 8_000, `${waitedMs} ms`);
  t.equal(count(second.requests, 'PUT'), 2);
  await passing('nothing is left behind', async () => !(await client('operator').inspect('s')).held);
});

t.test('an offer that was made to the dead instance is found at the next, and its life counts from then', async (t) => {
  const { instances, client, clock } = await instancesOnStore(t);
  const [first, second] = instances;
  const holding = await client('holder', { baseUrls: [second.baseUrl] }).acquire('s');
  const waiter = client('waiter', { events: false });
  const waiting = waiter.acquire('s', { waitMs: 60_000, autoRenew: false });
  await until('it waits', () => count(first.requests, 'PUT') === 1);
  first.wedge();
  await holding.release();
  t.match(await client('operator', { baseUrls: [second.baseUrl] }).inspect('s'), { held: true, holder: 'waiter', waiters: [] }, 'it was offered, and nobody was told');
  clock.advance(2_000);
  first.kill();
  const lease = await waiting;
  t.equal(lease.held, true);
  t.equal(lease.remainingMs, 0.99 * 3_000 - 50);
  t.equal(count(second.requests, 'PUT'), 2);
});

t.test('a holder’s heartbeats, calls and events go on at the next instance; what the stream missed is asked for at once', async (t) => {
  const { instances, client, passing } = await instancesOnStore(t);
  const [first, second, third] = instances;
  const gateway = client('gateway');
  const lease = await gateway.acquire('s');
  await until('its stream is open', () => count(first.requests, 'GET /v1/events') === 1);
  const asked: string[] = [];
  lease.onYield(({ by }) => asked.push(by));
  first.kill();
  await client('operator', { baseUrls: [third.baseUrl] }).requestYield('s');
  await passing('the request that came meanwhile is heard of', () => asked.length === 1);
  t.same(asked, ['operator']);
  await passing('the stream is open at the next', () => count(second.requests, 'GET /v1/events') === 1);
  t.ok(count(second.requests, 'POST /v1/heartbeats') >= 1);
  await gateway.replies.park('s', '1', { fencingToken: lease.fencingToken, payload: 'x' });
  t.equal(count(second.requests, 'PUT /v1/replies'), 1);
  second.kill();
  await passing('a whole life of the lease has gone by', () => count(third.requests, 'POST /v1/heartbeats') >= 5);
  t.equal(lease.held, true);
  t.equal(await lease.release(), 'released');
});

t.test('an instance that shuts down answers its waiters, who go on elsewhere at once', async (t) => {
  const { instances, client } = await instancesOnStore(t);
  const [first, second] = instances;
  const holding = await client('holder', { baseUrls: [second.baseUrl] }).acquire('s');
  const waiting = client('waiter', { events: false }).acquire('s', { waitMs: 60_000 });
  await until('it waits', () => count(first.requests, 'PUT') === 1);
  await first.stop();
  // Time stands still: there was no pause.
  await until('it waits at the next', () => count(second.requests, 'PUT') === 2);
  await holding.release();
  t.equal((await waiting).held, true);
});

t.test('a listing goes on at another instance where it was', async (t) => {
  const { instances, client } = await instancesOnStore(t);
  const gateway = client('gateway', { events: false });
  for (const session of ['a', 'b', 'c', 'd', 'e']) await gateway.acquire(session);
  const seen: string[] = [];
  for await (const { session } of gateway.list({ pageSize: 2 })) {
    seen.push(session);
    if (session === 'b') instances[0].kill();
    if (session === 'd') instances[1].kill();
  }
  t.same(seen, ['a', 'b', 'c', 'd', 'e']);
  t.equal(count(instances[2].requests, 'GET /v1/leases?'), 1);
});

t.test('an instance that comes back with another store is refused, and never asked again', async (t) => {
  const { instances, client, clock, passing } = await instancesOnStore(t);
  const [first, second, third] = instances;
  const gateway = client('gateway', { events: false });
  const lease = await gateway.acquire('s');
  const foreign = Object.assign(new MemoryStore(clock), { storeId: 'st_foreign' });
  first.kill();
  const impostor = await startInstance(t, foreign, clock, Number(new URL(first.baseUrl).port));
  await passing('the lease is renewed elsewhere', () => count(second.requests, 'POST /v1/heartbeats') >= 1);
  t.equal(impostor.requests.length, 1, 'it was asked once');
  second.kill();
  third.kill();
  await passing('nobody answers any more', () => !lease.held);
  t.equal(impostor.requests.length, 1);
  t.equal(lease.signal.aborted, true);
});

t.test('when every instance has another store all is refused, and a lease is held until its own deadline', async (t) => {
  const { instances, client, clock, passing } = await instancesOnStore(t);
  const gateway = client('gateway', { events: false });
  const lease = await gateway.acquire('s');
  const grantedAtMs = clock.now().monoMs;
  const foreign = Object.assign(new MemoryStore(clock), { storeId: 'st_foreign' });
  for (const instance of instances) {
    instance.kill();
    await startInstance(t, foreign, clock, Number(new URL(instance.baseUrl).port));
  }
  await t.rejects(pumped(clock, gateway.acquire('other', { waitMs: 60_000 })), { name: 'StoreMismatchError', code: 'store-mismatch', retryable: false });
  await t.rejects(gateway.inspect('s'), { code: 'store-mismatch' });
  t.equal(lease.held, true);
  await passing('its deadline has come', () => !lease.held);
  const livedMs = clock.now().monoMs - grantedAtMs;
  t.ok(livedMs >= 29_650 && livedMs < 29_750, `${livedMs} ms`);
  t.match(lease.signal.reason, { code: 'lease-lost', endedBecause: undefined });
});

t.test('an instance that cannot reach the store is left at once, by calls and by heartbeats', async (t) => {
  const { instances, client, passing } = await instancesOnStore(t);
  const [first, second, third] = instances;
  const gateway = client('gateway', { events: false });
  const lease = await gateway.acquire('s');
  first.cutOff();
  // Time stands still: there was no pause.
  await gateway.inspect('s');
  t.equal(count(second.requests, 'GET /v1/leases/s'), 1);
  second.cutOff();
  await passing('the lease is renewed where the store can be reached', () => count(third.requests, 'POST /v1/heartbeats') === 3);
  t.equal(count(second.requests, 'POST /v1/heartbeats'), 1, 'an answer without any verdict is reason enough');
  t.equal(lease.held, true);
});

t.test('a turn lives through the death of every instance but the last: generated, committed and delivered once', async (t) => {
  const { instances, client, clock } = await instancesOnStore(t);
  const [first, second, third] = instances;
  const steps: string[] = [];
  const step = (what: string): string => {
    steps.push(what);
    return what;
  };
  const turn = client('gateway').turn('s', {
    generate: async () => {
      first.kill();
      return step('reply');
    },
    commit: () => void step('commit'),
    deliver: () => {
      second.kill();
      step('deliver');
    },
  }, { replyId: 'r-1' });
  t.match(await pumped(clock, turn), { outcome: 'delivered', takeovers: 0, attempts: 1 });
  t.same(steps, ['reply', 'commit', 'deliver']);
  t.match(await client('operator', { baseUrls: [third.baseUrl] }).replies.read('s', 'r-1'), { state: 'delivered', attempts: 1 });
});

t.test('a courier goes on at the next instance: all is delivered, in order, nothing twice', async (t) => {
  const { instances, client, passing, clock } = await instancesOnStore(t);
  const gateway = client('gateway', { baseUrls: [instances[2].baseUrl], events: false });
  for (const session of ['a', 'b']) {
    const lease = await gateway.acquire(session);
    for (const replyId of ['1', '2', '3']) await gateway.replies.park(session, replyId, { fencingToken: lease.fencingToken, payload: replyId });
    await lease.release();
  }
  const delivered: string[] = [];
  const deliver = (_reply: unknown, { session, replyId }: { session: string; replyId: string }): void => {
    delivered.push(`${session}/${replyId}`);
    if (delivered.length === 2) instances[0].kill();
    if (delivered.length === 5) instances[1].kill();
  };
  const courier = client('courier').courier({ commit: () => {}, deliver }, { concurrency: 1 });
  await passing('all is delivered', () => delivered.length === 6);
  await pumped(clock, courier.close());
  t.same(delivered, ['a/1', 'a/2', 'a/3', 'b/1', 'b/2', 'b/3']);
  for await (const { replyId, state, attempts } of gateway.replies.list()) t.same([state, attempts], ['delivered', 1], replyId);
});
