// Audit lines: who did what to whom, and why; nothing secret in any of them.
import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import t from 'tap';
import { KeyRing } from '../../../service/src/access/key-ring.ts';
import { makeKey } from '../../../service/src/access/new-key.ts';
import { SCOPES } from '../../../service/src/access/scopes.ts';
import { buildTestApp } from '../../support/build-app.ts';
import { call, leaseIdOf } from '../../support/inject.ts';

t.test('takeovers, yields, revocations, replays, discards and sign-ins each leave a line', async (t) => {
  const lines: string[] = [];
  const stream = new Writable({ write: (chunk: Buffer, _encoding, done) => (lines.push(chunk.toString()), done()) });
  const made = makeKey({ namespace: 'red', scopes: SCOPES, randomBytes, wallMs: 0 });
  const { app, clock } = await buildTestApp(t, { access: new KeyRing([made.record]), log: pino({ level: 'info' }, stream) });
  const headers = { authorization: `Bearer ${made.key}` };
  const leaseId = leaseIdOf('secret-lease-id');
  const take = () => call(app, { method: 'PUT', url: '/v1/leases/s', leaseId: leaseIdOf('another'), headers, body: { holder: 'gateway-1', ttlMs: 1_000 } });
  const post = (url: string, body: object) => call(app, { method: 'POST', url, headers, body });

  await call(app, { method: 'PUT', url: '/v1/leases/s', leaseId, headers, body: { holder: 'gateway-1', ttlMs: 1_000 } });
  await post('/v1/leases/s/yield', { by: 'anna', reason: 'a newer message' });
  await post('/v1/leases/s/revoke', { by: 'anna', reason: 'wedged' });
  await take();
  clock.advance(1_001);
  await call(app, { url: '/v1/leases/s', headers });
  await call(app, { method: 'PUT', url: '/v1/replies/s/r1', headers, body: { fencingToken: 1, holder: 'gateway-1', payload: 'secret words' } });
  await post('/v1/replies/s/r1/discard', { reason: 'answered by hand' });
  await post('/v1/replies/s/r1/replay', { reason: 'after all' });
  await call(app, { method: 'POST', url: '/dashboard/sign-in', headers: { ...headers, 'sec-fetch-site': 'same-origin' } });

  const audited = lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ audit }) => audit === true);
  const keyId = made.record.id;
  t.match(audited, [
    { action: 'yield', keyId, namespace: 'red', session: 's', holder: 'gateway-1', by: 'anna', reason: 'a newer message', requestId: /./ },
    { action: 'takeover', namespace: 'red', session: 's', holder: 'gateway-1', endedBecause: 'revoked' },
    { action: 'revoke', keyId, session: 's', holder: 'gateway-1', by: 'anna', reason: 'wedged', requestId: /./ },
    { action: 'takeover', namespace: 'red', session: 's', endedBecause: 'expired', heldForMs: 1_000 },
    { action: 'discard', keyId, session: 's', replyId: 'r1', reason: 'answered by hand' },
    { action: 'replay', keyId, session: 's', replyId: 'r1', reason: 'after all' },
    { action: 'sign-in', keyId, namespace: 'red' },
  ]);
  t.equal(audited.length, 7);
  t.notMatch(lines.join(''), /secret/);
  t.notOk(lines.join('').includes(made.key));
});
