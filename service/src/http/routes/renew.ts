/** `POST /v1/leases/{session}/renew`: move the expiry on, and confirm an offer. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import fp from 'fastify-plugin';
import { leaseIdHashOf } from '../lease-id.ts';
import { checkedMetadata } from '../metadata.ts';
import { ANY, BODY, LEASE_ID, SESSION, STORE } from '../operation-errors.ts';
import type { HttpParts } from '../parts.ts';
import { refusalError } from '../refusals.ts';
import type { Renewal } from '../schemas/answers.ts';
import { leaseIdHeaders, noQuery, sessionParams } from '../schemas/parameters.ts';
import { ref } from '../schemas/ref.ts';
import type { RenewRequest } from '../schemas/requests.ts';
import { keyOfPath } from '../session-key.ts';

const schema = {
  operationId: 'renewLease',
  summary: 'Renew a lease',
  description: 'Extends the lease by its TTL, confirms an offer, and tells whether somebody waits or asks to yield. It never revives an ended lease.',
  tags: ['leases'],
  params: sessionParams,
  headers: leaseIdHeaders,
  querystring: noQuery,
  body: ref<RenewRequest>('RenewRequest'),
  // Every member is optional, and so is the body.
  'x-body-optional': true,
  response: { 200: ref<Renewal>('Renewal', 'Renewed.') },
};
const errors = [...ANY, ...SESSION, ...LEASE_ID, ...BODY, 'lease-lost', 'lease-unknown', ...STORE] as const;

const renewRoute: FastifyPluginAsyncTypebox<Pick<HttpParts, 'leases' | 'hashLeaseId'>> = async (app, { leases, hashLeaseId }) => {
  app.post(
    '/v1/leases/:session/renew',
    {
      schema,
      config: { errors, scopes: ['lease'], budget: 'keep' },
      preValidation: (request, _reply, done) => {
        request.body ??= {};
        done();
      },
    },
    async (request) => {
      const name = { namespace: request.namespace, key: keyOfPath(request.params.session) };
      const metadata = checkedMetadata(request.body.metadata);
      const renewed = await leases.run(name, {
        kind: 'renew',
        leaseIdHash: leaseIdHashOf(request, hashLeaseId),
        ttlMs: request.body.ttlMs,
        metadata,
      });
      if (renewed.kind !== 'renewed') throw refusalError(renewed);
      return renewed;
    },
  );
};

export default fp(renewRoute, { name: 'renew-route', dependencies: ['schemas', 'problems', 'json-body', 'authentication'] });
