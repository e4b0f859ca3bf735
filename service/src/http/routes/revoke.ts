/** `POST /v1/leases/{session}/revoke`: end a lease at once, as an operator. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import fp from 'fastify-plugin';
import { ANY, BODY, SESSION, STORE } from '../operation-errors.ts';
import type { HttpParts } from '../parts.ts';
import { refusalError } from '../refusals.ts';
import type { RevokeAnswer } from '../schemas/answers.ts';
import { noQuery, sessionParams } from '../schemas/parameters.ts';
import { ref } from '../schemas/ref.ts';
import type { RevokeRequest } from '../schemas/requests.ts';
import { audit } from '../audit.ts';
import { keyOfPath } from '../session-key.ts';

const schema = {
  operationId: 'revokeLease',
  summary: 'Revoke a lease',
  description:
    'Ends the lease at once and serves the next waiter. The former holder may believe for a moment longer that it holds: this is the one act that shortens what a holder was promised.',
  tags: ['operations'],
  params: sessionParams,
  querystring: noQuery,
  body: ref<RevokeRequest>('RevokeRequest'),
  response: { 200: ref<RevokeAnswer>('RevokeAnswer', 'Ended.') },
};
const errors = [...ANY, ...SESSION, ...BODY, 'lease-not-held', ...STORE] as const;

const revokeRoute: FastifyPluginAsyncTypebox<Pick<HttpParts, 'leases'>> = async (app, { leases }) => {
  app.post('/v1/leases/:session/revoke', { schema, config: { errors, scopes: ['admin'], budget: 'operate' } }, async (request) => {
    const key = keyOfPath(request.params.session);
    const revoked = await leases.run({ namespace: request.namespace, key }, { kind: 'revoke' });
    if (revoked.kind !== 'revoked') throw refusalError(revoked);
    const { holder, fencingToken } = revoked;
    // An operator took a promise back: that is worth a line, whoever asks later.
    audit(request, 'revoke', { session: key, holder, fencingToken, by: request.body.by, reason: request.body.reason });
    return { session: key, holder, fencingToken, endedBecause: 'revoked' as const };
  });
};

export default fp(revokeRoute, { name: 'revoke-route', dependencies: ['schemas', 'problems', 'json-body', 'authentication'] });
