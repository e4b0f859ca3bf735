/** `GET /v1/leases/{session}`: who holds a session, who waits, who was before. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import fp from 'fastify-plugin';
import { ANY, SESSION, STORE } from '../operation-errors.ts';
import type { HttpParts } from '../parts.ts';
import type { SessionState } from '../schemas/answers.ts';
import { noQuery, sessionParams } from '../schemas/parameters.ts';
import { ref } from '../schemas/ref.ts';
import { keyOfPath } from '../session-key.ts';

const schema = {
  operationId: 'inspectSession',
  summary: 'Look at a session',
  description: 'Answers for any well-formed key, also for a session that nobody has named yet.',
  tags: ['leases'],
  params: sessionParams,
  querystring: noQuery,
  response: { 200: ref<SessionState>('SessionState', 'The session as it is now.') },
};
const errors = [...ANY, ...SESSION, ...STORE] as const;

const inspectRoute: FastifyPluginAsyncTypebox<Pick<HttpParts, 'leases'>> = async (app, { leases }) => {
  app.get('/v1/leases/:session', { schema, config: { errors, scopes: ['lease', 'read'], budget: 'read' } }, async (request) => {
    const key = keyOfPath(request.params.session);
    const view = await leases.run({ namespace: request.namespace, key }, { kind: 'inspect' });
    return { session: key, ...view };
  });
};

export default fp(inspectRoute, { name: 'inspect-route', dependencies: ['schemas', 'problems', 'authentication'] });
