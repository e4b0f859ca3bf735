// GET /v1/leases/{session}
import t from 'tap';
import { buildTestApp } from '../../../support/build-app.ts';
import { acquire, call, inspect, untilWaiting } from '../../../support/inject.ts';

t.test('a session that nobody has named is free, and looking at it names nothing', async (t) => {
  const { app } = await buildTestApp(t);
  const answer = await inspect(app, 'never');
  t.equal(answer.statusCode, 200);
  t.strictSame(answer.json(), { session: 'never', held: false, waiters: [], parkedReplies: 0 });
});

t.test('a held session shows its lease, who waits, and who was before; never a lease id', async (t) => {
  const { app, clock } = await buildTestApp(t);
  await acquire(app, 's', 'before', { ttlMs: 1_000, metadata: { n: 1 } });
  clock.advance(1_000);
  await acquire(app, 's', 'a', { ttlMs: 9_000, metadata: { n: 2 } });
  clock.advance(500);
  const waiting = acquire(app, 's', 'w', { waitMs: 1_000 });
  await untilWaiting(app, 's', 1);
  clock.advance(250);
  await call(app, { method: 'POST', url: '/v1/leases/s/yield', body: { by: 'operator', graceMs: 60_000 } });
  const answer = await inspect(app, 's');
  t.strictSame(answer.json(), {
    session: 's',
    held: true,
    holder: 'a',
    fencingToken: 1_700_000_001_000_000,
    ttlMs: 9_000,
    remainingMs: 8_250,
    heldForMs: 750,
    lastRenewedMsAgo: 750,
    metadata: { n: 2 },
    yieldRequest: { by: 'operator', remainingMs: 60_000 },
    waiters: [{ holder: 'w', waitedMs: 250, background: false }],
    parkedReplies: 0,
    previous: { holder: 'before', fencingToken: 1_700_000_000_000_000, endedBecause: 'expired', endedMsAgo: 750, metadata: { n: 1 } },
  });
  t.notMatch(answer.body, /-----/, 'lease ids, and what is kept of them, stay inside');
  clock.advance(750);
  await waiting;
});

t.test('HEAD tells the same without the body', async (t) => {
  const { app } = await buildTestApp(t);
  const answer = await call(app, { method: 'HEAD', url: '/v1/leases/s' });
  t.equal(answer.statusCode, 200);
  t.equal(answer.body, '');
});
