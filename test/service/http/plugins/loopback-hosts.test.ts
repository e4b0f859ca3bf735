// Which host names a service without keys answers to, and that one with keys does not ask.
import t from 'tap';
import { buildTestApp } from '../../../support/build-app.ts';
import { call } from '../../../support/inject.ts';

t.test('without keys the names of this machine, and no others', async (t) => {
  const { app } = await buildTestApp(t);
  const status = async (host: string, url = '/v1'): Promise<number> => (await call(app, { url, headers: { host } })).statusCode;
  for (const host of ['localhost', 'localhost:7420', 'LOCALHOST', '127.0.0.1', '127.0.0.1:7420', '127.1.2.3:80', '[::1]', '[::1]:7420']) t.equal(await status(host), 200, host);
  const foreign = ['example.org', 'example.org:7420', 'localhost.example.org', '127.0.0.1.example.org', 'localhost:7420.example.org', '127.0.0.1@example.org', '10.0.0.1', '0.0.0.0', '[::]', '::1', 'localhost, example.org'];
  for (const host of foreign) {
    for (const url of ['/v1', '/v1/leases', '/docs', '/healthz', '/']) t.equal(await status(host, url), 421, `${host} ${url}`);
  }
  t.match((await call(app, { url: '/v1', headers: { host: 'example.org' } })).json(), { code: 'misdirected', retryable: false });
});

t.test('with keys any name will do', async (t) => {
  const { app } = await buildTestApp(t, { apiKey: 'k' });
  t.equal((await call(app, { url: '/v1', headers: { host: 'holdfast.example.org', authorization: 'Bearer k' } })).statusCode, 200);
  t.equal((await call(app, { url: '/v1', headers: { host: 'holdfast.example.org' } })).statusCode, 401);
});
