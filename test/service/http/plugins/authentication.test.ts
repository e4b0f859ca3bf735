// The static key: asked for where one is set, and for nothing but the API. Which scope opens which operation.
import { randomBytes } from 'node:crypto';
import Fastify from 'fastify';
import t from 'tap';
import { openAccess } from '../../../../service/src/access/access.ts';
import { KeyRing } from '../../../../service/src/access/key-ring.ts';
import { makeKey } from '../../../../service/src/access/new-key.ts';
import { EVENT_KEEP_ALIVE_MS } from '../../../../service/src/http/limits.ts';
import authentication from '../../../../service/src/http/plugins/authentication.ts';
import problems from '../../../../service/src/http/plugins/problems.ts';
import storeHeader from '../../../../service/src/http/plugins/store-header.ts';
import { buildTestApp } from '../../../support/build-app.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { acquire, call, leaseIdOf, pathOf } from '../../../support/inject.ts';
import { MemoryStore } from '../../../support/memory-store.ts';
import { routeTable } from '../../../support/route-table.ts';

type NewKey = ReturnType<typeof makeKey>;

const apiKey = 'k3y-of-the-house';

t.test('with a key set, every address of the API asks for it', async (t) => {
  const { app } = await buildTestApp(t, { apiKey });
  const asked = [
    { url: '/v1' },
    { url: '/v1/leases' },
    { url: '/v1/leases/s' },
    { url: '/v1/leases/s/fence?token=1' },
    { url: '/v1/events' },
    { method: 'PUT', url: '/v1/leases/s', leaseId: leaseIdOf('a'), body: { holder: 'a' } },
    { method: 'DELETE', url: '/v1/leases/s', leaseId: leaseIdOf('a') },
    { method: 'POST', url: '/v1/leases/s/renew', leaseId: leaseIdOf('a') },
    { method: 'POST', url: '/v1/leases/s/yield', body: { by: 'a' } },
    { method: 'POST', url: '/v1/leases/s/revoke', body: { by: 'a', reason: 'b' } },
    { method: 'POST', url: '/v1/heartbeats', body: { leases: [] } },
  ] as const;
  for (const what of asked) {
    const answer = await call(app, what);
    t.equal(answer.statusCode, 401, what.url);
    t.equal(answer.headers['www-authenticate'], 'Bearer');
    t.match(answer.json(), { code: 'unauthorized', retryable: false });
  }
  t.match((await call(app, { url: '/v1/leases/s', headers: { authorization: `Bearer ${apiKey}` } })).json(), { held: false });
});

t.test('any other key, or none, is refused, and no key is ever repeated', async (t) => {
  const { app } = await buildTestApp(t, { apiKey });
  const wrong = ['', 'Bearer', 'Bearer ', `Bearer ${apiKey}x`, `Bearer ${apiKey.slice(1)}`, `Bearer ${apiKey} x`, `Basic ${apiKey}`, apiKey, `Bearer ${apiKey.toUpperCase()}`];
  for (const authorization of wrong) {
    const answer = await call(app, { url: '/v1', headers: { authorization } });
    t.equal(answer.statusCode, 401, authorization);
    t.notMatch(answer.body, apiKey);
  }
  for (const scheme of ['Bearer', 'bearer', 'BEARER']) t.equal((await call(app, { url: '/v1', headers: { authorization: `${scheme} ${apiKey}` } })).statusCode, 200);
});

t.test('a body is not read before the key is known', async (t) => {
  const { app } = await buildTestApp(t, { apiKey });
  t.equal((await call(app, { method: 'PUT', url: '/v1/leases/s', leaseId: leaseIdOf('a'), body: '{' })).statusCode, 401);
});

t.test('health, the document and explanations stay open', async (t) => {
  const { app } = await buildTestApp(t, { apiKey });
  for (const url of ['/healthz', '/readyz', '/openapi.json', '/openapi.yaml', '/problems/unauthorized']) t.equal((await call(app, { url })).statusCode, 200, url);
});

t.test('without a key everybody may call', async (t) => {
  const { app } = await buildTestApp(t);
  t.equal((await acquire(app, 's', 'a')).statusCode, 201);
});

t.test('the event stream of a revoked key hears nothing more, and ends', async (t) => {
  const [watcher, holder] = [0, 1].map(() => makeKey({ namespace: 'a', scopes: ['lease'], randomBytes, wallMs: 0 })) as [NewKey, NewKey];
  const ring = new KeyRing([watcher.record, holder.record]);
  const { app, clock } = await buildTestApp(t, { access: ring });
  const bearer = ({ key }: NewKey): { authorization: string } => ({ authorization: `Bearer ${key}` });
  const stream = (await app.inject({ url: '/v1/events', headers: bearer(watcher), payloadAsStream: true })).stream();
  let told = '';
  stream.on('data', (chunk: Buffer) => (told += chunk.toString()));
  const ended = new Promise((resolve) => stream.once('end', resolve));
  const take = (session: string): Promise<unknown> => call(app, { method: 'PUT', url: pathOf(session), leaseId: leaseIdOf('a'), body: { holder: 'a' }, headers: bearer(holder) });
  await take('before');
  ring.replace([holder.record]);
  await take('after');
  clock.advance(EVENT_KEEP_ALIVE_MS);
  await ended;
  t.match(told, /"session":"before"/);
  t.notMatch(told, /after/);
});

t.test('a route that does not say which scopes it needs keeps the service from starting', async (t) => {
  const app = Fastify();
  t.teardown(() => app.close());
  const store = new MemoryStore(new FakeClock());
  t.teardown(() => store.close());
  await app.register(storeHeader, { store });
  await app.register(problems);
  await app.register(authentication, { access: openAccess });
  app.get('/v1/any', { config: { scopes: [] } }, async () => '');
  t.throws(() => app.get('/v1/forgotten', async () => ''), /GET \/v1\/forgotten does not say which scopes it needs/);
});

// Written down a second time, so that a scope is never changed by the way.
const SCOPES_BY_OPERATION: Readonly<Record<string, readonly string[]>> = {
  describeService: [],
  acquireLease: ['lease'],
  renewLease: ['lease'],
  sendHeartbeats: ['lease'],
  releaseLease: ['lease'],
  inspectSession: ['lease', 'read'],
  checkFencingToken: ['lease', 'read'],
  watchEvents: ['lease', 'read'],
  listLeases: ['read'],
  askToYield: ['lease', 'admin'],
  revokeLease: ['admin'],
  parkReply: ['replies'],
  recordAttempt: ['replies'],
  readReply: ['replies', 'admin'],
  listReplies: ['replies', 'read'],
  listSessionReplies: ['replies', 'read'],
  replayReply: ['replies', 'admin'],
  discardReply: ['replies', 'admin'],
};

t.test('each operation asks for the scopes of the contract', async (t) => {
  t.strictSame(Object.fromEntries(routeTable({ session: 's', replyId: 'r' }).map(({ operationId, scopes }) => [operationId, scopes])), SCOPES_BY_OPERATION);
});
