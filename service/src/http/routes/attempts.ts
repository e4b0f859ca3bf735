/** `POST /v1/replies/{session}/{replyId}/attempts`: begin an attempt to deliver a reply, or say what came of it. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import fp from 'fastify-plugin';
import { HoldfastError } from '../../session/errors.ts';
import { ATTEMPT_ERROR_BYTES_MAX } from '../../session/limits.ts';
import type { ReplyId } from '../../session/types.ts';
import { leaseIdHashOf } from '../lease-id.ts';
import { ANY, BODY, LEASE_ID, SESSION, STORE } from '../operation-errors.ts';
import type { HttpParts } from '../parts.ts';
import { refusalError } from '../refusals.ts';
import { leaseIdHeaders, noQuery, replyParams } from '../schemas/parameters.ts';
import { ref } from '../schemas/ref.ts';
import type { Reply } from '../schemas/reply-answers.ts';
import type { AttemptRequest } from '../schemas/reply-requests.ts';
import { keyOfPath } from '../session-key.ts';

const schema = {
  operationId: 'recordAttempt',
  summary: 'Begin or settle an attempt',
  description:
    'The live holder takes the reply that comes next with `sending`, delivers it, and says what came of it: `delivered`, `failed` (parked again, due after a back-off; dead if `permanent`) or `unknown`. Safe to repeat. `delivered` is believed also after the lease has ended, while no newer attempt has begun. A lease that ends in the midst leaves the reply `unknown`.',
  tags: ['replies'],
  params: replyParams,
  headers: leaseIdHeaders,
  querystring: noQuery,
  body: ref<AttemptRequest>('AttemptRequest'),
  response: { 200: ref<Reply>('Reply', 'The reply as it is now.') },
};
const errors = [
  ...ANY,
  ...SESSION,
  ...LEASE_ID,
  ...BODY,
  'reply-unknown',
  'reply-settled',
  'reply-not-next',
  'attempt-superseded',
  'attempt-not-taken',
  'lease-lost',
  'lease-unknown',
  ...STORE,
] as const;

const invalid = (fault: string): HoldfastError => new HoldfastError('request-invalid', fault);

/** What would be ignored is refused: its sender believes that it means something. */
const check = ({ outcome, error, retryAfterMs, permanent }: AttemptRequest): void => {
  if (retryAfterMs !== undefined && outcome !== 'failed') throw invalid('retryAfterMs: goes with the outcome failed only');
  if (permanent !== undefined && outcome !== 'failed') throw invalid('permanent: goes with the outcome failed only');
  if (retryAfterMs !== undefined && permanent) throw invalid('retryAfterMs: does not go with permanent');
  if (error !== undefined && outcome === 'sending') throw invalid('error: does not go with the outcome sending');
  if (error !== undefined && Buffer.byteLength(error) > ATTEMPT_ERROR_BYTES_MAX) throw invalid(`error: must be at most ${ATTEMPT_ERROR_BYTES_MAX} bytes of UTF-8`);
};

const attemptsRoute: FastifyPluginAsyncTypebox<Pick<HttpParts, 'leases' | 'hashLeaseId'>> = async (app, { leases, hashLeaseId }) => {
  app.post('/v1/replies/:session/:replyId/attempts', { schema, config: { errors, scopes: ['replies'], budget: 'replies' } }, async (request) => {
    const key = keyOfPath(request.params.session);
    check(request.body);
    const told = await leases.run(
      { namespace: request.namespace, key },
      { kind: 'attempt', replyId: request.params.replyId as ReplyId, leaseIdHash: leaseIdHashOf(request, hashLeaseId), ...request.body },
    );
    if (told.kind !== 'reply') throw refusalError(told);
    return { session: key, ...told.reply };
  });
};

export default fp(attemptsRoute, { name: 'attempts-route', dependencies: ['schemas', 'problems', 'json-body', 'authentication'] });
