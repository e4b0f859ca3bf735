import t from 'tap';
import { LeaseClient } from '../../client/src/index.ts';
import { clientOnApp } from '../support/client-on-app.ts';
import { until } from '../support/until.ts';

t.test('a free session is granted at once, and free again after the release', async (t) => {
  const client = (await clientOnApp(t)).client('gateway-1');
  const lease = await client.acquire('agent:main:oc_1');
  t.match(lease, { session: 'agent:main:oc_1', holder: 'gateway-1', ttlMs: 30_000, held: true, remainingMs: 29_650, waitedMs: 0, nested: false });
  t.equal(lease.previous, undefined);
  t.ok(Number.isSafeInteger(lease.fencingToken));
  t.doesNotThrow(() => lease.assertHeld());
  await lease.verify();
  t.equal(client.held('agent:main:oc_1'), lease);
  t.equal(await lease.release(), 'released');
  t.equal(lease.held, false);
  t.equal(lease.signal.aborted, false, 'a release is no loss');
  t.throws(() => lease.assertHeld(), { code: 'lease-ended' });
  t.equal(client.held('agent:main:oc_1'), undefined);
  t.match(await client.inspect('agent:main:oc_1'), { held: false, previous: { endedBecause: 'released', fencingToken: lease.fencingToken } });
});

t.test('the options of an acquire reach the service', async (t) => {
  const { client } = await clientOnApp(t);
  const lease = await client('gateway-1', { ttlMs: 9_000 }).acquire('s', { ttlMs: 7_000, background: true, maxHoldMs: 60_000, metadata: { draft: 'om_1' } });
  t.equal(lease.ttlMs, 7_000);
  t.match(await client('other').inspect('s'), { ttlMs: 7_000, metadata: { draft: 'om_1' } });
  t.equal((await client('gateway-2', { ttlMs: 9_000 }).acquire('s2')).ttlMs, 9_000, 'the client’s own TTL where none is given');
});

t.test('somebody else holds it: tryAcquire gives nothing, reject says who', async (t) => {
  const { client, requests } = await clientOnApp(t);
  const lease = await client('gateway-1').acquire('s');
  const other = client('gateway-2');
  t.equal(await other.tryAcquire('s'), undefined);
  await t.rejects(other.acquire('s', { onHeld: 'reject' }), { code: 'lease-held', holder: 'gateway-1', currentToken: lease.fencingToken, session: 's' });
  t.notOk(requests.some((request) => request.startsWith('DELETE')), 'there was no place to give up');
  await lease.release();
  t.match(await other.tryAcquire('s'), { held: true });
});

t.test('a waiter is handed the lease at once, with what the offer is worth, and confirms it in the same moment', async (t) => {
  const { client, clock, queued } = await clientOnApp(t);
  const first = await client('gateway-1').acquire('s', { metadata: { draft: 'om_1' } });
  const waiting = client('gateway-2').acquire('s');
  await queued('s', 1);
  clock.advance(2_000);
  await first.release();
  const second = await waiting;
  t.equal(second.held, true);
  t.ok(second.fencingToken > first.fencingToken);
  t.equal(second.waitedMs, 2_000);
  t.match(second.previous, { holder: 'gateway-1', endedBecause: 'released', metadata: { draft: 'om_1' } });
  await until('the confirming renewal is answered', () => second.remainingMs === 29_650);
});

t.test('an offer is confirmed for an owner who renews by himself, too', async (t) => {
  const { client, queued, requests } = await clientOnApp(t);
  const first = await client('gateway-1', { events: false }).acquire('s');
  const waiting = client('gateway-2', { events: false }).acquire('s', { autoRenew: false });
  await queued('s', 1);
  await first.release();
  const second = await waiting;
  await until('the confirming renewal is answered', () => second.remainingMs === 29_650);
  t.equal(requests.filter((request) => request.startsWith('POST /v1/heartbeats')).length, 1);
});

