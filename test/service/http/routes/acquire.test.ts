// PUT /v1/leases/{session}
import t from 'tap';
import { buildTestApp } from '../../../support/build-app.ts';
import { acquire, call, inspect, leaseIdOf, pathOf, release, renew, untilWaiting } from '../../../support/inject.ts';

const TOKEN = 1_700_000_000_000_000;

t.test('a free session is granted with 201, and the same lease id again with 200 and the same token', async (t) => {
  const { app, clock } = await buildTestApp(t);
  const first = await acquire(app, 'agent:main', 'a', { holder: 'gateway-1', ttlMs: 9_000 });
  t.equal(first.statusCode, 201);
  t.equal(first.headers['holdfast-store'], 'st_memory');
  t.strictSame(first.json(), {
    session: 'agent:main',
    holder: 'gateway-1',
    fencingToken: TOKEN,
    ttlMs: 9_000,
    remainingMs: 9_000,
    renewAfterMs: 3_000,
    waitedMs: 0,
    parkedReplies: 0,
  });
  clock.advance(1_000);
  const second = await acquire(app, 'agent:main', 'a', { holder: 'gateway-1', ttlMs: 3_000_000 });
  t.equal(second.statusCode, 200);
  t.match(second.json(), { fencingToken: TOKEN, ttlMs: 9_000, remainingMs: 8_000 });
});

t.test('the TTL is 30 s unless given, or the nearest that the settings allow', async (t) => {
  const standard = await buildTestApp(t);
  t.match((await acquire(standard.app, 's', 'a')).json(), { ttlMs: 30_000 });
  const short = await buildTestApp(t, { bounds: { ttlMsMin: 100, ttlMsMax: 5_000 } });
  t.match((await acquire(short.app, 's', 'a')).json(), { ttlMs: 5_000 });
  const long = await buildTestApp(t, { bounds: { ttlMsMin: 60_000, ttlMsMax: 90_000 } });
  t.match((await acquire(long.app, 's', 'a')).json(), { ttlMs: 60_000 });
});

t.test('a held session is refused at once without a wait: 409 with who holds it, and when to come back', async (t) => {
  const { app, clock } = await buildTestApp(t);
  await acquire(app, 's', 'a', { ttlMs: 10_000 });
  clock.advance(3_500);
  const refused = await acquire(app, 's', 'b');
  t.equal(refused.statusCode, 409);
  t.equal(refused.headers['retry-after'], '7', 'whole seconds, rounded up');
  t.match(refused.headers['content-type'], /^application\/problem\+json/);
  t.strictSame(refused.json(), {
    type: '/problems/lease-held',
    title: 'The session is leased to another holder.',
    status: 409,
    detail: 'The session is held by "a".',
    code: 'lease-held',
    requestId: refused.json().requestId,
    retryable: true,
    outcome: 'not-applied',
    holder: 'a',
    heldForMs: 3_500,
    remainingMs: 6_500,
    currentToken: TOKEN,
    waiters: 0,
    waitedMs: 0,
  });
  t.match(refused.json().requestId, /^epoch-[0-9a-z]+$/);
});

t.test('a waiter is answered when the holder releases, with an offer to confirm', async (t) => {
  const { app, clock } = await buildTestApp(t);
  await acquire(app, 's', 'a', { metadata: { draftMessageId: 'om_1' } });
  const waiting = acquire(app, 's', 'b', { waitMs: 60_000 });
  await untilWaiting(app, 's', 1);
  clock.advance(2_000);
  await release(app, 's', 'a');
  const granted = await waiting;
  t.equal(granted.statusCode, 201);
  t.match(granted.json(), {
    holder: 'b',
    fencingToken: TOKEN + 2_000_000,
    confirmWithinMs: 5_000,
    renewAfterMs: 0,
    waitedMs: 2_000,
    previous: { holder: 'a', fencingToken: TOKEN, endedBecause: 'released', endedMsAgo: 0, metadata: { draftMessageId: 'om_1' } },
  });
  t.match((await renew(app, 's', 'b')).json(), { remainingMs: 30_000 });
});

t.test('a wait that comes to nothing ends in 409 with the place in the queue', async (t) => {
  const { app, clock } = await buildTestApp(t);
  await acquire(app, 's', 'a', { ttlMs: 3_600_000 });
  const waiting = acquire(app, 's', 'b', { waitMs: 60_000 });
  await untilWaiting(app, 's', 1);
  clock.advance(60_000);
  const refused = await waiting;
  t.equal(refused.statusCode, 409);
  t.match(refused.json(), { code: 'lease-held', position: 1, waiters: 1, waitedMs: 60_000 });
});

