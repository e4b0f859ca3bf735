/** `GET /v1/replies/{session}`: the replies of one session, page by page. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import fp from 'fastify-plugin';
import { LIST_LIMIT_DEFAULT } from '../../session/limits.ts';
import { cursorAfterReply, replyPlaceOfCursor } from '../cursor.ts';
import { ANY, SESSION, STORE } from '../operation-errors.ts';
import type { HttpParts } from '../parts.ts';
import { sessionParams, sessionRepliesQuery } from '../schemas/parameters.ts';
import { ref } from '../schemas/ref.ts';
import type { ReplyList } from '../schemas/reply-answers.ts';
import { keyOfPath } from '../session-key.ts';

const schema = {
  operationId: 'listSessionReplies',
  summary: 'List the replies of a session',
  description:
    'In delivery order: by fencing token, then by sequence, then by parking. Without payloads. Answers for any well-formed key, also for a session that nobody has named yet.',
  tags: ['replies'],
  params: sessionParams,
  querystring: sessionRepliesQuery,
  response: { 200: ref<ReplyList>('ReplyList', 'A page of replies.') },
};
const errors = [...ANY, ...SESSION, 'cursor-invalid', ...STORE] as const;

const listSessionRepliesRoute: FastifyPluginAsyncTypebox<Pick<HttpParts, 'leases'>> = async (app, { leases }) => {
  app.get('/v1/replies/:session', { schema, config: { errors, scopes: ['replies', 'read'], budget: 'read' } }, async (request) => {
    const key = keyOfPath(request.params.session);
    const { state, limit = LIST_LIMIT_DEFAULT, cursor } = request.query;
    const after = cursor === undefined ? undefined : replyPlaceOfCursor(cursor);
    const page = await leases.run({ namespace: request.namespace, key }, { kind: 'list-replies', state, limit, after });
    return {
      replies: page.replies.map((reply) => ({ session: key, ...reply })),
      ...(page.nextAfter !== undefined && { nextCursor: cursorAfterReply(page.nextAfter) }),
    };
  });
};

export default fp(listSessionRepliesRoute, { name: 'list-session-replies-route', dependencies: ['schemas', 'problems', 'strict-query', 'authentication'] });
