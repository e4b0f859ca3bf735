// Known addresses, other methods; and addresses that are not known.
import t from 'tap';
import { buildTestApp } from '../../../support/build-app.ts';
import { call } from '../../../support/inject.ts';

const ADDRESSES: readonly [string, string][] = [
  ['/v1', 'GET, HEAD'],
  ['/v1/leases', 'GET, HEAD'],
  ['/v1/leases/s', 'DELETE, GET, HEAD, PUT'],
  ['/v1/leases/s/renew', 'POST'],
  ['/v1/leases/s/yield', 'POST'],
  ['/v1/leases/s/revoke', 'POST'],
  ['/v1/leases/s/fence', 'GET, HEAD'],
  ['/v1/heartbeats', 'POST'],
  ['/v1/events', 'GET'],
  ['/healthz', 'GET, HEAD'],
  ['/readyz', 'GET, HEAD'],
  ['/openapi.json', 'GET, HEAD'],
  ['/openapi.yaml', 'GET, HEAD'],
  ['/problems/internal', 'GET, HEAD'],
];

t.test('a known address says which methods it takes, before it looks at the body', async (t) => {
  const { app } = await buildTestApp(t);
  for (const [url, allow] of ADDRESSES) {
    for (const method of ['PATCH', 'OPTIONS', 'POST', 'GET'] as const) {
      if (allow.split(', ').includes(method)) continue;
      const answer = await call(app, { method, url, ...(method !== 'GET' && { body: '{' }) });
      t.match(answer.json(), { status: 405, code: 'method-not-allowed', detail: `This address takes ${allow}.` }, `${method} ${url}`);
      t.equal(answer.headers['allow'], allow);
    }
  }
});

t.test('an unknown address is 404, whatever the method and the body', async (t) => {
  const { app } = await buildTestApp(t);
  for (const url of ['/v2', '/v1/', '/v1/lease/s', '/v1/leases/s/', '/v1/leases/s/renewal', '/docs/nothing', '/problems']) {
    t.match((await call(app, { url })).json(), { status: 404, code: 'not-found', detail: `There is nothing at ${url}.` }, url);
    if (!url.startsWith('/docs')) t.match((await call(app, { method: 'POST', url, body: '{' })).json(), { code: 'not-found' }, url);
  }
  t.match((await call(app, { url: '/nowhere?key=secret' })).json(), { detail: 'There is nothing at /nowhere.' }, 'a query is not repeated');
});
