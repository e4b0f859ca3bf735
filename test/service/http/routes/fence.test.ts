// GET /v1/leases/{session}/fence
import t from 'tap';
import { buildTestApp } from '../../../support/build-app.ts';
import { acquire, call, release } from '../../../support/inject.ts';

const ask = (app: Parameters<typeof call>[0], token: number | string) => call(app, { url: `/v1/leases/s/fence?token=${token}` });

t.test('every verdict', async (t) => {
  const { app } = await buildTestApp(t);
  const first: number = (await acquire(app, 's', 'a')).json().fencingToken;
  t.strictSame((await ask(app, first)).json(), { session: 's', verdict: 'current', stale: false, currentToken: first });
  t.strictSame((await ask(app, first + 1)).json(), { session: 's', verdict: 'unknown', stale: true, currentToken: first });
  await release(app, 's', 'a');
  t.strictSame((await ask(app, first)).json(), { session: 's', verdict: 'ended', stale: true, endedBecause: 'released' });
  const second: number = (await acquire(app, 's', 'b')).json().fencingToken;
  t.strictSame((await ask(app, first)).json(), { session: 's', verdict: 'superseded', stale: true, currentToken: second, endedBecause: 'released' });
});

t.test('a session that nobody has named is unknown, and so stale', async (t) => {
  const { app } = await buildTestApp(t);
  t.strictSame((await ask(app, 1)).json(), { session: 's', verdict: 'unknown', stale: true });
});

t.test('the token is an integer below 2^53, given once', async (t) => {
  const { app } = await buildTestApp(t);
  t.equal((await ask(app, Number.MAX_SAFE_INTEGER)).statusCode, 200);
  const range = 'token: must be from 1 to 9007199254740991';
  const integer = 'token: must be an integer from 1 to 9007199254740991';
  const faults: [string, string][] = [
    ['0', range],
    ['9007199254740992', range],
    ['-1', integer],
    ['1.5', integer],
    ['1e3', integer],
    ['', integer],
    ['1&token=2', integer],
    ['1&extra=2', 'extra: unknown query parameter; known are token'],
  ];
  for (const [token, detail] of faults) t.match((await ask(app, token)).json(), { status: 400, code: 'request-invalid', detail }, token);
  t.match((await call(app, { url: '/v1/leases/s/fence' })).json(), { status: 400, detail: 'token: is required' });
});
