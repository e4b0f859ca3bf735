// GET /problems/{code}
import t from 'tap';
import { STATUSES } from '../../../../service/src/http/problem.ts';
import { buildTestApp } from '../../../support/build-app.ts';
import { acquire, call } from '../../../support/inject.ts';

t.test('the type of a problem leads to its explanation', async (t) => {
  const { app } = await buildTestApp(t);
  await acquire(app, 's', 'a');
  const { type } = (await acquire(app, 's', 'b')).json();
  const answer = await call(app, { url: type });
  t.equal(answer.statusCode, 200);
  t.strictSame(answer.json(), { code: 'lease-held', status: 409, title: 'The session is leased to another holder.', retryable: true });
});

t.test('every code is explained, and no other', async (t) => {
  const { app } = await buildTestApp(t);
  for (const [code, status] of Object.entries(STATUSES)) t.match((await call(app, { url: `/problems/${code}` })).json(), { code, status });
  for (const code of ['nothing', 'toString', '__proto__']) t.match((await call(app, { url: `/problems/${code}` })).json(), { status: 404, code: 'not-found' });
});
