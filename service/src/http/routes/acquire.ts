/** `PUT /v1/leases/{session}`: take a lease, waiting for it if asked to. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import fp from 'fastify-plugin';
import { MAX_HOLD_MS_DEFAULT, TTL_MS_DEFAULT } from '../../session/limits.ts';
import { callerOf } from '../caller.ts';
import { leaseIdHashOf } from '../lease-id.ts';
import { checkedMetadata } from '../metadata.ts';
import { ANY, BODY, LEASE_ID, SESSION, STORE } from '../operation-errors.ts';
import type { HttpParts } from '../parts.ts';
import { needScope } from '../plugins/authentication.ts';
import { refusalError } from '../refusals.ts';
import type { Grant } from '../schemas/answers.ts';
import { leaseIdHeaders, noQuery, sessionParams } from '../schemas/parameters.ts';
import { ref } from '../schemas/ref.ts';
import type { AcquireRequest } from '../schemas/requests.ts';
import { keyOfPath } from '../session-key.ts';

const schema = {
  operationId: 'acquireLease',
  summary: 'Take a lease on a session',
  description:
    'Grants the session to this lease id, waits for it up to `waitMs`, or says who holds it. Safe to repeat with the same lease id: the same grant, one fencing token. A repeat neither extends nor confirms a lease. A `yieldRequest` with `graceMs` needs the scope `preempt` besides.',
  tags: ['leases'],
  params: sessionParams,
  headers: leaseIdHeaders,
  querystring: noQuery,
  body: ref<AcquireRequest>('AcquireRequest'),
  response: { 200: ref<Grant>('Grant', 'The same lease id was granted before.'), 201: ref<Grant>('Grant', 'Granted.') },
};
const errors = [...ANY, ...SESSION, ...LEASE_ID, ...BODY, 'lease-held', 'lease-ended', 'lease-id-reused', 'waiters-full', 'quota-exceeded', ...STORE, 'shutting-down'] as const;

const acquireRoute: FastifyPluginAsyncTypebox<Pick<HttpParts, 'leases' | 'hashLeaseId' | 'bounds'>> = async (app, { leases, hashLeaseId, bounds }) => {
  const ttlMsDefault = Math.min(Math.max(TTL_MS_DEFAULT, bounds.ttlMsMin), bounds.ttlMsMax);

  app.put('/v1/leases/:session', { schema, config: { errors, scopes: ['lease'], budget: 'take' } }, async (request, reply) => {
    const key = keyOfPath(request.params.session);
    const { holder, ttlMs = ttlMsDefault, waitMs = 0, maxWaiters, background = false, maxHoldMs = MAX_HOLD_MS_DEFAULT, yieldRequest } = request.body;
    if (yieldRequest?.graceMs !== undefined) needScope(request, ['preempt']);
    const metadata = checkedMetadata(request.body.metadata);
    const leaseIdHash = leaseIdHashOf(request, hashLeaseId);
    const acquired = await leases.acquire(
      { namespace: request.namespace, key },
      { leaseIdHash, holder, ttlMs, waitMs, maxWaiters, background, maxHoldMs, yieldRequest, metadata },
      callerOf(reply),
    );
    if (acquired.kind !== 'granted') throw refusalError(acquired);
    reply.code(acquired.repeated ? 200 : 201);
    return { session: key, ...acquired };
  });
};

export default fp(acquireRoute, { name: 'acquire-route', dependencies: ['schemas', 'problems', 'json-body', 'authentication'] });
