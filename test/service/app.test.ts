// The app as a whole: what every answer has in common, and how it goes away.
import { pino } from 'pino';
import t from 'tap';
import { HoldfastError } from '../../service/src/session/errors.ts';
import { buildTestApp } from '../support/build-app.ts';
import { acquire, call, leaseIdOf, untilWaiting } from '../support/inject.ts';

t.test('building the app listens on nothing', async (t) => {
  const { app } = await buildTestApp(t);
  t.equal(app.server.listening, false);
});

t.test('every answer names the store: successes, refusals, and what is no route', async (t) => {
  const { app } = await buildTestApp(t);
  const asked = [
    { url: '/healthz' },
    { url: '/v1/leases/s' },
    { url: '/v1/leases/%zz' },
    { url: '/nowhere' },
    { url: '/docs' },
    { url: '/openapi.json' },
    { method: 'POST', url: '/v1' },
    { method: 'PUT', url: '/v1/leases/s', body: '{' },
  ] as const;
  for (const what of asked) t.equal((await call(app, what)).headers['holdfast-store'], 'st_memory', JSON.stringify(what));
});

t.test('what we did wrong is 500 without a word of what it was, and a line in the log', async (t) => {
  const lines: string[] = [];
  const stream = { write: (line: string) => void lines.push(line) };
  const { app, store } = await buildTestApp(t, { log: pino({ level: 'info' }, stream) });
  store.fault = new TypeError('secret: /etc/holdfast/key');
  const write = await acquire(app, 's', 'a');
  t.strictSame(write.json(), {
    type: '/problems/internal',
    title: 'The service failed.',
    status: 500,
    detail: 'The service failed; its log has the reason beside this request id.',
    code: 'internal',
    requestId: write.json().requestId,
    retryable: true,
    outcome: 'unknown',
  });
  t.notOk('outcome' in (await call(app, { url: '/v1/leases/s' })).json(), 'a read has no outcome');
  t.equal(lines.length, 2);
  t.match(JSON.parse(lines[0]!), { level: 50, msg: 'a request failed', requestId: write.json().requestId, err: { type: 'TypeError', message: 'secret: /etc/holdfast/key' } });
  t.notMatch(lines.join(''), leaseIdOf('a'));
});

t.test('requests that go well leave no line in the log', async (t) => {
  const lines: string[] = [];
  const { app } = await buildTestApp(t, { log: pino({ level: 'info' }, { write: (line) => void lines.push(line) }) });
  await acquire(app, 's', 'a');
  await acquire(app, 's', 'b');
  await call(app, { url: '/nowhere' });
  t.strictSame(lines, []);
});

t.test('closing answers those who wait at once, and says that another instance may do better', async (t) => {
  const { app } = await buildTestApp(t);
  await acquire(app, 's', 'a');
  const waiting = acquire(app, 's', 'b', { waitMs: 60_000 });
  await untilWaiting(app, 's', 1);
  await app.close();
  const answer = await waiting;
  t.equal(answer.statusCode, 503);
  t.equal(answer.headers['retry-after'], '1');
  t.match(answer.json(), { code: 'shutting-down', outcome: 'unknown', retryable: true });
});

t.test('a problem that a handler throws keeps its members', async (t) => {
  const { app } = await buildTestApp(t, {
    prepare: (building) =>
      building.get('/throws', () => {
        throw new HoldfastError('waiters-full', 'full', { outcome: 'not-applied', members: { waiters: 3 } });
      }),
  });
  t.match((await call(app, { url: '/throws' })).json(), { status: 429, code: 'waiters-full', detail: 'full', outcome: 'not-applied', waiters: 3 });
});
