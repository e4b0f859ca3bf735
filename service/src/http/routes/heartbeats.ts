/** `POST /v1/heartbeats`: renew all leases of a client at once. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import fp from 'fastify-plugin';
import type { Outcomes } from '../../session/commands.ts';
import { HoldfastError } from '../../session/errors.ts';
import type { LeaseId, LeaseIdHash, SessionKey } from '../../session/types.ts';
import { HEARTBEATS_BODY_BYTES_MAX } from '../limits.ts';
import { ANY, BODY, STORE } from '../operation-errors.ts';
import type { HttpParts } from '../parts.ts';
import type { HeartbeatResult, HeartbeatResults } from '../schemas/answers.ts';
import { noQuery } from '../schemas/parameters.ts';
import { ref } from '../schemas/ref.ts';
import type { HeartbeatsRequest } from '../schemas/requests.ts';
import { keyFault } from '../session-key.ts';

const schema = {
  operationId: 'sendHeartbeats',
  summary: 'Renew many leases',
  description: 'Renews up to 1,000 leases, each by its own lease id. Session keys are plain here, not percent-encoded.',
  tags: ['leases'],
  querystring: noQuery,
  body: ref<HeartbeatsRequest>('HeartbeatsRequest'),
  response: { 200: ref<HeartbeatResults>('HeartbeatResults', 'A result for each lease, in the order of the request.') },
};
const errors = [...ANY, ...BODY, ...STORE] as const;

const checkedKey = (key: string, index: number): SessionKey => {
  const fault = keyFault(key);
  if (fault !== undefined) throw new HoldfastError('request-invalid', `leases[${index}].session: ${fault}`);
  return key as SessionKey;
};

const resultOf = (outcome: Outcomes['renew'] | undefined): HeartbeatResult => {
  switch (outcome?.kind) {
    case 'renewed':
      return { status: 'held', ...outcome };
    case 'lease-lost':
      return { status: 'lost', ...outcome };
    case 'lease-unknown':
      return { status: 'not-found' };
    case undefined:
      return { status: 'unknown' };
  }
};

const heartbeatsRoute: FastifyPluginAsyncTypebox<Pick<HttpParts, 'leases' | 'hashLeaseId'>> = async (app, { leases, hashLeaseId }) => {
  const hash = (leaseId: string): LeaseIdHash => hashLeaseId(leaseId as LeaseId);

  app.post('/v1/heartbeats', { schema, config: { errors, scopes: ['lease'], budget: 'keep' }, bodyLimit: HEARTBEATS_BODY_BYTES_MAX }, async (request) => {
    const renewals = request.body.leases.map(({ session, leaseId, ttlMs }, index) => ({
      key: checkedKey(session, index),
      leaseIdHash: hash(leaseId),
      ttlMs,
    }));
    const outcomes = await leases.renewAll(request.namespace, renewals);
    return { results: outcomes.map(resultOf) };
  });
};

export default fp(heartbeatsRoute, { name: 'heartbeats-route', dependencies: ['schemas', 'problems', 'json-body', 'authentication'] });