t.test('a background waiter stands behind the foreground', async (t) => {
  const { app } = await buildTestApp(t);
  await acquire(app, 's', 'a');
  const background = acquire(app, 's', 'b', { waitMs: 60_000, background: true });
  await untilWaiting(app, 's', 1);
  const foreground = acquire(app, 's', 'c', { waitMs: 60_000 });
  await untilWaiting(app, 's', 2);
  t.match((await inspect(app, 's')).json().waiters, [{ holder: 'c', background: false }, { holder: 'b', background: true }]);
  await release(app, 's', 'a');
  t.equal((await foreground).statusCode, 201);
  await release(app, 's', 'c');
  t.equal((await background).statusCode, 201);
});

t.test('an id that is over is 410, and an id of another holder 422', async (t) => {
  const { app } = await buildTestApp(t);
  await acquire(app, 's', 'a');
  const reused = await acquire(app, 's', 'a', { holder: 'somebody else' });
  t.equal(reused.statusCode, 422);
  t.match(reused.json(), { code: 'lease-id-reused', outcome: 'not-applied', retryable: false });
  await release(app, 's', 'a');
  const ended = await acquire(app, 's', 'a');
  t.equal(ended.statusCode, 410);
  t.match(ended.json(), { code: 'lease-ended', outcome: 'not-applied', retryable: false });
});

t.test('the thousandth waiter waits, the next one is 429 with Retry-After', async (t) => {
  const { app } = await buildTestApp(t);
  await acquire(app, 's', 'holder');
  const waiting = Array.from({ length: 1_000 }, (_, index) => acquire(app, 's', `w${index}`, { waitMs: 60_000 }));
  await untilWaiting(app, 's', 1_000);
  const refused = await acquire(app, 's', 'one-more', { waitMs: 1 });
  t.equal(refused.statusCode, 429);
  t.equal(refused.headers['retry-after'], '1');
  t.match(refused.json(), { code: 'waiters-full', waiters: 1_000, outcome: 'not-applied' });
  await app.close();
  t.ok((await Promise.all(waiting)).every(({ statusCode }) => statusCode === 503));
});

t.test('maxWaiters 0 does not wait, and a wish to yield reaches the holder', async (t) => {
  const { app } = await buildTestApp(t);
  await acquire(app, 's', 'a');
  t.equal((await acquire(app, 's', 'b', { waitMs: 60_000, maxWaiters: 0, yieldRequest: { reason: 'mine is newer', graceMs: 60_000 } })).statusCode, 409);
  t.match((await renew(app, 's', 'a')).json(), { yieldRequest: { by: 'b', reason: 'mine is newer', remainingMs: 60_000 } });
});

t.test('a session has its max hold', async (t) => {
  const { app, clock } = await buildTestApp(t);
  t.match((await acquire(app, 's', 'a', { maxHoldMs: 1_000, ttlMs: 5_000 })).json(), { remainingMs: 1_000 });
  clock.advance(1_000);
  t.match((await inspect(app, 's')).json(), { held: false, previous: { endedBecause: 'max-hold' } });
});

t.test('a store that fails is 503 with what became of the command, and with Retry-After', async (t) => {
  const { StoreUnavailableError } = await import('../../../../service/src/session/errors.ts');
  const { app, store } = await buildTestApp(t);
  store.fault = new StoreUnavailableError('The disk did not answer.', 'unknown');
  const refused = await acquire(app, 's', 'a');
  t.equal(refused.statusCode, 503);
  t.equal(refused.headers['retry-after'], '1');
  t.match(refused.json(), { code: 'store-unavailable', outcome: 'unknown', retryable: true, detail: 'The disk did not answer.' });
});

t.test('a store that never answers is 503 within 2 s and the wait', async (t) => {
  const { app, store, clock } = await buildTestApp(t);
  store.apply = () => new Promise(() => {});
  const timers = clock.armed;
  const asked = call(app, { method: 'PUT', url: pathOf('s'), leaseId: leaseIdOf('a'), body: { holder: 'a', waitMs: 1_000 } }).then((answer) => answer.json());
  while (clock.armed === timers) await new Promise((resolve) => setImmediate(resolve));
  clock.advance(2_999);
  t.equal(clock.armed, timers + 1, 'not before its deadline');
  clock.advance(1);
  t.match(await asked, { code: 'store-unavailable', outcome: 'unknown' });
});
