// DELETE /v1/leases/{session}
import t from 'tap';
import { buildTestApp } from '../../../support/build-app.ts';
import { acquire, call, inspect, leaseIdOf, pathOf, release, untilWaiting } from '../../../support/inject.ts';

t.test('a release frees the session, with 204 and no body, and so does its repeat', async (t) => {
  const { app } = await buildTestApp(t);
  await acquire(app, 's', 'a');
  const first = await release(app, 's', 'a');
  t.equal(first.statusCode, 204);
  t.equal(first.body, '');
  t.equal(first.headers['holdfast-store'], 'st_memory');
  t.match((await inspect(app, 's')).json(), { held: false, previous: { endedBecause: 'released' } });
  t.equal((await release(app, 's', 'a')).statusCode, 204);
});

t.test('a waiter that leaves is answered, and its id is over', async (t) => {
  const { app } = await buildTestApp(t);
  await acquire(app, 's', 'a');
  const waiting = acquire(app, 's', 'b', { waitMs: 60_000 });
  await untilWaiting(app, 's', 1);
  t.equal((await release(app, 's', 'b')).statusCode, 204);
  t.match((await waiting).json(), { status: 410, code: 'lease-ended' });
  t.match((await inspect(app, 's')).json(), { holder: 'a', waiters: [] });
});

t.test('a release that overtakes its acquire forbids it', async (t) => {
  const { app } = await buildTestApp(t);
  t.equal((await release(app, 's', 'a')).statusCode, 204);
  t.match((await acquire(app, 's', 'a')).json(), { status: 410, code: 'lease-ended' });
  t.match((await inspect(app, 's')).json(), { held: false });
});

t.test("a late release ends nobody else's lease: 410", async (t) => {
  const { app, clock } = await buildTestApp(t);
  await acquire(app, 's', 'a', { ttlMs: 1_000 });
  clock.advance(1_000);
  await acquire(app, 's', 'b');
  const late = await release(app, 's', 'a');
  t.equal(late.statusCode, 410);
  t.match(late.json(), { code: 'lease-lost', endedBecause: 'expired', successor: { holder: 'b' } });
  t.match((await inspect(app, 's')).json(), { holder: 'b' });
});

t.test('a content type without a body does no harm', async (t) => {
  const { app } = await buildTestApp(t);
  await acquire(app, 's', 'a');
  const released = await call(app, { method: 'DELETE', url: pathOf('s'), leaseId: leaseIdOf('a'), headers: { 'content-type': 'application/json' } });
  t.equal(released.statusCode, 204);
});
