import type { ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import t, { type Test } from 'tap';
import { systemClock } from '../../client/src/clock.ts';
import { Endpoints, openPool, type OpenPool } from '../../client/src/endpoints.ts';
import { ServiceUnavailableError } from '../../client/src/errors.ts';
import type { Call } from '../../client/src/exchange.ts';
import { ownHeaders } from '../../client/src/own-headers.ts';
import { Transport } from '../../client/src/transport.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { deadUrl, reply, scriptedServer, type SeenRequest } from '../support/scripted-server.ts';
import { until } from '../support/until.ts';

const API_KEY = 'key-that-nobody-may-read';
const LEASE_ID = 'lease-id-that-nobody-may-read-00';
const GET: Call = { method: 'GET', path: '/v1', purpose: 'calls', timeoutMs: 2_000 };

const connect = (t: Test, baseUrls: readonly string[], socketClock = systemClock) => {
  const clock = new FakeClock();
  const transport = new Transport({ endpoints: new Endpoints(baseUrls, openPool), clock, socketClock, own: ownHeaders(API_KEY, undefined) });
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

const WAIT: Call = { ...GET, method: 'PUT', path: '/v1/leases/s', purpose: 'waits', timeoutMs: 27_500 };
const HEARTBEAT: Call = { ...GET, method: 'POST', path: '/v1/heartbeats', purpose: 'heartbeats' };

/** Two endpoints: one that answers nothing of what it is told to be silent about, and one that answers everything. */
const twoEndpoints = async (t: Test, silentAbout: (request: SeenRequest) => boolean, answerLook?: (response: ServerResponse) => void) => {
  const silent = await scriptedServer(t, (request, response) => {
    if (answerLook && request.method === 'GET') answerLook(response);
    else if (!silentAbout(request)) reply(response, 200, { from: 'silent' });
  });
  const other = await scriptedServer(t, (_, response) => reply(response, 200, { from: 'other' }));
  const socketClock = new FakeClock();
  const after = socketClock.after.bind(socketClock);
  let planned = 0;
  socketClock.after = (delayMs, fire) => {
    if (delayMs === 1_000) planned += 1;
    return after(delayMs, fire);
  };
  /** Lets the next look at the silent endpoint be made and answered. */
  const look = async (): Promise<void> => {
    const before = planned;
    socketClock.advance(1_000);
    await until('a look was answered, and the next is planned', () => planned > before);
  };
  return { silent, other, socketClock, look, ...connect(t, [silent.baseUrl, other.baseUrl], socketClock) };
};

t.test('who waits at an endpoint has it asked whether it lives; when it is silent the wait ends, and goes on elsewhere', async (t) => {
  const { silent, socketClock, transport } = await twoEndpoints(t, () => true);
  const rejected = t.rejects(transport.send(WAIT), { code: 'service-unavailable', outcome: 'unknown', retryable: true, message: /given up/, cause: { code: 'service-silent' } });
  await until('the wait has arrived', () => silent.seen.length === 1);
  socketClock.advance(1_000);
  await until('it is asked', () => silent.seen.length === 2);
  t.match(silent.seen[1], { method: 'GET', url: '/v1' });
  t.equal(socketClock.armed, 2);
  socketClock.advance(1_500);
  await rejected;
  t.equal(socketClock.armed, 0, 'and nothing is left behind');
  t.same((await transport.send(WAIT)).body, { from: 'other' });
});

t.test('as long as it lives the wait is left alone, however long it takes', async (t) => {
  const { silent, socketClock, look, transport } = await twoEndpoints(t, ({ method }) => method === 'PUT');
  const waiting = transport.send(WAIT);
  for (let looks = 0; looks < 20; looks += 1) await look();
  t.equal(silent.seen.filter(({ url }) => url === '/v1').length, 20);
  const rejected = t.rejects(waiting, { code: 'service-silent' });
  socketClock.advance(7_500);
  await rejected;
});

t.test('whoever answers lives, also with a refusal', async (t) => {
  const answers = [401, 404, 503];
  const { other, look, transport } = await twoEndpoints(t, () => true, (response) => reply(response, answers.shift() ?? 200, {}));
  const leaving = new AbortController();
  const waiting = transport.send({ ...WAIT, signal: leaving.signal });
  for (let looks = 0; looks < 3; looks += 1) await look();
  t.equal(answers.length, 0);
  t.match((await transport.send(GET)).status, 200);
  t.equal(other.seen.length, 0, 'it is still the one in use');
  leaving.abort('enough');
  t.equal(await waiting.catch((error: unknown) => error), 'enough');
});

t.test('with one endpoint nobody asks whether it lives: there is nowhere else to go', async (t) => {
  const { baseUrl, seen } = await scriptedServer(t, () => {});
  const socketClock = new FakeClock();
  const { transport } = connect(t, [baseUrl], socketClock);
  const rejected = t.rejects(transport.send(WAIT), { code: 'service-silent' });
  await until('the wait has arrived', () => seen.length === 1);
  t.equal(socketClock.armed, 1, 'its own deadline');
  socketClock.advance(27_500);
  await rejected;
});

t.test('whatever was silent for a second takes waits, heartbeats and streams along, but no call that may not be carried out twice', async (t) => {
  const { silent, other, socketClock, transport } = await twoEndpoints(t, () => true);
  const revoking = transport.send({ ...GET, method: 'POST', path: '/v1/leases/s/revoke', timeoutMs: 3_000 });
  const cut: Promise<unknown>[] = [transport.send(WAIT), transport.send(HEARTBEAT), transport.open({ ...GET, path: '/v1/events', purpose: 'events' }, {}, 45_000)];
  const rejected = cut.map((running) => t.rejects(running, { code: 'service-unavailable', message: /given up/ }));
  const calling = t.rejects(transport.send({ ...GET, timeoutMs: 1_000 }), { code: 'service-silent' });
  await until('all have arrived', () => silent.seen.length === 5);
  socketClock.advance(1_000);
  await calling;
  await Promise.all(rejected);
  t.same((await transport.send(HEARTBEAT)).body, { from: 'other' });
  const revoked = t.rejects(revoking, { code: 'service-silent' });
  socketClock.advance(2_000);
  await revoked;
  t.equal(other.seen.length, 1);
});

t.test('a heartbeat that had no time for more moves all on, and cuts nobody: its endpoint may only be slow', async (t) => {
  const { silent, socketClock, transport } = await twoEndpoints(t, () => true);
  let waits = true;
  const waiting = transport.send(WAIT).catch(() => (waits = false));
  const beating = t.rejects(transport.send({ ...HEARTBEAT, timeoutMs: 250 }), { code: 'service-silent' });
  await until('both have arrived', () => silent.seen.length === 2);
  socketClock.advance(250);
  await beating;
  t.same((await transport.send(GET)).body, { from: 'other' });
  t.equal(waits, true);
  socketClock.advance(750);
  await until('the endpoint is asked, though it is left', () => silent.seen.length === 3);
  socketClock.advance(1_500);
  await waiting;
  t.equal(waits, false);
});

t.test('where nobody listens any more, a wait that hangs there is cut, and may have arrived', async (t) => {
  const { baseUrl, seen } = await scriptedServer(t, () => {});
  const other = await scriptedServer(t, (_, response) => reply(response, 200, {}));
  // The host has gone without a word: the wait's connection stays, and new ones are refused.
  const refuse = await deadUrl();
  const openFirst: OpenPool = (origin, options) => openPool(origin === baseUrl && options.connections !== 1_024 ? refuse : origin, options);
  const transport = new Transport({ endpoints: new Endpoints([baseUrl, other.baseUrl], openFirst), clock: new FakeClock(), socketClock: new FakeClock(), own: ownHeaders(undefined, undefined) });
  t.teardown(() => transport.close());
  const waiting = transport.send(WAIT);
  const rejected = t.rejects(waiting, { code: 'service-unavailable', outcome: 'unknown', cause: { outcome: 'not-applied' } });
  await until('the wait has arrived', () => seen.length === 1);
  await t.rejects(transport.send(GET), { code: 'service-unavailable', outcome: 'not-applied' });
  await rejected;
});

t.test('a stream that breaks off moves all on, as a call does; one that its reader leaves does not', async (t) => {
  let sockets: ServerResponse[] = [];
  const first = await scriptedServer(t, ({ url }, response) => {
    if (url !== '/v1/events') return reply(response, 200, { from: 'first' });
    sockets.push(response);
    response.writeHead(200, { 'holdfast-store': 'st_1' }).write('id: a-1\n\n');
  });
  const second = await scriptedServer(t, (_, response) => reply(response, 200, { from: 'second' }));
  const { transport } = connect(t, [first.baseUrl, second.baseUrl]);
  const open = (signal?: AbortSignal) => transport.open({ ...GET, path: '/v1/events', purpose: 'events', signal }, {}, 45_000);
  for await (const chunk of await open()) {
    t.equal(Buffer.from(chunk).toString(), 'id: a-1\n\n');
    break;
  }
  const leaving = new AbortController();
  const left = (async () => {
    for await (const _ of await open(leaving.signal)) leaving.abort('left');
  })();
  t.equal(await left.catch((error: unknown) => error), 'left');
  t.same((await transport.send(GET)).body, { from: 'first' });
  sockets = [];
  const broken = (async () => {
    for await (const _ of await open()) sockets.at(-1)?.socket?.resetAndDestroy();
  })();
  await t.rejects(broken, { code: 'service-unavailable', outcome: 'unknown' });
  t.same((await transport.send(GET)).body, { from: 'second' });
});

t.test('a key that is wrong here is told to the caller, and the next call is made elsewhere', async (t) => {
  const first = await scriptedServer(t, (_, response) => reply(response, 401, { code: 'unauthorized', detail: 'not this one' }));
  const second = await scriptedServer(t, (_, response) => reply(response, 200, { from: 'second' }));
  const { transport } = connect(t, [first.baseUrl, second.baseUrl]);
  await t.rejects(transport.send(GET), { code: 'unauthorized' });
  t.same((await transport.send(GET)).body, { from: 'second' });
});

t.test('an answer with a fault in it counts as the endpoint’s failure', async (t) => {
  const first = await scriptedServer(t, (_, response) => reply(response, 200, { results: [] }));
  const second = await scriptedServer(t, (_, response) => reply(response, 200, { results: [1] }));
  const { transport } = connect(t, [first.baseUrl, second.baseUrl]);
  const faultIn: Call['faultIn'] = ({ body }) => ((body as { results: unknown[] }).results.length === 0 ? new ServiceUnavailableError('nothing') : undefined);
  await t.rejects(transport.send({ ...GET, faultIn }), { message: 'nothing' });
  t.same((await transport.send({ ...GET, faultIn })).body, { results: [1] });
});

t.test('when every endpoint serves another store, that is said, at once and again', async (t) => {
  const [first, second] = await Promise.all(['st_other', 'st_third'].map((storeId) => scriptedServer(t, (_, response) => reply(response, 200, {}, storeId))));
  const { transport } = connect(t, [first!.baseUrl, second!.baseUrl]);
  transport.expectStore('st_1');
  t.equal(transport.endpointCount, 2);
  await t.rejects(transport.send(GET), { code: 'store-mismatch', retryable: true });
  t.equal(transport.endpointCount, 1);
  await t.rejects(transport.send(GET), { code: 'store-mismatch', retryable: false });
  await t.rejects(transport.send(GET), { code: 'store-mismatch', retryable: false });
  t.equal(transport.endpointCount, 1);
  t.equal(first!.seen.length, 1);
});

t.test('a late answer of another store, from an endpoint that was left, does not speak for the one in use', async (t) => {
  let answerLate = (): void => {};
  const first = await scriptedServer(t, ({ url }, response) => {
    if (url === '/v1/late') answerLate = () => reply(response, 200, {}, 'st_other');
    else response.socket?.resetAndDestroy();
  });
  const second = await scriptedServer(t, (_, response) => reply(response, 200, {}));
  const { transport } = connect(t, [first.baseUrl, second.baseUrl]);
  const late = t.rejects(transport.send({ ...GET, path: '/v1/late' }), { code: 'store-mismatch', retryable: true });
  await until('it has arrived', () => first.seen.length === 1);
  await t.rejects(transport.send(GET), { code: 'service-unavailable' });
  await transport.send(GET);
  answerLate();
  await late;
});
