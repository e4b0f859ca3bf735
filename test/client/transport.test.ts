import { inspect } from 'node:util';
import t, { type Test } from 'tap';
import { systemClock } from '../../client/src/clock.ts';
import { Endpoints, openPool } from '../../client/src/endpoints.ts';
import type { Call } from '../../client/src/exchange.ts';
import { Transport } from '../../client/src/transport.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { deadUrl, reply, scriptedServer } from '../support/scripted-server.ts';
import { until } from '../support/until.ts';

const API_KEY = 'key-that-nobody-may-read';
const LEASE_ID = 'lease-id-that-nobody-may-read-00';
const GET: Call = { method: 'GET', path: '/v1', purpose: 'calls', timeoutMs: 2_000 };

const connect = (t: Test, baseUrls: readonly string[], socketClock = systemClock) => {
  const clock = new FakeClock();
  const transport = new Transport({ endpoints: new Endpoints(baseUrls, openPool), clock, socketClock, apiKey: API_KEY });
  t.teardown(() => transport.close());
  return { transport, clock };
};

t.test('a request carries key and lease id in headers, never in the address', async (t) => {
  const { baseUrl, seen } = await scriptedServer(t, (_, response) => reply(response, 200, { a: 1 }));
  const socketClock = new FakeClock();
  const { transport, clock } = connect(t, [`${baseUrl}/under/a/path/`], socketClock);
  const answer = await transport.send({ ...GET, method: 'PUT', path: '/v1/leases/s', leaseId: LEASE_ID, body: { holder: 'g' } });
  t.same(answer, { status: 200, body: { a: 1 }, sent: clock.now() });
  const [request] = seen;
  t.match(request, { method: 'PUT', url: '/under/a/path/v1/leases/s', body: '{"holder":"g"}' });
  t.equal(socketClock.armed, 0, 'no deadline is left behind');
  t.match(request?.headers, { authorization: `Bearer ${API_KEY}`, 'lease-id': LEASE_ID, 'content-type': 'application/json' });
});

t.test('refusals are answers, 401 and the failures of the service are errors', async (t) => {
  const { baseUrl } = await scriptedServer(t, ({ url }, response) => reply(response, Number(url.slice(4)), { code: 'c', detail: 'in words', requestId: 'r-1', outcome: 'not-applied', retryable: true }));
  const { transport } = connect(t, [baseUrl]);
  for (const status of [400, 404, 409, 410, 422, 429]) t.equal((await transport.send({ ...GET, path: `/v1/${status}` })).status, status);
  await t.rejects(transport.send({ ...GET, path: '/v1/401' }), { code: 'unauthorized', message: 'in words', requestId: 'r-1' });
  for (const status of [408, 500, 503]) await t.rejects(transport.send({ ...GET, path: `/v1/${status}` }), { code: 'c', outcome: 'not-applied', retryable: true, requestId: 'r-1' }, `${status}`);
});

t.test('nobody listening: not applied, and to be repeated', async (t) => {
  const { transport } = connect(t, [await deadUrl()]);
  await t.rejects(transport.send(GET), { code: 'service-unavailable', outcome: 'not-applied', retryable: true, message: /ECONNREFUSED/ });
});

t.test('a reset, an early end, and half an answer leave the outcome unknown', async (t) => {
  const { baseUrl } = await scriptedServer(t, ({ url }, response) => {
    if (url === '/v1/reset') response.socket?.resetAndDestroy();
    else if (url === '/v1/end') response.socket?.destroySoon();
    else {
      response.writeHead(200, { 'holdfast-store': 'st_1', 'content-length': 100 });
      response.write('{"half', () => response.socket?.resetAndDestroy());
    }
  });
  const { transport } = connect(t, [baseUrl]);
  for (const path of ['/v1/reset', '/v1/end', '/v1/half']) await t.rejects(transport.send({ ...GET, path }), { code: 'service-unavailable', outcome: 'unknown' }, path);
});

t.test('silence ends with the timeout, before the answer and in the middle of it', async (t) => {
  const { baseUrl } = await scriptedServer(t, ({ url }, response) => {
    if (url === '/v1/half') response.writeHead(200, { 'holdfast-store': 'st_1' }).write('{');
  });
  const socketClock = new FakeClock();
  const { transport } = connect(t, [baseUrl], socketClock);
  for (const path of ['/v1/silent', '/v1/half']) {
    const running = transport.send({ ...GET, path });
    setTimeout(() => socketClock.advance(2_000), 50);
    await t.rejects(running, { code: 'service-silent', outcome: 'unknown', retryable: true, message: /2000 ms/ }, path);
    t.equal(socketClock.armed, 0);
  }
});

t.test('the caller’s abort comes out with its own reason', async (t) => {
  const { baseUrl } = await scriptedServer(t, () => {});
  const { transport } = connect(t, [baseUrl]);
  const controller = new AbortController();
  const running = transport.send({ ...GET, signal: controller.signal });
  controller.abort('the reason');
  t.equal(await running.catch((error: unknown) => error), 'the reason');
});

