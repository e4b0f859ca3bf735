// POST /v1/heartbeats
import t from 'tap';
import type { LeaseStore } from '../../../../service/src/session/store.ts';
import { buildTestApp } from '../../../support/build-app.ts';
import { acquire, call, leaseIdOf } from '../../../support/inject.ts';

const TOKEN = 1_700_000_000_000_000;
const url = '/v1/heartbeats';

t.test('each lease has its own result, in the order of the request', async (t) => {
  const { app, clock } = await buildTestApp(t);
  await acquire(app, 'lost', 'a', { ttlMs: 1_000 });
  clock.advance(1_000);
  await acquire(app, 'lost', 'successor');
  await acquire(app, 'held', 'b', { ttlMs: 9_000 });
  const leases = [
    { session: 'never', leaseId: leaseIdOf('x') },
    { session: 'lost', leaseId: leaseIdOf('a') },
    { session: 'held', leaseId: leaseIdOf('b'), ttlMs: 12_000 },
  ];
  const answer = await call(app, { method: 'POST', url, body: { leases } });
  t.equal(answer.statusCode, 200);
  t.strictSame(answer.json(), {
    results: [
      { status: 'not-found' },
      { status: 'lost', fencingToken: TOKEN, currentToken: TOKEN + 1_000_000, endedBecause: 'expired', successor: { holder: 'successor' } },
      { status: 'held', fencingToken: TOKEN + 1_000_001, ttlMs: 12_000, remainingMs: 12_000, renewAfterMs: 4_000, waiters: 0, parkedReplies: 0 },
    ],
  });
});

t.test('no verdict is "unknown"', async (t) => {
  const { app, store } = await buildTestApp(t);
  store.renewAll = (async () => [undefined]) as unknown as typeof store.renewAll & LeaseStore['renewAll'];
  const answer = await call(app, { method: 'POST', url, body: { leases: [{ session: 's', leaseId: leaseIdOf('a') }] } });
  t.strictSame(answer.json(), { results: [{ status: 'unknown' }] });
});

t.test('keys are plain here: a tilde and a percent sign stand for themselves', async (t) => {
  const { app } = await buildTestApp(t);
  const key = '~a%2Fb/..';
  const tilde = `/v1/leases/~${Buffer.from(key).toString('base64url')}`;
  await call(app, { method: 'PUT', url: tilde, leaseId: leaseIdOf('a'), body: { holder: 'a' } });
  const answer = await call(app, { method: 'POST', url, body: { leases: [{ session: key, leaseId: leaseIdOf('a') }] } });
  t.match(answer.json(), { results: [{ status: 'held' }] });
});

t.test('no leases is an answer, 1,000 are renewed, 1,001 are refused', async (t) => {
  const { app } = await buildTestApp(t);
  t.strictSame((await call(app, { method: 'POST', url, body: { leases: [] } })).json(), { results: [] });
  // The longest key and the longest id: a full batch fits into the body's limit.
  const lease = { session: 'k'.repeat(512), leaseId: 'i'.repeat(128), ttlMs: 3_600_000 };
  const full = await call(app, { method: 'POST', url, body: { leases: Array.from({ length: 1_000 }, () => lease) } });
  t.equal(full.statusCode, 200);
  t.equal(full.json().results.length, 1_000);
  const over = await call(app, { method: 'POST', url, body: { leases: Array.from({ length: 1_001 }, () => lease) } });
  t.match(over.json(), { status: 400, code: 'request-invalid', detail: 'leases: must have at most 1000 items' });
});

t.test('a fault in one lease is told by its place, and nothing is renewed', async (t) => {
  const { app, clock } = await buildTestApp(t);
  await acquire(app, 's', 'a', { ttlMs: 9_000 });
  clock.advance(1_000);
  const good = { session: 's', leaseId: leaseIdOf('a') };
  const faults: [object, string][] = [
    [{ session: '', leaseId: leaseIdOf('a') }, 'leases[1].session: must not be empty'],
    [{ session: 'k'.repeat(513), leaseId: leaseIdOf('a') }, 'leases[1].session: must be at most 512 bytes of UTF-8'],
    [{ session: '\ud800', leaseId: leaseIdOf('a') }, 'leases[1].session: must not contain an unpaired surrogate'],
    [{ session: 's', leaseId: 'short' }, 'leases[1].leaseId: must be 22 to 128 of A-Z, a-z, 0-9, _ and -'],
    [{ session: 's', leaseId: 7 }, 'leases[1].leaseId: must be a string of 22 to 128 of A-Z, a-z, 0-9, _ and -'],
    [{ session: 's' }, 'leases[1].leaseId: is required'],
    [{ ...good, ttlMs: 999 }, 'leases[1].ttlMs: must be from 1000 to 3600000'],
    [{ ...good, metadata: {} }, 'leases[1].metadata: unknown member; known are session, leaseId, ttlMs'],
  ];
  for (const [fault, detail] of faults) {
    const answer = await call(app, { method: 'POST', url, body: { leases: [good, fault] } });
    t.match(answer.json(), { status: 400, code: 'request-invalid', detail });
  }
  t.match((await call(app, { url: '/v1/leases/s' })).json(), { remainingMs: 8_000 });
});
