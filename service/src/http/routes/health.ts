/** `GET /healthz` and `GET /readyz`, for whoever starts and balances instances. They need no key. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import fp from 'fastify-plugin';
import { HoldfastError } from '../../session/errors.ts';
import type { StoreCheck } from '../../session/store.ts';
import type { HttpParts } from '../parts.ts';
import { noQuery } from '../schemas/parameters.ts';
import { ref } from '../schemas/ref.ts';
import type { Health, Readiness } from '../schemas/service-answers.ts';

const healthSchema = {
  operationId: 'checkHealth',
  summary: 'Is the process alive?',
  tags: ['service'],
  security: [],
  querystring: noQuery,
  response: { 200: ref<Health>('Health', 'It is.') },
};
const readySchema = {
  operationId: 'checkReadiness',
  summary: 'Should this instance be sent requests?',
  description: 'Not while a background loop of the store has stopped or its server is away, nor once shutdown has begun. One node of a quorum that is away is listed with `ok: false`, and the instance is ready as long as a majority votes. Risks that were accepted by name are listed with what they cost.',
  tags: ['service'],
  security: [],
  querystring: noQuery,
  response: { 200: ref<Readiness>('Readiness', 'It should.') },
};

const healthRoutes: FastifyPluginAsyncTypebox<Pick<HttpParts, 'store' | 'lifecycle'>> = async (app, { store, lifecycle }) => {
  app.get('/healthz', { schema: healthSchema, config: { errors: ['request-invalid', 'misdirected'] } }, async () => ({ status: 'ok' as const }));

  app.get('/readyz', { schema: readySchema, config: { errors: ['request-invalid', 'misdirected', 'not-ready'] } }, async () => {
    const accepted = store.acceptedRisks.map(({ name, cost }) => ({ name: `accepted-${name}`, ok: true, detail: cost }));
    const checks: readonly StoreCheck[] = [...store.checks(), ...accepted, lifecycle.stopping ? { name: 'instance', ok: false, detail: 'shutting down' } : { name: 'instance', ok: true }];
    const failed = checks.filter(({ ok, isSpare }: StoreCheck) => !ok && !isSpare);
    const told = checks.map(({ isSpare: _, ...check }) => check);
    if (failed.length > 0) throw new HoldfastError('not-ready', `Not ready: ${failed.map(({ name }) => name).join(', ')}.`, { members: { checks: told } });
    return { status: 'ready' as const, checks: told };
  });
};

export default fp(healthRoutes, { name: 'health-routes', dependencies: ['schemas', 'problems'] });
