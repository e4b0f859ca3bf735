/**
 * Nobody gets in who does not belong: every operation of `openapi.yaml` is tried every way around its key, on bare sockets against a real service over each store. A
 * way that is answered as if it were allowed is a bypass; what a foreign namespace is told is what it would be told of nothing at all.
 */
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { SCOPES, type Scope } from '../../service/src/access/scopes.ts';
import { createKey } from '../support/create-key.ts';
import { eachStoreInFull } from '../support/each-store.ts';
import { inParallel } from '../support/in-parallel.ts';
import { newLeaseId } from '../support/lease-api.ts';
import { parseAnswer, RawHttp } from '../support/raw-http.ts';
import { routeTable, type RouteTerms, type TableRoute } from '../support/route-table.ts';
import { spawnService, type StoreSetting } from '../support/spawn-service.ts';
import { pause } from '../support/until.ts';

t.setTimeout(170_000);

const SESSION = 'agent%3Amain%3Aoc_1';
const REPLY = 'turn-1';

interface Sent {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly string[];
  readonly body?: object | undefined;
  readonly version?: string;
  /** Sent in front, on the same connection. Of its answer nothing is told. */
  readonly before?: string;
}

interface Told {
  readonly status: number;
  readonly text: string;
}

/** One request on a connection of its own, with exactly these lines. An answer that never ends is cut once its head is there. */
const send = async (port: number, { method, target, headers, body, version = '1.1', before = '' }: Sent): Promise<Told> => {
  const raw = await RawHttp.open(port);
  const payload = body === undefined ? '' : JSON.stringify(body);
  const lines = [`${method} ${target} HTTP/${version}`, 'Host: 127.0.0.1', 'Connection: close', ...headers, ...(body === undefined ? [] : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(payload)}`])];
  raw.send(`${before}${lines.join('\r\n')}\r\n\r\n${payload}`);
  for (let waited = 0; !raw.isClosed && !/text\/event-stream[^]*\r\n\r\n/.test(raw.received) && waited < 2_000; waited += 1) await pause(5);
  const text = before === '' ? raw.received : raw.received.slice(raw.received.lastIndexOf('HTTP/1.1 '));
  raw.reset();
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? Number.NaN), text };
};

const leaseLine = ({ leaseId }: TableRoute): string[] => (leaseId === undefined ? [] : [`Lease-Id: ${leaseId}`]);
const bearer = (key: string): string => `Authorization: Bearer ${key}`;

/** Ways that lead past a lock somewhere; none has a right key where it counts. */
const waysAround = (route: TableRoute, key: string): Record<string, Sent> => {
  const { method, path, body } = route;
  const plain = (headers: readonly string[], more: Partial<Sent> = {}): Sent => ({ method, target: path, headers: [...leaseLine(route), ...headers], body, ...more });
  const withQuery = (query: string): string => `${path}${path.includes('?') ? '&' : '?'}${query}`;
  const [bare = ''] = path.split('?');
  const query = path.slice(bare.length);
  return {
    'no key': plain([]),
    'an empty key': plain(['Authorization: Bearer']),
    'a wrong key': plain([bearer('hfk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA')]),
    'a key cut short': plain([bearer(key.slice(0, -1))]),
    'a key with more behind it': plain([bearer(`${key}, x`)]),
    'a key in other letters': plain([bearer(key.toUpperCase())]),
    'the key as basic': plain([`Authorization: Basic ${Buffer.from(`:${key}`).toString('base64')}`]),
    'the key without a scheme': plain([`Authorization: ${key}`]),
    'the key in a header of its own': plain([`X-Api-Key: ${key}`, `Api-Key: ${key}`, `Proxy-${bearer(key)}`]),
    'the key in a cookie': plain([`Cookie: key=${key}; authorization=Bearer ${key}; holdfast-sign-in=${key}`]),
    'the key in the query': plain([], { target: withQuery(`key=${key}&access_token=${key}&authorization=Bearer%20${key}`) }),
    'a doubled header, the right one first': plain([bearer(key), bearer('wrong')]),
    'a doubled header, the right one last': plain([bearer('wrong'), bearer(key)]),
    'the right header twice': plain([bearer(key), bearer(key)]),
    'another method named in a header': { ...plain([`X-HTTP-Method-Override: ${method}`, `X-Method-Override: ${method}`]), method: 'POST' },
    'another method named in the query': { ...plain([]), method: 'POST', target: withQuery(`_method=${method}`) },
    'HEAD': { ...plain([]), method: 'HEAD', body: undefined },
    'OPTIONS': { ...plain(['Origin: http://127.0.0.1', `Access-Control-Request-Method: ${method}`]), method: 'OPTIONS', body: undefined },
    'a doubled slash in front': plain([], { target: `/${path}` }),
    'a doubled slash within': plain([], { target: path.replace('/v1', '/v1/') }),
    'a slash behind': plain([], { target: `${bare}/${query}` }),
    'an encoded slash in front': plain([], { target: path.replace('/v1', '/%2Fv1') }),
    'an encoded slash within': plain([], { target: path.replace(/^\/v1\/?/, '/v1%2F') }),
    'an encoded slash, encoded again': plain([], { target: path.replace(/^\/v1\/?/, '/v1%252F') }),
    'a backslash': plain([], { target: path.replace(/^\/v1\/?/, '/v1\\') }),
    'an encoded NUL': plain([], { target: `${bare}%00${query}` }),
    'an encoded letter': plain([], { target: path.replace('/v1', '/%76%31') }),
    'upper case': plain([], { target: path.replace('/v1', '/V1') }),
    'dots': plain([], { target: `/docs/..${path}` }),
    'dots, encoded': plain([], { target: `/docs/%2e%2e${path}` }),
    'a semicolon': plain([], { target: `${bare};/healthz${query}` }),
    'an absolute target': plain([], { target: `http://127.0.0.1${path}` }),
    'an absolute target of another host': plain([], { target: `http://localhost@127.0.0.1${path}` }),
    'a rewritten address in a header': plain([`X-Original-URL: ${path}`, `X-Rewrite-URL: ${path}`], { target: '/healthz' }),
    'behind a request that has the key, on its connection': plain([], { before: `GET /v1 HTTP/1.1\r\nHost: 127.0.0.1\r\n${bearer(key)}\r\n\r\n` }),
    'an upgrade': plain(['Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA']),
    'an older protocol': plain([], { version: '1.0' }),
    'a caller that says it is local': plain(['X-Forwarded-For: 127.0.0.1', 'X-Real-IP: 127.0.0.1', 'Forwarded: for=127.0.0.1']),
  };
};