t.test('an answer without a store id is not the service’s; that it was not allowed, or not there, a proxy may say', async (t) => {
  const { baseUrl } = await scriptedServer(t, ({ url }, response) => reply(response, Number(url.slice(4)), {}, null));
  const { transport } = connect(t, [baseUrl]);
  for (const status of [200, 404, 410]) await t.rejects(transport.send({ ...GET, path: `/v1/${status}` }), { code: 'answer-invalid', outcome: 'unknown', retryable: true }, `${status}`);
  await t.rejects(transport.send({ ...GET, path: '/v1/403' }), { code: 'unauthorized' });
  await t.rejects(transport.send({ ...GET, path: '/v1/502' }), { code: 'service-unavailable', outcome: 'unknown' });
  t.equal(transport.storeId, undefined);
});

t.test('a body that is not JSON has no members', async (t) => {
  const { baseUrl } = await scriptedServer(t, (_, response) => response.writeHead(200, { 'holdfast-store': 'st_1' }).end('<html>'));
  const { transport } = connect(t, [baseUrl]);
  t.equal((await transport.send(GET)).body, undefined);
});

t.test('another store is refused, with one endpoint for good', async (t) => {
  let storeId = 'st_1';
  const { baseUrl } = await scriptedServer(t, (_, response) => reply(response, 200, {}, storeId));
  const { transport } = connect(t, [baseUrl]);
  await transport.send(GET);
  t.equal(transport.storeId, 'st_1');
  storeId = 'st_2';
  await t.rejects(transport.send(GET), { code: 'store-mismatch', retryable: false, message: /st_2.*st_1/ });
  storeId = 'st_1';
  t.equal((await transport.send(GET)).status, 200, 'the right store may come back');
});

t.test('fail-over: on failures to the next endpoint, never to one with another store', async (t) => {
  const foreign = await scriptedServer(t, (_, response) => reply(response, 200, {}, 'st_other'));
  let down = false;
  const first = await scriptedServer(t, (_, response) => reply(response, down ? 503 : 200, { code: 'service-unavailable', retryable: true }));
  let secondDown = false;
  const second = await scriptedServer(t, (_, response) => reply(response, secondDown ? 503 : 200, { second: true }));
  const { transport } = connect(t, [first.baseUrl, foreign.baseUrl, await deadUrl(), second.baseUrl]);
  await transport.send(GET);
  down = true;
  await t.rejects(transport.send(GET), { code: 'service-unavailable' });
  await t.rejects(transport.send(GET), { code: 'store-mismatch', retryable: true }, 'there are others');
  await t.rejects(transport.send(GET), { outcome: 'not-applied', code: 'service-unavailable' });
  t.same((await transport.send(GET)).body, { second: true });
  t.same((await transport.send(GET)).body, { second: true }, 'and stays where it works');
  secondDown = true;
  for (let failures = 0; failures < 3; failures += 1) await t.rejects(transport.send(GET), { code: 'service-unavailable' });
  secondDown = false;
  t.same((await transport.send(GET)).body, { second: true }, 'all the way round');
  t.equal(foreign.seen.length, 1, 'past the one that is known to have another store');
});

t.test('two failures of one endpoint move on once', async (t) => {
  const [second, third] = await Promise.all([1, 2].map(() => scriptedServer(t, (_, response) => reply(response, 200, {}))));
  const { transport } = connect(t, [await deadUrl(), second!.baseUrl, third!.baseUrl]);
  await Promise.all([transport.send(GET), transport.send(GET)].map((running) => t.rejects(running)));
  await transport.send(GET);
  t.equal(second!.seen.length, 1);
});

t.test('no error shows the key or the lease id, however deep one looks', async (t) => {
  const { baseUrl } = await scriptedServer(t, (_, response) => response.socket?.resetAndDestroy());
  for (const url of [baseUrl, await deadUrl()]) {
    const { transport } = connect(t, [url]);
    const error = await transport.send({ ...GET, leaseId: LEASE_ID, body: { leaseId: LEASE_ID } }).catch((thrown: unknown) => thrown);
    const shown = inspect(error, { depth: Infinity, showHidden: true });
    t.match(shown, /service-unavailable/);
    t.notMatch(shown, API_KEY);
    t.notMatch(shown, LEASE_ID);
    t.notMatch(inspect(transport, { depth: Infinity, showHidden: true }), API_KEY);
  }
});

t.test('after close nothing is sent, and who waits is told', async (t) => {
  const { baseUrl, seen } = await scriptedServer(t, () => {});
  const { transport } = connect(t, [baseUrl]);
  const rejected = t.rejects(transport.send(GET), { code: 'client-closed' });
  await until('the request has arrived', () => seen.length > 0);
  await transport.close();
  await rejected;
  await t.rejects(transport.send(GET), { code: 'client-closed' });
  t.equal(seen.length, 1);
});

t.test('base URLs that are none are named', async (t) => {
  for (const [baseUrl, why] of [['nowhere', /http or https/], ['ftp://x', /http or https/], ['http://u:p@x', /name or a password/], ['http://x?a=1', /query/]] as const) {
    t.throws(() => new Endpoints([baseUrl], openPool), { code: 'request-invalid', message: why }, baseUrl);
  }
  t.throws(() => new Endpoints([], openPool), { code: 'request-invalid' });
});
