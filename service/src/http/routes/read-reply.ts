/** `GET /v1/replies/{session}/{replyId}`: one reply, with its payload. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import fp from 'fastify-plugin';
import type { ReplyId } from '../../session/types.ts';
import { ANY, SESSION, STORE } from '../operation-errors.ts';
import type { HttpParts } from '../parts.ts';
import { refusalError } from '../refusals.ts';
import { noQuery, replyParams } from '../schemas/parameters.ts';
import { ref } from '../schemas/ref.ts';
import type { ReplyWithPayload } from '../schemas/reply-answers.ts';
import { keyOfPath } from '../session-key.ts';

const schema = {
  operationId: 'readReply',
  summary: 'Read a reply',
  description: 'The one answer that has the payload. A delivered reply is remembered for 7 days, and has none any more.',
  tags: ['replies'],
  params: replyParams,
  querystring: noQuery,
  response: { 200: ref<ReplyWithPayload>('ReplyWithPayload', 'The reply as it is now.') },
};
const errors = [...ANY, ...SESSION, 'reply-unknown', ...STORE] as const;

const readReplyRoute: FastifyPluginAsyncTypebox<Pick<HttpParts, 'leases'>> = async (app, { leases }) => {
  app.get('/v1/replies/:session/:replyId', { schema, config: { errors, scopes: ['replies', 'admin'], budget: 'read' } }, async (request) => {
    const key = keyOfPath(request.params.session);
    const found = await leases.readReply({ namespace: request.namespace, key }, request.params.replyId as ReplyId);
    if (found.kind !== 'reply') throw refusalError(found);
    const { reply, payload } = found;
    return { session: key, ...reply, ...(payload !== undefined && { payload: JSON.parse(payload) as unknown }) };
  });
};

export default fp(readReplyRoute, { name: 'read-reply-route', dependencies: ['schemas', 'problems', 'authentication'] });
