/** `POST /v1/leases/{session}/yield`: ask the holder to give way. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import fp from 'fastify-plugin';
import { ANY, BODY, SESSION, STORE } from '../operation-errors.ts';
import type { HttpParts } from '../parts.ts';
import { needScope } from '../plugins/authentication.ts';
import { refusalError } from '../refusals.ts';
import type { YieldAnswer } from '../schemas/answers.ts';
import { noQuery, sessionParams } from '../schemas/parameters.ts';
import { ref } from '../schemas/ref.ts';
import type { YieldRequest } from '../schemas/requests.ts';
import { audit } from '../audit.ts';
import { keyOfPath } from '../session-key.ts';

const schema = {
  operationId: 'askToYield',
  summary: 'Ask the holder to yield',
  description:
    'The holder learns of it by event and with its next renewal. With `graceMs` the lease ends after that span or at its current expiry, whichever is later; of several requests the earliest end wins. It needs the scope `preempt` besides.',
  tags: ['operations'],
  params: sessionParams,
  querystring: noQuery,
  body: ref<YieldRequest>('YieldRequest'),
  response: { 202: ref<YieldAnswer>('YieldAnswer', 'The holder is asked.') },
};
const errors = [...ANY, ...SESSION, ...BODY, 'lease-not-held', ...STORE] as const;

const yieldRoute: FastifyPluginAsyncTypebox<Pick<HttpParts, 'leases'>> = async (app, { leases }) => {
  app.post('/v1/leases/:session/yield', { schema, config: { errors, scopes: ['lease', 'admin'], budget: 'operate' } }, async (request, reply) => {
    const key = keyOfPath(request.params.session);
    if (request.body.graceMs !== undefined) needScope(request, ['preempt']);
    const asked = await leases.run({ namespace: request.namespace, key }, { kind: 'yield', ...request.body });
    if (asked.kind !== 'asked') throw refusalError(asked);
    audit(request, 'yield', { session: key, holder: asked.holder, by: request.body.by, reason: request.body.reason, graceMs: request.body.graceMs });
    return reply.code(202).send({ session: key, holder: asked.holder, yieldRequest: asked.yieldRequest });
  });
};

export default fp(yieldRoute, { name: 'yield-route', dependencies: ['schemas', 'problems', 'json-body', 'authentication'] });
