// How the service goes away while clients are still there.
import t from 'tap';
import { systemClock } from '../../service/src/clock.ts';
import { closeApp } from '../../service/src/shutdown.ts';
import { acquire, leaseIdOf, pathOf } from '../support/inject.ts';
import { listeningApp } from '../support/listening-app.ts';
import { monotonicMs } from '../support/monotonic.ts';
import { parseAnswer, RawHttp } from '../support/raw-http.ts';
import { until } from '../support/until.ts';

t.test('what arrives on open connections is answered to the last: not ready, no new leases, renewals as ever', async (t) => {
  const { app, port, connections } = await listeningApp(t);
  await acquire(app, 's', 'a');
  const body = '{"holder":"b"}';
  const halves = [
    'GET /readyz HTTP/1.1\r\nhost: 127.0.0.1\r\n',
    `PUT ${pathOf('t')} HTTP/1.1\r\nhost: 127.0.0.1\r\nlease-id: ${leaseIdOf('b')}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n`,
    `POST ${pathOf('s')}/renew HTTP/1.1\r\nhost: 127.0.0.1\r\nlease-id: ${leaseIdOf('a')}\r\n`,
  ] as const;
  const sockets: RawHttp[] = [];
  for (const half of halves) {
    const socket = await RawHttp.open(port);
    socket.send(half);
    sockets.push(socket);
    await until('the half request has arrived', () => connections[sockets.length - 1]?.bytesRead === half.length);
  }
  const closed = closeApp(app, systemClock, 10_000);
  await until('nobody new is let in', () => !app.server.listening);
  const [ready, put, renewed] = sockets as [RawHttp, RawHttp, RawHttp];
  ready.send('\r\n');
  put.send(`\r\n${body}`);
  renewed.send('\r\n');
  t.match(parseAnswer(await ready.untilClosed()), { status: 503, body: { code: 'not-ready', checks: [{ name: 'store', ok: true }, { name: 'instance', ok: false }] } });
  t.match(parseAnswer(await put.untilClosed()), { status: 503, body: { code: 'shutting-down', outcome: 'not-applied' } });
  t.match(parseAnswer(await renewed.untilClosed()), { status: 200, body: { ttlMs: 30_000 } });
  await closed;
});

t.test('it ends in bounded time, whatever a client does with its connection', async (t) => {
  const { app, port } = await listeningApp(t);
  const silent = await RawHttp.open(port);
  const half = await RawHttp.open(port);
  half.send('GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n');
  const idle = await RawHttp.open(port);
  idle.send('GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n');
  await until('the idle one was served', () => idle.received.includes('"ok"'));
  const watching = await RawHttp.open(port);
  watching.send('GET /v1/events HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n');
  await until('the watching one is served', () => watching.received.includes('retry:'));
  const startedMs = monotonicMs();
  await closeApp(app, systemClock, 300);
  t.ok(monotonicMs() - startedMs < 5_000, 'half a request does not hold it up');
  await Promise.all([silent, half, idle, watching].map((socket) => socket.untilClosed()));
  t.match(watching.received, /\r\n0\r\n\r\n$/, 'the event stream was ended, not cut');
});
