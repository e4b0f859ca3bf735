/** Counts the requests of each key against the budget that its route names, and refuses those beyond it for the rest of the second. */
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest, RouteOptions } from 'fastify';
import fp from 'fastify-plugin';
import { KEYS_MAX } from '../../access/key-file.ts';
import { HoldfastError } from '../../session/errors.ts';
import { BUDGETS, type Budget, type Rates } from '../budgets.ts';
import type { HttpParts } from '../parts.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a request of this route is counted against. */
    budget?: Budget;
  }
}

const WINDOW_MS = 1_000;

const demandBudget = ({ method, url, config }: RouteOptions): void => {
  if (config?.budget === undefined) throw new Error(`${String(method)} ${url} does not say which budget it is counted against`);
};

/** Counts requests of each key against one budget, and throws beyond it. `@fastify/rate-limit` must be registered. */
export const counterOf = (app: FastifyInstance, budget: Budget, rates: Rates): ((request: FastifyRequest) => Promise<void>) => {
  // The types do not know of `cache`: so many keys are counted, the one that was longest silent is forgotten first.
  const options = { max: rates[budget], timeWindow: WINDOW_MS, cache: KEYS_MAX, keyGenerator: ({ access: { keyId = '' } }: FastifyRequest) => keyId };
  const limiter = app.createRateLimit(options);
  return async (request) => {
    const counted = await limiter(request);
    if (counted.isAllowed || !counted.isExceeded) return;
    throw new HoldfastError('rate-limited', `This key may send ${counted.max} requests of the kind "${budget}" a second here.`, { outcome: 'not-applied', members: { budget, perSecond: counted.max } });
  };
};

const rateLimits: FastifyPluginAsync<Pick<HttpParts, 'access' | 'rates'>> = async (app, { access, rates }) => {
  app.addHook('onRoute', demandBudget);
  // Where everybody is the same caller, nobody can be told from a neighbour.
  if (access.withoutKey) return;
  await app.register(rateLimit, { global: false });
  const counters = Object.fromEntries(BUDGETS.map((budget) => [budget, counterOf(app, budget, rates)])) as Record<Budget, ReturnType<typeof counterOf>>;
  app.addHook('onRequest', (request) => counters[request.routeOptions.config.budget!](request));
};

export default fp(rateLimits, { name: 'rate-limits', dependencies: ['authentication'] });
