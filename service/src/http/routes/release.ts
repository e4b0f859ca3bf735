/** `DELETE /v1/leases/{session}`: give a lease back, leave the queue, or forbid an id that was never seen. */
import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import fp from 'fastify-plugin';
import { leaseIdHashOf } from '../lease-id.ts';
import { ANY, LEASE_ID, SESSION, STORE } from '../operation-errors.ts';
import type { HttpParts } from '../parts.ts';
import { refusalError } from '../refusals.ts';
import { leaseIdHeaders, noQuery, sessionParams } from '../schemas/parameters.ts';
import { keyOfPath } from '../session-key.ts';

const schema = {
  operationId: 'releaseLease',
  summary: 'Release a lease',
  description:
    'Ends the lease of this id, or its wait. Safe to repeat. An id that was never seen is recorded as ended, so that an acquire which arrives late is answered `lease-ended`.',
  tags: ['leases'],
  params: sessionParams,
  headers: leaseIdHeaders,
  querystring: noQuery,
  response: { 204: Type.Unsafe<undefined>(Type.Null({ description: 'Released: this id holds nothing, and never will.' })) },
};
const errors = [...ANY, ...SESSION, ...LEASE_ID, 'lease-lost', ...STORE] as const;

const releaseRoute: FastifyPluginAsyncTypebox<Pick<HttpParts, 'leases' | 'hashLeaseId'>> = async (app, { leases, hashLeaseId }) => {
  app.delete('/v1/leases/:session', { schema, config: { errors, scopes: ['lease'], budget: 'keep' } }, async (request, reply) => {
    const name = { namespace: request.namespace, key: keyOfPath(request.params.session) };
    const released = await leases.run(name, { kind: 'release', leaseIdHash: leaseIdHashOf(request, hashLeaseId) });
    if (released.kind !== 'released') throw refusalError(released);
    // Not null, which Fastify would serialise, and then take back with the headers that it had set for it.
    return reply.code(204).send(undefined);
  });
};

export default fp(releaseRoute, { name: 'release-route', dependencies: ['schemas', 'problems', 'authentication'] });
