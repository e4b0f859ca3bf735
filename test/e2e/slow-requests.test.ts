// Requests that trickle in, or never come to an end, or are none: each is answered in bounded time.
import t from 'tap';
import { HEADERS_TIMEOUT_MS, REQUEST_TIMEOUT_MS, TIMEOUTS_CHECK_MS } from '../../service/src/http/limits.ts';
import { acquire, inspect, leaseIdOf } from '../support/inject.ts';
import { listeningApp } from '../support/listening-app.ts';
import { monotonicMs } from '../support/monotonic.ts';
import { parseAnswer, RawHttp } from '../support/raw-http.ts';
import { until } from '../support/until.ts';

t.setTimeout(90_000);

const head = `PUT /v1/leases/s HTTP/1.1\r\nhost: 127.0.0.1\r\nlease-id: ${leaseIdOf('a')}\r\ncontent-type: application/json\r\n`;

t.test('headers and bodies that do not arrive are answered 408 and cut off; others are served meanwhile', async (t) => {
  const { port, baseUrl } = await listeningApp(t);
  const startedMs = monotonicMs();
  const slowHeaders = await RawHttp.open(port);
  slowHeaders.send(head);
  const slowBody = await RawHttp.open(port);
  slowBody.send(`${head}content-length: 100\r\n\r\n{"holder":`);
  const ofHeaders = slowHeaders.untilClosed().then((text) => ({ ...parseAnswer(text), afterMs: monotonicMs() - startedMs }));
  const ofBody = slowBody.untilClosed().then((text) => ({ ...parseAnswer(text), afterMs: monotonicMs() - startedMs }));
  t.equal((await fetch(`${baseUrl}/v1/leases/s`)).status, 200);

  const headers = await ofHeaders;
  t.match(headers, { status: 408, headers: /content-type: application\/problem\+json/, body: { code: 'request-timeout', status: 408, retryable: true } });
  t.match(headers.headers, /holdfast-store: st_memory/);
  const slackMs = 2 * TIMEOUTS_CHECK_MS + 3_000;
  t.ok(headers.afterMs >= HEADERS_TIMEOUT_MS && headers.afterMs < HEADERS_TIMEOUT_MS + slackMs, `after ${Math.round(headers.afterMs)} ms`);
  const body = await ofBody;
  t.match(body, { status: 408, body: { code: 'request-timeout' } });
  t.ok(body.afterMs >= REQUEST_TIMEOUT_MS && body.afterMs < REQUEST_TIMEOUT_MS + slackMs, `after ${Math.round(body.afterMs)} ms`);
  t.match(await (await fetch(`${baseUrl}/v1/leases/s`)).json(), { held: false });
});

t.test('too many headers are 431, and what is not HTTP is 400', async (t) => {
  const { port } = await listeningApp(t);
  const large = await RawHttp.open(port);
  large.send(`GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`);
  t.match(parseAnswer(await large.untilClosed()), { status: 431, body: { code: 'headers-too-large', detail: 'All headers together must be at most 16384 bytes.', requestId: /^epoch-/ } });
  const other = await RawHttp.open(port);
  other.send('HELO example.org\r\n\r\n');
  t.match(parseAnswer(await other.untilClosed()), { status: 400, headers: /connection: close/, body: { code: 'request-invalid', detail: 'This is not a well-formed HTTP/1.1 request.' } });
});

t.test('nonsense behind a request that is not answered yet is never taken for its answer', async (t) => {
  const { app, port } = await listeningApp(t);
  await acquire(app, 's', 'held');
  const socket = await RawHttp.open(port);
  const body = '{"holder":"w","waitMs":60000}';
  socket.send(`${head}content-length: ${body.length}\r\n\r\n${body}`);
  await until('it waits', async () => (await inspect(app, 's')).json().waiters.length === 1);
  socket.send('nonsense\r\n\r\n');
  t.equal(await socket.untilClosed(), '');
});

t.test('a body whose chunks are malformed is 400', async (t) => {
  const { port } = await listeningApp(t);
  const socket = await RawHttp.open(port);
  socket.send(`${head}transfer-encoding: chunked\r\n\r\nnonsense\r\n`);
  t.match(parseAnswer(await socket.untilClosed()), { status: 400, body: { code: 'request-invalid' } });
});

t.test('a request that was refused before its body was there is answered once, whatever its body turns out to be', async (t) => {
  const { port } = await listeningApp(t);
  const socket = await RawHttp.open(port);
  socket.send(`${head.replace('127.0.0.1', 'example.org')}transfer-encoding: chunked\r\n\r\n`);
  await until('it is refused', () => socket.received.endsWith('}'));
  socket.send('nonsense\r\n');
  t.match(parseAnswer(await socket.untilClosed()), { status: 421, body: { code: 'misdirected' } });
});

t.test('a body that is cut off in its midst takes no lease and harms nobody', async (t) => {
  const { port, baseUrl, app } = await listeningApp(t);
  const broken = await RawHttp.open(port);
  broken.send(`${head}content-length: 100\r\n\r\n{"holder":`);
  broken.reset();
  await broken.untilClosed();
  t.match(await (await fetch(`${baseUrl}/v1/leases/s`)).json(), { held: false });
  t.equal(app.server.listening, true);
});

t.test('a body above the limit is refused by its announced length, and by its real one', async (t) => {
  const { port } = await listeningApp(t);
  const announced = await RawHttp.open(port);
  announced.send(`${head}content-length: 70000\r\n\r\n`);
  t.match(parseAnswer(await announced.untilClosed()), { status: 413, body: { code: 'body-too-large', detail: 'The body must be at most 65536 bytes.' } });
  const chunked = await RawHttp.open(port);
  chunked.send(`${head}transfer-encoding: chunked\r\n\r\n`);
  for (let sent = 0; sent < 4; sent += 1) chunked.send(`4000\r\n${'x'.repeat(0x4000)}\r\n`);
  chunked.send('1\r\nx\r\n');
  t.match(parseAnswer(await chunked.untilClosed()), { status: 413, body: { code: 'body-too-large' } });
});
