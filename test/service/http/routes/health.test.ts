// GET /healthz and GET /readyz
import t from 'tap';
import { buildTestApp } from '../../../support/build-app.ts';
import { call } from '../../../support/inject.ts';

t.test('a service that answers is alive, and one whose store is well is ready', async (t) => {
  const { app } = await buildTestApp(t);
  t.strictSame((await call(app, { url: '/healthz' })).json(), { status: 'ok' });
  const ready = await call(app, { url: '/readyz' });
  t.equal(ready.statusCode, 200);
  t.strictSame(ready.json(), {
    status: 'ready',
    checks: [
      { name: 'store', ok: true },
      { name: 'instance', ok: true },
    ],
  });
});

t.test('a background loop that stopped turns readiness red, with the reason, and leaves health alone', async (t) => {
  const { app, store } = await buildTestApp(t);
  store.health = { name: 'sweep', ok: false, detail: 'it has not run for 9 s' };
  const answer = await call(app, { url: '/readyz' });
  t.equal(answer.statusCode, 503);
  t.equal(answer.headers['retry-after'], '1');
  t.match(answer.json(), { code: 'not-ready', detail: 'Not ready: sweep.', checks: [{ name: 'sweep', ok: false, detail: 'it has not run for 9 s' }, { name: 'instance', ok: true }] });
  t.equal((await call(app, { url: '/healthz' })).statusCode, 200);
});

t.test('an accepted risk is a check of its own that is well, with what it costs', async (t) => {
  const { app, store } = await buildTestApp(t);
  store.acceptedRisks = [{ name: 'fsync', cost: 'Power may take grants back.' }];
  const ready = await call(app, { url: '/readyz' });
  t.equal(ready.statusCode, 200);
  t.match(ready.json().checks, [{ name: 'store', ok: true }, { name: 'accepted-fsync', ok: true, detail: 'Power may take grants back.' }, { name: 'instance', ok: true }]);
});
