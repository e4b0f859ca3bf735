/** `GET /v1/replies`: the replies of all sessions, page by page. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import fp from 'fastify-plugin';
import { LIST_LIMIT_DEFAULT } from '../../session/limits.ts';
import { cursorAfterListed, listedPlaceOfCursor } from '../cursor.ts';
import { ANY, STORE } from '../operation-errors.ts';
import type { HttpParts } from '../parts.ts';
import { repliesQuery } from '../schemas/parameters.ts';
import { ref } from '../schemas/ref.ts';
import type { ReplyList } from '../schemas/reply-answers.ts';

const schema = {
  operationId: 'listReplies',
  summary: 'List replies',
  description:
    'Replies of all sessions, by the time when each is due (those that are settled, when they were), then by session key. Without payloads. With `due=true`, those that a courier may take now. A page may be short, or empty, and still have a `nextCursor`: go on until there is none.',
  tags: ['replies'],
  querystring: repliesQuery,
  response: { 200: ref<ReplyList>('ReplyList', 'A page of replies.') },
};
const errors = [...ANY, 'cursor-invalid', ...STORE] as const;

const listRepliesRoute: FastifyPluginAsyncTypebox<Pick<HttpParts, 'leases'>> = async (app, { leases }) => {
  app.get('/v1/replies', { schema, config: { errors, scopes: ['replies', 'read'], budget: 'read' } }, async (request) => {
    const { state, due = false, limit = LIST_LIMIT_DEFAULT, cursor } = request.query;
    const after = cursor === undefined ? undefined : listedPlaceOfCursor(cursor);
    const page = await leases.listReplies({ namespace: request.namespace, state, due, limit, after });
    return {
      replies: page.replies.map(({ key, reply }) => ({ session: key, ...reply })),
      ...(page.nextAfter !== undefined && { nextCursor: cursorAfterListed(page.nextAfter) }),
    };
  });
};

export default fp(listRepliesRoute, { name: 'list-replies-route', dependencies: ['schemas', 'problems', 'strict-query', 'authentication'] });
