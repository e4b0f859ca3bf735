// Requests of every kind of nonsense, by a seed: none is answered with a fault of the service, none ends it or makes it grow, and every answer is what openapi.yaml says.
import { readFileSync } from 'node:fs';
import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import OpenApiBackend, { type Document } from 'openapi-backend';
import t from 'tap';
import { parse } from 'yaml';
import { IS_LONG } from '../support/each-store.ts';
import { inParallel } from '../support/in-parallel.ts';
import { seededChance } from '../support/load/seeded-chance.ts';
import { RawHttp } from '../support/raw-http.ts';
import { routeTable, type TableRoute } from '../support/route-table.ts';
import { root } from '../support/source-files.ts';
import { spawnService } from '../support/spawn-service.ts';
import { until } from '../support/until.ts';

t.setTimeout(900_000);

const SEED = Number(process.env['HOLDFAST_SEED'] ?? Date.now() % 1_000_000);
const REQUESTS = IS_LONG ? 100_000 : 6_000;
/** One in so many goes over a bare socket, where a request need not be one. */
const RAW_EVERY = 20;

const chance = seededChance(SEED);
const below = (count: number): number => Math.floor(chance() * count);
const pick = <T>(items: readonly T[]): T => items[below(items.length)]!;

const TEXTS = ['', ' ', 'x', '\u0000', '\ud800', '😀', '../..', '%', '%00', '%ff', '~', '~x', 'a'.repeat(600), '<script>', "' OR 1=1 --", '__proto__', 'constructor', '{{7*7}}', '\r\nx: y', 'null', 'NaN'];
const NUMBERS = [0, -1, 1, 0.5, 1e21, -0, 2 ** 53, 2 ** 53 - 1, 1_000, 60_000, 60_001, 3_600_000, 3_600_001];

const anyValue = (depth = 0): unknown => {
  switch (below(depth > 3 ? 5 : 8)) {
    case 0:
      return pick(TEXTS);
    case 1:
      return pick(NUMBERS);
    case 2:
      return null;
    case 3:
      return chance() < 0.5;
    case 4:
      return {};
    case 5:
      return Array.from({ length: below(5) }, () => anyValue(depth + 1));
    case 6:
      return Object.fromEntries(Array.from({ length: below(5) }, () => [pick(TEXTS), anyValue(depth + 1)]));
    default:
      return 'y'.repeat(below(5_000));
  }
};

/** A body that is nearly right: one member is another, or is missing, or there is one more. */
const bent = (body: Record<string, unknown>): unknown => {
  const names = Object.keys(body);
  switch (below(4)) {
    case 0:
      return anyValue();
    case 1:
      return { ...body, [pick(names) ?? 'x']: anyValue() };
    case 2:
      return Object.fromEntries(Object.entries(body).filter(() => chance() < 0.6));
    default:
      return chance() < 0.5 ? body : { ...body, [pick(TEXTS)]: anyValue() };
  }
};

const bodyText = (route: TableRoute): string | undefined => {
  if (chance() < 0.1) return pick(['', '{', '[', 'null', '{"a":}', '\u0000', '{"__proto__":{"x":1}}', '['.repeat(500), `"${'z'.repeat(70_000)}"`]);
  if (route.body === undefined && chance() < 0.9) return undefined;
  return JSON.stringify(bent(route.body ?? {}));
};

const encoded = (text: string): string => {
  try {
    return encodeURIComponent(text);
  } catch {
    // A half of a pair cannot be written so; what stands for it can.
    return '%ed%a0%80';
  }
};

const bentPath = (path: string): string => {
  const parts = path.split('/');
  if (chance() < 0.3) parts[below(parts.length)] = encoded(pick(TEXTS));
  const query = chance() < 0.25 ? `?${Array.from({ length: below(4) }, () => `${encoded(pick([...TEXTS, 'limit', 'cursor', 'prefix', 'state', 'due', 'token']))}=${chance() < 0.2 ? '%zz' : encoded(String(anyValue(4)))}`).join('&')}` : '';
  return `/${parts.filter((_, nth) => nth > 0).join('/')}${query}`;
};

