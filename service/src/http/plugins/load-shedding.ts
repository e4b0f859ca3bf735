/**
 * Refuses work while the event loop is late, before latency collapses for everybody: first what takes and looks, then what parks, and last of all what keeps
 * leases alive. What is refused was not looked at, and may be sent again.
 */
import underPressure from '@fastify/under-pressure';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { HoldfastError } from '../../session/errors.ts';
import type { Budget } from '../budgets.ts';
import type { HttpParts } from '../parts.ts';

/**
 * How late the event loop may be, on average over a second, before requests of a kind are refused. A pause now and then is no overload, and who was stopped
 * for seconds has heartbeats to answer before anything else.
 */
export const LATENESS_MS_MAX: Readonly<Record<Budget, number>> = { take: 250, read: 250, operate: 500, replies: 1_000, keep: 10_000 };
const SAMPLE_MS = 1_000;

export const isShed = (budget: Budget, latenessMs: number): boolean => latenessMs >= LATENESS_MS_MAX[budget];

/** Starting is work, and no overload. */
const SETTLING_MS = 5_000;

const loadShedding: FastifyPluginAsync<Pick<HttpParts, 'clock'>> = async (app, { clock }) => {
  let shedsFromMs = Infinity;
  app.addHook('onListen', async () => void (shedsFromMs = clock.now().monoMs + SETTLING_MS));
  await app.register(underPressure, {
    maxEventLoopDelay: Math.min(...Object.values(LATENESS_MS_MAX)),
    sampleInterval: SAMPLE_MS,
    pressureHandler: async ({ routeOptions: { config } }: FastifyRequest, _reply, _type, latenessMs = 0) => {
      if (config.budget === undefined || !isShed(config.budget, latenessMs) || clock.now().monoMs < shedsFromMs) return;
      throw new HoldfastError('overloaded', `This instance is ${Math.round(latenessMs)} ms behind. Requests of the kind "${config.budget}" are refused until it has caught up.`, { outcome: 'not-applied' });
    },
  });
};

export default fp(loadShedding, { name: 'load-shedding', dependencies: ['problems'] });
