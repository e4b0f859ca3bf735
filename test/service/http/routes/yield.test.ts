// POST /v1/leases/{session}/yield
import t from 'tap';
import { buildTestApp } from '../../../support/build-app.ts';
import { acquire, call, renew } from '../../../support/inject.ts';

const url = '/v1/leases/s/yield';

t.test('the holder is asked: 202, and its next renewal tells it', async (t) => {
  const { app } = await buildTestApp(t);
  await acquire(app, 's', 'a');
  const asked = await call(app, { method: 'POST', url, body: { by: 'operator', reason: 'a newer message', graceMs: 60_000 } });
  t.equal(asked.statusCode, 202);
  t.strictSame(asked.json(), { session: 's', holder: 'a', yieldRequest: { by: 'operator', reason: 'a newer message', remainingMs: 60_000 } });
  t.match((await renew(app, 's', 'a')).json(), { yieldRequest: { by: 'operator', reason: 'a newer message', remainingMs: 60_000 } });
});

t.test('without a grace it is a plea', async (t) => {
  const { app } = await buildTestApp(t);
  await acquire(app, 's', 'a');
  t.strictSame((await call(app, { method: 'POST', url, body: { by: 'operator' } })).json().yieldRequest, { by: 'operator' });
});

t.test('nobody to ask is 404', async (t) => {
  const { app } = await buildTestApp(t);
  t.match((await call(app, { method: 'POST', url, body: { by: 'operator' } })).json(), { status: 404, code: 'lease-not-held', outcome: 'not-applied' });
});

t.test('by, reason and graceMs have their limits', async (t) => {
  const { app } = await buildTestApp(t);
  await acquire(app, 's', 'a', { ttlMs: 3_600_000 });
  const longest = { by: 'b'.repeat(128), reason: 'r'.repeat(512), graceMs: 3_600_000 };
  t.equal((await call(app, { method: 'POST', url, body: longest })).statusCode, 202);
  t.equal((await call(app, { method: 'POST', url, body: { by: 'b', reason: '', graceMs: 0 } })).statusCode, 202);
  const faults: [object, string][] = [
    [{}, 'by: is required'],
    [{ ...longest, by: '' }, 'by: must be 1 to 128 characters'],
    [{ ...longest, by: 'b'.repeat(129) }, 'by: must be 1 to 128 characters'],
    [{ ...longest, reason: 'r'.repeat(513) }, 'reason: must be at most 512 characters'],
    [{ ...longest, reason: '\udc00' }, 'reason: must not contain an unpaired surrogate'],
    [{ ...longest, graceMs: 3_600_001 }, 'graceMs: must be from 0 to 3600000'],
    [{ ...longest, graceMs: -1 }, 'graceMs: must be from 0 to 3600000'],
  ];
  for (const [body, detail] of faults) t.match((await call(app, { method: 'POST', url, body })).json(), { status: 400, code: 'request-invalid', detail });
});