const headersOf = (route: TableRoute, hasBody: boolean): Record<string, string> => {
  const headers: Record<string, string> = {};
  if (hasBody) headers['content-type'] = chance() < 0.9 ? 'application/json' : pick(['text/plain', 'application/json; charset=latin1', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', '*/*']);
  if (route.leaseId !== undefined) headers['lease-id'] = chance() < 0.7 ? route.leaseId : pick(['', 'short', 'ü', 'x'.repeat(129), 'a b c d e f g h i j k l m']);
  if (chance() < 0.05) headers[pick(['authorization', 'last-event-id', 'traceparent', 'content-encoding', 'expect', 'accept', 'x-http-method-override', 'sec-fetch-site', 'cookie'])] = pick(['', 'x', 'Bearer', `00-${'0'.repeat(32)}`, 'gzip', 'z'.repeat(3_000)]);
  return headers;
};

const RAW = [
  'GET /v1 HTTP/9.9\r\n\r\n',
  'GET /v1 HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello',
  'POST /v1/heartbeats HTTP/1.1\r\nhost: 127.0.0.1\r\ntransfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n0\r\n\r\n',
  'GET http://127.0.0.1/v1 HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n',
  'GET  /v1  HTTP/1.1\r\n\r\n',
  `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`,
  'PUT /v1/leases/s HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
  'OPTIONS * HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n',
  'CONNECT a:1 HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n',
  '\u0000\u0001\u0002\u0003\r\n\r\n',
  'GET /v1 HTTP/1.1\r\nhost: 127.0.0.1\r\nx\u0000y: z\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001',
];

/** The operation that a request is one of, as far as its path says. */
const operationAt = (routes: readonly TableRoute[], method: string, path: string): TableRoute | undefined =>
  routes.find((route) => route.method === method && route.path.split('?')[0]!.split('/').length === path.split('?')[0]!.split('/').length && route.path === path);

interface Answered {
  readonly statusCode: number;
  readonly headers: IncomingHttpHeaders;
  readonly answered: string;
}

/** Nobody stays for a whole wait. */
const STAYS_MS = 2_500;

const rssMbOf = (pid: number): number => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;

t.test(`seed ${SEED}: ${REQUESTS} requests`, async (test) => {
  // With room to spare V8 lets garbage lie, which looks like growth. In a small heap what grows is what is kept, and too much of it ends the process.
  const service = await spawnService(test, { env: { NODE_OPTIONS: '--max-old-space-size=48 --max-semi-space-size=2', HOLDFAST_LOG_LEVEL: 'error', HOLDFAST_TTL_MIN_MS: '1000' } });
  const validator = new OpenApiBackend.default({ definition: parse(readFileSync(join(root, 'openapi.yaml'), 'utf8')) as Document, ajvOpts: { strict: false, validateFormats: false }, quick: true });
  await validator.init();
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  test.teardown(() => agent.destroy());
  const ask = (method: string, path: string, headers: Record<string, string>, body: string | undefined): Promise<Answered | undefined> =>
    new Promise((resolve) => {
      try {
        const asked = request(`${service.baseUrl}/`, { agent, method, path, headers: { ...headers, ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }) } }, (answer) => {
          let answered = '';
          answer.setEncoding('utf8').on('data', (chunk: string) => void (answered += chunk));
          answer.on('end', () => resolve({ statusCode: answer.statusCode!, headers: answer.headers, answered }));
          answer.on('error', () => resolve(undefined));
        });
        asked.setTimeout(STAYS_MS, () => asked.destroy());
        asked.on('error', () => resolve(undefined));
        asked.end(body);
      } catch {
        resolve(undefined);
      }
    });
  const sessions = ['s', 't', 'agent%3Amain'];
  const routes = sessions.flatMap((session) => routeTable({ session, replyId: 'r1' })).filter(({ operationId }) => operationId !== 'watchEvents');

  const faults: string[] = [];
  const unlike: string[] = [];
  const statuses = new Map<number, number>();
  let judged = 0;
  const one = async (nth: number): Promise<void> => {
    if (nth % RAW_EVERY === 0) {
      const raw = await RawHttp.open(service.port);
      raw.send(pick(RAW));
      await until('something comes back', () => raw.isClosed || raw.received.includes('\r\n\r\n'), { withinMs: 300, everyMs: 5 }).catch(() => {});
      raw.reset();
      if (/^HTTP\/1\.1 5/.test(raw.received)) faults.push(raw.received.slice(0, 300));
      return;
    }
    const route = pick(routes);
    const text = bodyText(route);
    const path = chance() < 0.5 ? route.path : bentPath(route.path);
    const method = chance() < 0.97 ? route.method : pick(['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD']);
    const answer = await ask(method, path, headersOf(route, text !== undefined), text);
    // What cannot be sent at all was not sent, and whoever waits in line was left.
    if (!answer) return;
    const { statusCode, headers, answered } = answer;
    statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1);
    if (statusCode >= 500) faults.push(`${method} ${path} ${text?.slice(0, 200)}: ${statusCode} ${answered.slice(0, 300)}`);
    const operation = operationAt(routes, method, path);
    if (!operation || !String(headers['content-type'] ?? '').includes('json')) return;
    judged += 1;
    const { errors } = validator.validateResponse(JSON.parse(answered), operation.operationId, statusCode);
    if (errors?.length) unlike.push(`${method} ${path} ${statusCode}: ${JSON.stringify(errors).slice(0, 400)} ${answered.slice(0, 200)}`);
  };

  await inParallel(Array.from({ length: REQUESTS / 2 }, (_, nth) => nth), 24, one);
  const halfMb = rssMbOf(service.pid);
  await inParallel(Array.from({ length: REQUESTS / 2 }, (_, nth) => nth), 24, one);
  const wholeMb = rssMbOf(service.pid);
  test.same(faults.slice(0, 5), [], `${faults.length} answers were faults of the service`);
  test.same(unlike.slice(0, 5), [], `${unlike.length} of ${judged} answers are not what openapi.yaml says`);
  test.ok(judged > REQUESTS / 5, `${judged} answers were judged`);
  test.equal((await fetch(`${service.baseUrl}/readyz`)).status, 200, 'it is as well as before');
  test.ok(wholeMb < halfMb + 25, `${halfMb.toFixed(0)} MB after the first half, ${wholeMb.toFixed(0)} MB after all`);
  test.comment(`${REQUESTS} requests, ${JSON.stringify(Object.fromEntries([...statuses].toSorted()))}; ${judged} answers judged; ${halfMb.toFixed(0)} MB after half, ${wholeMb.toFixed(0)} MB after all`);
});
