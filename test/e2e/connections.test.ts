// How many connections are open at once, at the limit and one past it.
import t from 'tap';
import { CONNECTIONS_MAX } from '../../service/src/http/limits.ts';
import { listeningApp } from '../support/listening-app.ts';
import { RawHttp } from '../support/raw-http.ts';
import { until } from '../support/until.ts';

t.test('one past the limit is closed at once, and those that are there go on', async (t) => {
  const { app, port } = await listeningApp(t);
  t.equal(app.server.maxConnections, CONNECTIONS_MAX);
  app.server.maxConnections = 3;
  const open = [await RawHttp.open(port), await RawHttp.open(port), await RawHttp.open(port)];
  const further = await RawHttp.open(port);
  await further.untilClosed();
  t.equal(further.received, '');
  open[0]!.send('GET /v1 HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n');
  await until('it is answered', () => open[0]!.received.startsWith('HTTP/1.1 200'));
  open[1]!.reset();
  await until('there is room again', async () => {
    const another = await RawHttp.open(port);
    another.send('GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n');
    return (await another.untilClosed()).startsWith('HTTP/1.1 200');
  });
});
