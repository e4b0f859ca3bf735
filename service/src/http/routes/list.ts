/** `GET /v1/leases`: live leases, page by page. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import fp from 'fastify-plugin';
import type { SessionView } from '../../session/commands.ts';
import { LIST_LIMIT_DEFAULT } from '../../session/limits.ts';
import type { SessionKey } from '../../session/types.ts';
import { cursorAfter, keyOfCursor } from '../cursor.ts';
import { ANY, STORE } from '../operation-errors.ts';
import type { HttpParts } from '../parts.ts';
import type { LeaseList } from '../schemas/answers.ts';
import { listQuery } from '../schemas/parameters.ts';
import { ref } from '../schemas/ref.ts';

const schema = {
  operationId: 'listLeases',
  summary: 'List live leases',
  description: 'In byte order of the session key. A page may be short, or empty, and still have a `nextCursor`: go on until there is none.',
  tags: ['leases'],
  querystring: listQuery,
  response: { 200: ref<LeaseList>('LeaseList', 'A page of live leases.') },
};
const errors = [...ANY, 'cursor-invalid', ...STORE] as const;

type Listed = LeaseList['leases'][number];

/** One entry, or nothing for a lease that ended while the page was made. */
const listed = (session: SessionKey, view: SessionView): Listed[] => {
  const { held, holder, fencingToken, ttlMs, remainingMs, heldForMs, lastRenewedMsAgo, metadata, yieldRequest, waiters, parkedReplies } = view;
  if (!held) return [];
  const entry = { session, holder, fencingToken, ttlMs, remainingMs, heldForMs, lastRenewedMsAgo, metadata, yieldRequest, waiters: waiters.length, parkedReplies };
  return [entry as Listed];
};

const listRoute: FastifyPluginAsyncTypebox<Pick<HttpParts, 'leases'>> = async (app, { leases }) => {
  app.get('/v1/leases', { schema, config: { errors, scopes: ['read'], budget: 'read' } }, async (request) => {
    const { prefix, holder, limit = LIST_LIMIT_DEFAULT, cursor } = request.query;
    const after = cursor === undefined ? undefined : keyOfCursor(cursor);
    const page = await leases.list({ namespace: request.namespace, prefix, holder, limit, after });
    return {
      leases: page.leases.flatMap(({ key, view }) => listed(key, view)),
      ...(page.nextAfter !== undefined && { nextCursor: cursorAfter(page.nextAfter) }),
    };
  });
};

export default fp(listRoute, { name: 'list-route', dependencies: ['schemas', 'problems', 'strict-query', 'authentication'] });
