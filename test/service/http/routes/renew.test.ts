// POST /v1/leases/{session}/renew
import t from 'tap';
import { buildTestApp } from '../../../support/build-app.ts';
import { acquire, call, inspect, leaseIdOf, pathOf, renew, untilWaiting } from '../../../support/inject.ts';

const TOKEN = 1_700_000_000_000_000;

t.test('a live lease lives its TTL again, and its holder learns who waits', async (t) => {
  const { app, clock } = await buildTestApp(t);
  await acquire(app, 's', 'a', { ttlMs: 9_000 });
  clock.advance(4_000);
  const waiting = acquire(app, 's', 'b', { waitMs: 1_000 });
  await untilWaiting(app, 's', 1);
  const renewed = await renew(app, 's', 'a');
  t.equal(renewed.statusCode, 200);
  t.strictSame(renewed.json(), { fencingToken: TOKEN, ttlMs: 9_000, remainingMs: 9_000, renewAfterMs: 3_000, waiters: 1, parkedReplies: 0 });
  clock.advance(1_000);
  await waiting;
});

t.test('a renewal may change the TTL and the metadata, and needs no body at all', async (t) => {
  const { app } = await buildTestApp(t);
  await acquire(app, 's', 'a');
  t.match((await renew(app, 's', 'a', { ttlMs: 60_000, metadata: { step: 2 } })).json(), { ttlMs: 60_000, remainingMs: 60_000 });
  t.strictSame((await inspect(app, 's')).json().metadata, { step: 2 });
  const bare = await call(app, { method: 'POST', url: `${pathOf('s')}/renew`, leaseId: leaseIdOf('a') });
  t.equal(bare.statusCode, 200);
  const empty = await call(app, { method: 'POST', url: `${pathOf('s')}/renew`, leaseId: leaseIdOf('a'), headers: { 'content-type': 'application/json', 'content-length': '0' } });
  t.equal(empty.statusCode, 200);
  t.strictSame((await inspect(app, 's')).json().metadata, { step: 2 }, 'what is not given stays');
});

t.test('a lease that ended is 410 with the reason and the successor', async (t) => {
  const { app, clock } = await buildTestApp(t);
  await acquire(app, 's', 'a', { ttlMs: 1_000 });
  clock.advance(1_000);
  await acquire(app, 's', 'b');
  const lost = await renew(app, 's', 'a');
  t.equal(lost.statusCode, 410);
  t.match(lost.json(), {
    code: 'lease-lost',
    status: 410,
    outcome: 'not-applied',
    retryable: false,
    fencingToken: TOKEN,
    currentToken: TOKEN + 1_000_000,
    endedBecause: 'expired',
    successor: { holder: 'b' },
  });
});

t.test("somebody else's lease id, or a waiter's, is 404 and changes nothing", async (t) => {
  const { app, clock } = await buildTestApp(t);
  await acquire(app, 's', 'a', { ttlMs: 9_000 });
  const waiting = acquire(app, 's', 'w', { waitMs: 5_000 });
  await untilWaiting(app, 's', 1);
  clock.advance(1_000);
  for (const name of ['x', 'w']) {
    const unknown = await renew(app, 's', name);
    t.equal(unknown.statusCode, 404);
    t.match(unknown.json(), { code: 'lease-unknown', outcome: 'not-applied' });
  }
  t.match((await inspect(app, 's')).json(), { holder: 'a', remainingMs: 8_000 });
  clock.advance(4_000);
  await waiting;
});
