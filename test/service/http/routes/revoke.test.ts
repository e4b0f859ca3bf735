// POST /v1/leases/{session}/revoke
import { Writable } from 'node:stream';
import { pino } from 'pino';
import t from 'tap';
import { buildTestApp } from '../../../support/build-app.ts';
import { acquire, call, inspect, renew } from '../../../support/inject.ts';

const url = '/v1/leases/s/revoke';
const body = { by: 'operator anna', reason: 'the gateway is wedged' };

t.test('the lease ends at once: 200, the holder learns why, and the log who did it', async (t) => {
  const lines: string[] = [];
  const stream = new Writable({ write: (chunk: Buffer, _encoding, done) => (lines.push(chunk.toString()), done()) });
  const { app } = await buildTestApp(t, { log: pino({ level: 'info' }, stream) });
  await acquire(app, 's', 'a');
  const revoked = await call(app, { method: 'POST', url, body });
  t.equal(revoked.statusCode, 200);
  t.strictSame(revoked.json(), { session: 's', holder: 'a', fencingToken: 1_700_000_000_000_000, endedBecause: 'revoked' });
  t.match((await renew(app, 's', 'a')).json(), { code: 'lease-lost', endedBecause: 'revoked' });
  t.match((await inspect(app, 's')).json(), { held: false, previous: { endedBecause: 'revoked' } });
  t.match(lines.map((line) => JSON.parse(line)).filter(({ action }) => action === 'revoke'), [{ level: 40, audit: true, msg: 'a lease was revoked', session: 's', holder: 'a', ...body, requestId: /^epoch-/ }]);
});

t.test('nobody holds it: 404', async (t) => {
  const { app } = await buildTestApp(t);
  t.match((await call(app, { method: 'POST', url, body })).json(), { status: 404, code: 'lease-not-held', outcome: 'not-applied' });
});

t.test('who and why must be said', async (t) => {
  const { app } = await buildTestApp(t);
  t.match((await call(app, { method: 'POST', url, body: { by: 'anna' } })).json(), { status: 400, detail: 'reason: is required' });
  t.match((await call(app, { method: 'POST', url, body: { reason: 'why' } })).json(), { status: 400, detail: 'by: is required' });
});