t.test('a wait is sent in slices on one lease id, and the place in the queue is kept', async (t) => {
  const { client, clock, queued, arrived } = await clientOnApp(t);
  const first = await client('gateway-1', { ttlMs: 3_600_000 }).acquire('s');
  const patient = client('patient').acquire('s', { waitMs: Infinity });
  await queued('s', 1);
  const later = client('later').acquire('s', { waitMs: Infinity });
  await queued('s', 2);
  for (let slices = 2; slices <= 4; slices += 1) {
    clock.advance(25_000);
    await arrived('PUT', 1 + 2 * slices);
    await queued('s', 2);
  }
  const { waiters } = await client('operator').inspect('s');
  t.match(waiters, [{ holder: 'patient', waitedMs: 75_000 }, { holder: 'later' }]);
  await first.release();
  const second = await patient;
  t.equal(second.waitedMs, 75_000);
  await second.release();
  t.equal((await later).held, true);
});

t.test('a wait that is over, and one that is aborted, leave no place in the queue', async (t) => {
  const { client, clock, queued } = await clientOnApp(t);
  await client('gateway-1').acquire('s');
  const waiter = client('gateway-2');
  const timedOut = waiter.acquire('s', { waitMs: 5_000 });
  const refused = t.rejects(timedOut, { code: 'lease-held', waitedMs: 5_000 });
  await queued('s', 1);
  clock.advance(5_000);
  await refused;
  await queued('s', 0);
  const controller = new AbortController();
  const aborted = t.rejects(waiter.acquire('s', { signal: controller.signal }), /the user has left/);
  await queued('s', 1);
  controller.abort(new Error('the user has left'));
  await aborted;
  await queued('s', 0);
  await t.rejects(waiter.acquire('s', { signal: controller.signal }), /the user has left/, 'aborted before it began');
});

t.test('maxWaiters is told at once', async (t) => {
  const { client, queued } = await clientOnApp(t);
  const first = await client('gateway-1').acquire('s');
  const waiting = client('gateway-2').acquire('s', { maxWaiters: 1 });
  await queued('s', 1);
  await t.rejects(client('gateway-3').acquire('s', { maxWaiters: 1 }), { code: 'lease-held', waiters: 1 });
  await first.release();
  t.equal((await waiting).held, true);
});

t.test('withLease gives back what its function gives, and the lease', async (t) => {
  const client = (await clientOnApp(t)).client('gateway-1');
  t.equal(await client.withLease('s', async (lease) => (lease.held ? 'reply' : 'lost')), 'reply');
  t.equal(await client.withLease('s', { ttlMs: 5_000 }, ({ ttlMs }) => ttlMs), 5_000);
  const fault = new Error('of the function');
  t.equal(await client.withLease('s', () => Promise.reject(fault)).catch((error: unknown) => error), fault);
  t.equal((await client.inspect('s')).held, false);
});

t.test('with autoRenew off the lease lives as long as its owner renews it', async (t) => {
  const { client, clock, requests } = await clientOnApp(t);
  const lease = await client('gateway-1').acquire('s', { autoRenew: false });
  await clock.advanceAsync(20_000, 1_000);
  t.equal(requests.filter((request) => request.startsWith('POST')).length, 0);
  t.match(await lease.renew(), { fencingToken: lease.fencingToken, remainingMs: 30_000, waiters: 0 });
  t.equal(lease.remainingMs, 29_650);
  t.match(await lease.renew({ ttlMs: 60_000 }), { ttlMs: 60_000, remainingMs: 60_000 });
  t.equal(lease.ttlMs, 60_000);
  clock.advance(59_350);
  t.equal(lease.held, false);
  await t.rejects(lease.renew(), { code: 'lease-lost' });
});

t.test('annotate keeps what the next holder has to know', async (t) => {
  const { client } = await clientOnApp(t);
  const lease = await client('gateway-1').acquire('s');
  await lease.annotate({ draft: 'om_2' });
  await lease.release();
  t.same((await client('gateway-2').acquire('s')).previous?.metadata, { draft: 'om_2' });
  await t.rejects(lease.annotate({}), { code: 'lease-ended' });
});

