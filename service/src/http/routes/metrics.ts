/** `GET /metrics`, for Prometheus. With keys in force it needs one with `read`, of whatever namespace: nothing in it tells of any. */
import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import fp from 'fastify-plugin';
import type { HttpParts } from '../parts.ts';
import { noQuery } from '../schemas/parameters.ts';

const example = '# HELP holdfast_leases Live leases.\n# TYPE holdfast_leases gauge\nholdfast_leases 3\n';

const schema = {
  operationId: 'scrapeMetrics',
  summary: 'Metrics',
  description: 'In the text format of Prometheus. Gauges are of the whole store, counters and histograms of this instance. No label is a session, a holder or a namespace.',
  tags: ['service'],
  querystring: noQuery,
  response: { 200: Type.Unsafe<string>({ description: 'All metrics.', content: { 'text/plain': { schema: { type: 'string' }, example } } }) },
};
const errors = ['request-invalid', 'unauthorized', 'forbidden', 'misdirected', 'rate-limited', 'overloaded', 'internal'] as const;

const metricsRoute: FastifyPluginAsyncTypebox<Pick<HttpParts, 'metrics'>> = async (app, { metrics }) => {
  app.get('/metrics', { schema, config: { errors, scopes: ['read'], budget: 'read' } }, async (_request, reply) => {
    reply.header('content-type', metrics.contentType).header('cache-control', 'no-store');
    return reply.send(await metrics.text());
  });
};

export default fp(metricsRoute, { name: 'metrics-route', dependencies: ['problems', 'strict-query', 'authentication'] });
