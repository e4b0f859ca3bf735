/** `GET /v1/leases`: live leases, page by page. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import fp from 'fastify-plugin';
import type { SessionView } from '../../session/commands.ts';
import { LIST_LIMIT_DEFAULT } from '../../session/limits.ts';
import type { SessionKey } from '../../session/types.ts';
import { cursorAfter, keyOfCursor } from '../cursor.ts';
import type { LeasePage } from '../../session/store.ts';
import { PAGE_METADATA_BYTES_MAX } from '../limits.ts';
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

/** A slow reader holds what it is sent in memory: no answer is larger than it has to be. */
const cutToFit = (page: LeasePage): LeasePage => {
  let bytes = 0;
  for (const [index, { view }] of page.leases.entries()) {
    bytes += view.metadata ? Buffer.byteLength(JSON.stringify(view.metadata)) : 0;
    if (bytes > PAGE_METADATA_BYTES_MAX) return { leases: page.leases.slice(0, index), nextAfter: page.leases[index - 1]!.key };
  }
  return page;
};

const listRoute: FastifyPluginAsyncTypebox<Pick<HttpParts, 'leases'>> = async (app, { leases }) => {
  app.get('/v1/leases', { schema, config: { errors, scopes: ['read'], budget: 'read' } }, async (request) => {
    const { prefix, holder, limit = LIST_LIMIT_DEFAULT, cursor } = request.query;
    const after = cursor === undefined ? undefined : keyOfCursor(cursor);
    const page = await leases.list({ namespace: request.namespace, prefix, holder, limit, after });
    const { leases: fitting, nextAfter } = cutToFit(page);
    return {
      leases: fitting.flatMap(({ key, view }) => listed(key, view)),
      ...(nextAfter !== undefined && { nextCursor: cursorAfter(nextAfter) }),
    };
  });
};

export default fp(listRoute, { name: 'list-route', dependencies: ['schemas', 'problems', 'strict-query', 'authentication'] });
