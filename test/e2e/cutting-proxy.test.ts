/** The faults that other tests rely on are what they say: a cut falls after exactly the named byte, and a reset is a reset. */
import t, { type Test } from 'tap';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { startCuttingProxy, type CuttingProxy, type Fate } from '../support/cutting-proxy.ts';
import { until, within } from '../support/until.ts';

/** How long a connection is watched that is expected to stay open: it ends the test, and never decides it. */
const OPEN_FOR_MS = 250;
const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789';

/** A service that counts its requests and always gives the same bytes. */
const startOrigin = async (test: Test): Promise<{ port: number; requests: string[] }> => {
  const requests: string[] = [];
  const origin = createServer((request, answer) => {
    requests.push(`${request.method} ${request.url}`);
    request.resume();
    request.on('end', () => answer.socket?.write(ANSWER));
  });
  origin.listen(0, '127.0.0.1');
  await once(origin, 'listening');
  test.teardown(() => {
    origin.closeAllConnections();
    origin.close();
  });
  return { port: (origin.address() as AddressInfo).port, requests };
};

interface Heard {
  readonly bytes: string;
  readonly end: 'ECONNRESET' | 'end' | 'open';
}

/** Sends one request and listens until the connection ends, at most `forMs`. */
const ask = async (proxy: CuttingProxy, path = '/', forMs = 10_000): Promise<Heard> => {
  const socket = connect(proxy.port, '127.0.0.1');
  let bytes = '';
  let end: Heard['end'] = 'open';
  socket.on('data', (chunk) => (bytes += chunk.toString()));
  socket.on('error', (error: NodeJS.ErrnoException) => (end = error.code === 'ECONNRESET' ? 'ECONNRESET' : end));
  socket.on('end', () => (end = 'end'));
  const closed = new Promise((resolve) => socket.on('close', resolve));
  const enough = setTimeout(() => socket.destroy(), forMs);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await closed;
  clearTimeout(enough);
  return { bytes, end };
};

void t.test('a cut falls after exactly the named byte, as a reset or as an orderly end', async (test) => {
  const origin = await startOrigin(test);
  const proxy = await startCuttingProxy(test, origin.port);
  for (const how of ['rst', 'fin'] as const) {
    for (let afterAnswerBytes = 0; afterAnswerBytes <= ANSWER.length; afterAnswerBytes++) {
      proxy.fateOf = () => ({ kind: 'cut', afterAnswerBytes, how });
      const heard = await ask(proxy);
      const expected: Heard = { bytes: ANSWER.slice(0, afterAnswerBytes), end: how === 'rst' ? 'ECONNRESET' : 'end' };
      if (heard.bytes !== expected.bytes || heard.end !== expected.end) test.same(heard, expected, `${how} after ${afterAnswerBytes} bytes`);
    }
  }
  const times = 2 * (ANSWER.length + 1);
  test.equal(proxy.cuts, times, 'every connection was cut');
  test.equal(origin.requests.length, times, 'every request had reached the service before');
});

void t.test('a cut beyond the answer leaves it whole', async (test) => {
  const origin = await startOrigin(test);
  const proxy = await startCuttingProxy(test, origin.port);
  proxy.fateOf = () => ({ kind: 'cut', afterAnswerBytes: ANSWER.length + 1, how: 'rst' });
  test.same(await ask(proxy, '/', OPEN_FOR_MS), { bytes: ANSWER, end: 'open' });
});

void t.test('a swallowed request never arrives, a stalled answer stops, and both leave the connection open', async (test) => {
  const origin = await startOrigin(test);
  const proxy = await startCuttingProxy(test, origin.port);
  const fates: Record<string, Fate> = { '/swallowed': { kind: 'swallow' }, '/stalled': { kind: 'stall', afterAnswerBytes: 5 } };
  proxy.fateOf = ({ path }) => fates[path] ?? { kind: 'pass' };
  test.same(await ask(proxy, '/swallowed', OPEN_FOR_MS), { bytes: '', end: 'open' });
  test.same(await ask(proxy, '/stalled', OPEN_FOR_MS), { bytes: ANSWER.slice(0, 5), end: 'open' });
  test.same(await ask(proxy, '/passed', OPEN_FOR_MS), { bytes: ANSWER, end: 'open' });
  test.same(origin.requests, ['GET /stalled', 'GET /passed']);
  test.same(proxy.requests.map(({ path }) => path), ['/swallowed', '/stalled', '/passed'], 'the proxy saw them all');
});

void t.test('a connection that is open already can be cut', async (test) => {
  const origin = await startOrigin(test);
  const proxy = await startCuttingProxy(test, origin.port);
  const asked = ask(proxy, '/stream');
  await until('the answer went through', () => origin.requests.length === 1);
  proxy.cutNow(({ path }) => path === '/other');
  test.equal(proxy.cuts, 0, 'only the chosen ones');
  proxy.cutNow(({ path }) => path === '/stream');
  test.equal((await within('the cut', asked)).end, 'ECONNRESET');
});