/** The one way that leads to another, open address: its own answer is not the operation's. */
const isElsewhere = (way: string): boolean => way === 'a rewritten address in a header';

/**
 * What a stranger may be told: that a key is needed, or that there is no such address, or not with that method. Whatever an operation says itself, a refusal among it, is
 * a bypass, and so is no answer at all, of which nobody knows what it stands for. An answer to HEAD has no body.
 */
const isTurnedAway = ({ status, text }: Told, method: string): boolean => {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  const code = method === 'HEAD' && body === '' ? TURNED_AWAY[status] : /"code":"([a-z-]+)"/.exec(body)?.[1];
  return code !== undefined && TURNED_AWAY[status] === code && !/^location:/im.test(head);
};
const TURNED_AWAY: Readonly<Record<number, string>> = { 401: 'unauthorized', 404: 'not-found', 405: 'method-not-allowed' };

interface Scene {
  readonly port: number;
  /** Of namespaces `ours` and `theirs`, with every scope. */
  readonly ours: string;
  readonly theirs: string;
  /** Of `ours`, with every scope but these. */
  readonly without: (scopes: readonly string[]) => string;
}

const begin = async (test: Test, store: StoreSetting): Promise<Scene> => {
  const file = join(test.testdir({}), 'keys.json');
  const [ours, theirs] = [createKey(file, 'ours', SCOPES), createKey(file, 'theirs', SCOPES)];
  const lacking = [...routeTable({ session: SESSION, replyId: REPLY }).map(({ scopes }) => scopes), ...SCOPES.map((scope) => [scope])];
  const limited = new Map(lacking.map((scopes) => [scopes.join(), createKey(file, 'ours', SCOPES.filter((scope) => !scopes.includes(scope)))]));
  const { port } = await spawnService(test, { store, env: { HOLDFAST_KEYS: file, HOLDFAST_LOG_LEVEL: 'silent' } });
  return { port, ours, theirs, without: (scopes) => limited.get(scopes.join())! };
};

/** A session that is held and has a parked reply, so that there is something to get at. */
const setUp = async (port: number, key: string, { session, leaseId, replyId }: RouteTerms): Promise<void> => {
  const headers = [bearer(key)];
  const acquired = await send(port, { method: 'PUT', target: `/v1/leases/${session}`, headers: [...headers, `Lease-Id: ${leaseId}`], body: { holder: 'ours', ttlMs: 600_000, metadata: { draft: 'canary' } } });
  if (acquired.status !== 201) throw new Error(acquired.text);
  const { fencingToken } = parseAnswer(acquired.text).body;
  const parked = await send(port, { method: 'PUT', target: `/v1/replies/${session}/${replyId}`, headers, body: { fencingToken, holder: 'ours', payload: 'canary' } });
  if (parked.status !== 201) throw new Error(parked.text);
};

const stateOf = async (port: number, key: string, { session, replyId }: RouteTerms): Promise<string> => {
  const looks = await Promise.all([`/v1/leases/${session}`, `/v1/replies/${session}/${replyId}`].map((target) => send(port, { method: 'GET', target, headers: [bearer(key)] })));
  const [lease, reply] = looks.map(({ text }) => parseAnswer(text).body) as [Record<string, unknown>, Record<string, unknown>];
  return JSON.stringify([lease['held'], lease['holder'], lease['fencingToken'], lease['ttlMs'], lease['yieldRequest'], lease['waiters'], reply['state'], reply['attempts'], reply['payload']]);
};

