// What a key may send in a second, each kind apart, and that one key's flood is nobody else's.
import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import t from 'tap';
import { KeyRing } from '../../../../service/src/access/key-ring.ts';
import { makeKey } from '../../../../service/src/access/new-key.ts';
import { SCOPES } from '../../../../service/src/access/scopes.ts';
import { buildTestApp } from '../../../support/build-app.ts';
import { call, leaseIdOf } from '../../../support/inject.ts';

const made = ['a', 'b'].map((namespace) => makeKey({ namespace, scopes: SCOPES, randomBytes, wallMs: 0 }));
const [one = '', other = ''] = made.map(({ key }) => key);
const access = new KeyRing(made.map(({ record }) => record));
const rates = { keep: 5, take: 3, replies: 3, read: 3, operate: 3 };

/** Of each kind one request. */
const KINDS = {
  take: { method: 'PUT', url: '/v1/leases/s', leaseId: leaseIdOf('x'), body: { holder: 'x' } },
  keep: { method: 'POST', url: '/v1/heartbeats', body: { leases: [] } },
  replies: { method: 'PUT', url: '/v1/replies/s/r', body: { fencingToken: 1, holder: 'x', payload: 'x' } },
  read: { method: 'GET', url: '/v1/leases/s' },
  operate: { method: 'POST', url: '/v1/leases/t/yield', body: { by: 'x' } },
} as const;
type Kind = keyof typeof KINDS;

const statusOf = async (app: FastifyInstance, kind: Kind, key: string): Promise<number> => (await call(app, { ...KINDS[kind], headers: { authorization: `Bearer ${key}` } })).statusCode;

t.test('up to its rate and not one more, and the other kinds and keys go on', async (t) => {
  const { app } = await buildTestApp(t, { access, rates });
  for (const kind of Object.keys(KINDS) as Kind[]) {
    for (let sent = 1; sent <= rates[kind]; sent += 1) t.not(await statusOf(app, kind, one), 429, `${kind} ${sent}`);
    t.equal(await statusOf(app, kind, one), 429, `${kind}, one more`);
    t.not(await statusOf(app, kind, other), 429, `${kind} of another key`);
  }
  const refused = await call(app, { ...KINDS.take, headers: { authorization: `Bearer ${one}` } });
  t.equal(refused.headers['retry-after'], '1');
  t.match(refused.json(), { code: 'rate-limited', retryable: true, outcome: 'not-applied', budget: 'take', perSecond: 3 });
});

t.test('who has no valid key is not counted against one', async (t) => {
  const { app } = await buildTestApp(t, { access, rates });
  for (let sent = 0; sent < 10; sent += 1) t.equal(await statusOf(app, 'read', 'hfk_wrong'), 401);
  t.equal(await statusOf(app, 'read', one), 200);
});

t.test('without keys nobody is counted', async (t) => {
  const { app } = await buildTestApp(t, { rates });
  for (let sent = 0; sent < 10; sent += 1) t.equal(await statusOf(app, 'read', 'any'), 200);
});
