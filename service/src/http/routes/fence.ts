/** `GET /v1/leases/{session}/fence`: the verdict on a fencing token. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import fp from 'fastify-plugin';
import type { FencingToken } from '../../session/types.ts';
import { ANY, SESSION, STORE } from '../operation-errors.ts';
import type { HttpParts } from '../parts.ts';
import type { FenceVerdict } from '../schemas/answers.ts';
import { fenceQuery, sessionParams } from '../schemas/parameters.ts';
import { ref } from '../schemas/ref.ts';
import { keyOfPath } from '../session-key.ts';

const schema = {
  operationId: 'checkFencingToken',
  summary: 'Judge a fencing token',
  description: 'Right, or `unknown`, and `unknown` counts as stale. It is true of the moment it was computed: only a check at the resource, in the step that writes, fences.',
  tags: ['leases'],
  params: sessionParams,
  querystring: fenceQuery,
  response: { 200: ref<FenceVerdict>('FenceVerdict', 'The verdict.') },
};
const errors = [...ANY, ...SESSION, ...STORE] as const;

const fenceRoute: FastifyPluginAsyncTypebox<Pick<HttpParts, 'leases'>> = async (app, { leases }) => {
  app.get('/v1/leases/:session/fence', { schema, config: { errors, scopes: ['lease', 'read'], budget: 'read' } }, async (request) => {
    const key = keyOfPath(request.params.session);
    const verdict = await leases.run({ namespace: request.namespace, key }, { kind: 'fence', fencingToken: request.query.token as FencingToken });
    return { session: key, ...verdict };
  });
};

export default fp(fenceRoute, { name: 'fence-route', dependencies: ['schemas', 'problems', 'strict-query', 'authentication'] });
