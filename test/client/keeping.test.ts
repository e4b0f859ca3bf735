import t from 'tap';
import { clientOnApp } from '../support/client-on-app.ts';
import { until } from '../support/until.ts';

t.test('all leases of a client are kept by one request an interval', async (t) => {
  const { client, clock, requests } = await clientOnApp(t);
  const gateway = client('gateway-1', { events: false });
  const leases = await Promise.all(Array.from({ length: 50 }, (_, index) => gateway.acquire(`s${index}`)));
  for (let intervals = 1; intervals <= 4; intervals += 1) {
    clock.advance(10_000);
    await until('all are renewed', () => leases.every(({ remainingMs }) => remainingMs === 29_650));
    t.equal(requests.filter((request) => request.startsWith('POST /v1/heartbeats')).length, intervals);
  }
  t.equal(requests.length, 54);
});

t.test('a renewal by hand puts the next heartbeat off', async (t) => {
  const { client, clock, requests } = await clientOnApp(t);
  const lease = await client('gateway-1', { events: false }).acquire('s');
  clock.advance(5_000);
  await lease.renew();
  clock.advance(9_999);
  await client('operator', { events: false }).inspect('s');
  t.notOk(requests.includes('POST /v1/heartbeats'));
  clock.advance(1);
  await until('the heartbeat has arrived', () => requests.includes('POST /v1/heartbeats'));
});

t.test('a turn of an hour keeps its lease and its fencing token', async (t) => {
  const { client, clock } = await clientOnApp(t);
  const lease = await client('gateway-1').acquire('s');
  const { fencingToken } = lease;
  for (let minutes = 0; minutes < 60; minutes += 1) {
    await clock.advanceAsync(60_000, 250);
    t.equal(lease.held, true, `after ${minutes} min`);
  }
  await lease.verify();
  t.equal(lease.fencingToken, fencingToken);
  t.equal(lease.signal.aborted, false);
});

t.test('a holder that stops telling of progress loses its lease, and the next one gets it', async (t) => {
  const { client, clock, queued } = await clientOnApp(t);
  const lease = await client('wedged').acquire('s', { progressTimeoutMs: 15_000, ttlMs: 10_000 });
  const waiting = client('gateway-2').acquire('s', { waitMs: Infinity });
  await queued('s', 1);
  for (let seconds = 0; seconds < 60; seconds += 1) {
    lease.progress();
    await clock.advanceAsync(1_000, 50);
  }
  t.equal(lease.held, true);
  await clock.advanceAsync(30_000, 50);
  t.equal(lease.signal.aborted, true);
  t.equal((await waiting).previous?.endedBecause, 'expired');
});

t.test('the longest hold ends a lease however well it is kept', async (t) => {
  const { client, clock } = await clientOnApp(t);
  const lease = await client('gateway-1').acquire('s', { ttlMs: 10_000, maxHoldMs: 25_000 });
  await clock.advanceAsync(24_500, 100);
  t.equal(lease.held, true);
  await t.rejects(lease.retry(() => t.fail('is not begun'), { attemptNeedsMs: 1_000 }), { code: 'hold-too-short' });
  await clock.advanceAsync(600, 100);
  t.equal(lease.held, false);
});

t.test('who waits, and who asks for the session, is heard of by the event stream at once', async (t) => {
  const { client, clock, arrived, queued } = await clientOnApp(t);
  const lease = await client('gateway 1+ü/&').acquire('s');
  const heard: unknown[] = [];
  lease.onWaiters((waiters) => heard.push(waiters));
  lease.onYield(({ by, reason }) => heard.push({ by, reason }));
  await arrived('POST /v1/heartbeats');
  clock.advance(100);
  const waiting = client('gateway-2').acquire('s');
  await until('the waiter is heard of', () => heard.length === 1);
  clock.advance(100);
  await client('operator').requestYield('s', { reason: 'a newer message' });
  await until('the request is heard of', () => heard.length === 2);
  t.same(heard, [1, { by: 'operator', reason: 'a newer message' }]);
  t.match(lease.yieldRequest, { by: 'operator' });
  t.equal(lease.waiters, 1);
  const late = new Promise((resolve) => lease.onYield(resolve));
  t.match(await late, { by: 'operator' }, 'who listens later hears of it too');
  await queued('s', 1);
  await lease.release();
  await waiting;
});

t.test('without the event stream the next heartbeat tells', async (t) => {
  const { client, clock, requests } = await clientOnApp(t);
  const lease = await client('gateway-1', { events: false }).acquire('s');
  await client('operator').requestYield('s');
  const asked = new Promise((resolve) => lease.onYield(resolve));
  clock.advance(10_000);
  t.match(await asked, { by: 'operator' });
  t.notOk(requests.some((request) => request.startsWith('GET /v1/events')));
});

t.test('the stream is opened with the first lease, and goes a second after the last', async (t) => {
  const { client, clock, arrived, requests, app } = await clientOnApp(t);
  const gateway = client('gateway 1/ü');
  const [one, two] = await Promise.all([gateway.acquire('s1'), gateway.acquire('s2')]);
  await arrived('GET /v1/events?holder=gateway+1%2F%C3%BC');
  await one.release();
  await two.release();
  clock.advance(900);
  const three = await gateway.acquire('s3');
  clock.advance(900);
  t.equal(requests.filter((request) => request.startsWith('GET /v1/events')).length, 1);
  await three.release();
  const before = await connectionsOf(app);
  clock.advance(1_000);
  await until('its connection is closed', async () => (await connectionsOf(app)) < before);
});

const connectionsOf = (app: { server: { getConnections(callback: (error: Error | null, count: number) => void): unknown } }): Promise<number> =>
  new Promise((resolve, reject) => {
    app.server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
