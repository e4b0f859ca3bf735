/** `POST /v1/replies/{session}/{replyId}/discard`: settle a reply without delivering it. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import fp from 'fastify-plugin';
import type { ReplyId } from '../../session/types.ts';
import { givenLeaseIdHash } from '../lease-id.ts';
import { ANY, BODY, LEASE_ID, SESSION, STORE } from '../operation-errors.ts';
import type { HttpParts } from '../parts.ts';
import { needScope } from '../plugins/authentication.ts';
import { refusalError } from '../refusals.ts';
import { noQuery, optionalLeaseIdHeaders, replyParams } from '../schemas/parameters.ts';
import { ref } from '../schemas/ref.ts';
import type { Reply } from '../schemas/reply-answers.ts';
import type { DiscardRequest } from '../schemas/reply-requests.ts';
import { audit } from '../audit.ts';
import { keyOfPath } from '../session-key.ts';

const schema = {
  operationId: 'discardReply',
  summary: 'Discard a reply',
  description:
    'A parked, unknown or dead reply is `superseded`, with the reason, and remembered for 7 days; until then it can be replayed. One that is superseded already stays as it is. For the live holder, by its `Lease-Id` (scope `replies`), and for operators, without one (scope `admin`).',
  tags: ['replies'],
  params: replyParams,
  headers: optionalLeaseIdHeaders,
  querystring: noQuery,
  body: ref<DiscardRequest>('DiscardRequest'),
  response: { 200: ref<Reply>('Reply', 'Superseded.') },
};
const errors = [...ANY, ...SESSION, ...LEASE_ID, ...BODY, 'reply-unknown', 'reply-settled', 'reply-sending', 'lease-lost', 'lease-unknown', ...STORE] as const;

const discardRoute: FastifyPluginAsyncTypebox<Pick<HttpParts, 'leases' | 'hashLeaseId'>> = async (app, { leases, hashLeaseId }) => {
  app.post('/v1/replies/:session/:replyId/discard', { schema, config: { errors, scopes: ['replies', 'admin'], budget: 'operate' } }, async (request) => {
    const key = keyOfPath(request.params.session);
    const { reason } = request.body;
    const replyId = request.params.replyId as ReplyId;
    const leaseIdHash = givenLeaseIdHash(request, hashLeaseId);
    // Whoever holds the session acts for it; whoever does not is an operator.
    needScope(request, leaseIdHash === undefined ? ['admin'] : ['replies']);
    const told = await leases.run({ namespace: request.namespace, key }, { kind: 'discard', replyId, leaseIdHash, reason });
    if (told.kind !== 'reply') throw refusalError(told);
    // A reply that nobody will get because somebody said so is worth a line.
    if (leaseIdHash === undefined) audit(request, 'discard', { session: key, replyId, reason });
    return { session: key, ...told.reply };
  });
};

export default fp(discardRoute, { name: 'discard-route', dependencies: ['schemas', 'problems', 'json-body', 'authentication'] });