t.test('operators see, ask and revoke', async (t) => {
  const { client } = await clientOnApp(t);
  const gateway = client('gateway-1');
  for (const session of ['b', 'a/1', '~c', 'ü']) await gateway.acquire(session);
  const operator = client('operator anna');
  const listed: string[] = [];
  for await (const { session, holder } of operator.list({ pageSize: 3 })) listed.push(`${session} ${holder}`);
  t.same(listed, ['a/1 gateway-1', 'b gateway-1', '~c gateway-1', 'ü gateway-1']);
  const some: string[] = [];
  for await (const { session } of operator.list({ prefix: 'a/', holder: 'gateway-1' })) some.push(session);
  t.same(some, ['a/1']);
  const { fencingToken = 0 } = await operator.inspect('a/1');
  t.same(await operator.checkFence('a/1', fencingToken), { verdict: 'current', stale: false, currentToken: fencingToken });
  t.match(await operator.requestYield('a/1', { reason: 'newer', graceMs: 1_000 }), { holder: 'gateway-1', yieldRequest: { by: 'operator anna', reason: 'newer' } });
  t.match(await operator.revoke('~c', { reason: 'wedged' }), { holder: 'gateway-1', endedBecause: 'revoked' });
  t.match(await operator.checkFence('~c', 1), { verdict: 'superseded', stale: true });
  await t.rejects(operator.revoke('~c', { reason: 'wedged' }), { code: 'lease-not-held' });
  await t.rejects(operator.requestYield('free'), { code: 'lease-not-held' });
});

t.test('what is wrong is named: here, or by the service', async (t) => {
  const client = (await clientOnApp(t)).client('gateway-1');
  for (const [options, why] of [[{ waitMs: -1 }, /waitMs/], [{ waitMs: Number.NaN }, /waitMs/], [{ onHeld: 'maybe' }, /onHeld/], [{ interrupt: {} }, /interrupt/], [{ progressTimeoutMs: 0 }, /progressTimeoutMs/], [{ ttlMs: 999 }, /ttlMs/], [{ maxHoldMs: 1 }, /maxHoldMs/]] as [object, RegExp][]) {
    await t.rejects(client.acquire('s', options), { name: 'InvalidRequestError', code: 'request-invalid', message: why, outcome: 'not-applied' });
  }
  await t.rejects(client.acquire('a\nb'), { code: 'session-invalid' });
  await t.rejects(client.revoke('s', { reason: 'x'.repeat(513) }), { code: 'request-invalid', message: /reason/ });
});

t.test('a client that cannot work says so when it is made', async (t) => {
  const baseUrl = 'http://127.0.0.1:1';
  for (const [options, why] of [
    [{ holder: 'g' }, /baseUrl/],
    [{ baseUrl, baseUrls: [baseUrl], holder: 'g' }, /both/],
    [{ baseUrls: [], holder: 'g' }, /baseUrl/],
    [{ baseUrls: baseUrl as never, holder: 'g' }, /list/],
    [{ baseUrls: [baseUrl, `${baseUrl}/`], holder: 'g' }, /twice/],
    [{ baseUrl, holder: '' }, /holder/],
    [{ baseUrl, holder: 'x'.repeat(129) }, /holder/],
    [{ baseUrl, holder: 'g', requestTimeoutMs: 0 }, /requestTimeoutMs/],
    [{ baseUrl, holder: 'g', apiKey: 'secret\nkey' }, /apiKey/],
  ] as const) {
    t.throws(() => new LeaseClient(options), { code: 'request-invalid', message: why });
  }
  try {
    new LeaseClient({ baseUrl, holder: 'g', apiKey: 'secret\nkey' });
  } catch (error) {
    t.notMatch(String(error), 'secret', 'the key itself is not shown');
  }
});

t.test('the API key opens the door, and its absence is an error of its own', async (t) => {
  const { client } = await clientOnApp(t, { apiKey: 'the-key' });
  t.equal((await client('gateway-1', { apiKey: 'the-key' }).acquire('s')).held, true);
  await t.rejects(client('gateway-2').acquire('s2'), { name: 'UnauthorizedError', code: 'unauthorized' });
});