eachStoreInFull(t, 'every way around a key, at every operation', async (test, { store }) => {
  const { port, ours, without } = await begin(test, store);
  const terms: RouteTerms = { session: SESSION, replyId: REPLY, leaseId: newLeaseId() };
  await setUp(port, ours, terms);
  const before = await stateOf(port, ours, terms);
  const routes = routeTable(terms);
  test.ok(routes.length >= 18, `${routes.length} operations`);

  const attempts: { readonly name: string; readonly sent: Sent; readonly lawful: (told: Told) => boolean }[] = [];
  for (const route of routes) {
    for (const [way, sent] of Object.entries(waysAround(route, ours))) {
      attempts.push({ name: `${route.operationId}: ${way}`, sent, lawful: (told) => isTurnedAway(told, sent.method) || (isElsewhere(way) && told.text.endsWith('{"status":"ok"}')) });
    }
    // Every scope that suffices has to be missing at once.
    if (route.scopes.length > 0) {
      attempts.push({
        name: `${route.operationId}: without ${route.scopes.join(' and ')}`,
        sent: { method: route.method, target: route.path, headers: [...leaseLine(route), bearer(without(route.scopes))], body: route.body },
        lawful: ({ status, text }) => status === 403 && text.includes('"code":"forbidden"'),
      });
    }
  }
  const withGrace = { by: 'somebody', graceMs: 1_000 };
  const more: [string, string, string, object, Scope][] = [
    ['askToYield with a grace', 'POST', `/v1/leases/${SESSION}/yield`, withGrace, 'preempt'],
    ['acquireLease with a grace', 'PUT', `/v1/leases/${SESSION}`, { holder: 'somebody', yieldRequest: { graceMs: 0 } }, 'preempt'],
    ['replayReply without the lease', 'POST', `/v1/replies/${SESSION}/${REPLY}/replay`, { reason: 'because' }, 'admin'],
    ['discardReply without the lease', 'POST', `/v1/replies/${SESSION}/${REPLY}/discard`, { reason: 'because' }, 'admin'],
  ];
  for (const [name, method, target, body, scope] of more) {
    const headers = [bearer(without([scope])), ...(method === 'PUT' ? [`Lease-Id: ${newLeaseId()}`] : [])];
    attempts.push({ name: `${name}, without ${scope}`, sent: { method, target, headers, body }, lawful: ({ status }) => status === 403 });
  }

  const bypasses: string[] = [];
  await inParallel(attempts, 8, async ({ name, sent, lawful }) => {
    const told = await send(port, sent);
    if (!lawful(told) || told.text.includes('canary') || told.text.includes('hfk_')) bypasses.push(`${name}: ${told.text.slice(0, 120)}`);
  });
  test.same(bypasses, [], `${bypasses.length} bypasses of ${attempts.length}`);
  test.equal(await stateOf(port, ours, terms), before, 'and nothing has changed');
  test.comment(`${bypasses.length} bypasses of ${attempts.length}`);
});

const NONE = 'agent%3Amain%3Anone';

/** What an answer says, whichever of the two sessions it was about, and without what differs from one moment to the next. */
const comparable = ({ status, text }: Told): string => {
  const { body } = parseAnswer(text);
  const said = JSON.stringify(body, (name, value) => (typeof value === 'number' && /Ms$|MsAgo$|Token$/.test(name) ? 'a number' : name === 'requestId' ? 'an id' : value));
  return `${status} ${[SESSION, NONE].reduce((told, session) => told.replaceAll(decodeURIComponent(session), 'SESSION'), said)}`;
};

eachStoreInFull(t, 'what belongs to another namespace is answered like what is not there', async (test, { store }) => {
  const { port, ours, theirs } = await begin(test, store);
  const terms: RouteTerms = { session: SESSION, replyId: REPLY, leaseId: newLeaseId() };
  await setUp(port, ours, terms);
  const before = await stateOf(port, ours, terms);
  const nothing: RouteTerms = { ...terms, session: NONE };
  const [foreign, absent] = [routeTable(terms), routeTable(nothing)];
  let compared = 0;
  for (const [index, route] of foreign.entries()) {
    // A stream of events says nothing until something happens, which the test of canaries looks at.
    if (route.operationId === 'watchEvents') continue;
    const ask = (asked: TableRoute): Promise<Told> => send(port, { method: asked.method, target: asked.path, headers: [...leaseLine(asked), bearer(theirs)], body: asked.body });
    const [told, wanted] = [await ask(route), await ask(absent[index]!)];
    test.equal(comparable(told), comparable(wanted), route.operationId);
    test.notMatch(told.text, /canary|ours/, `${route.operationId}: not a word of it`);
    compared += 1;
  }
  test.ok(compared >= 17);
  test.equal(await stateOf(port, ours, terms), before, 'and nothing has changed there');
});
