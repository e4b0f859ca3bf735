/**
 * The bare server's process: the same routes with the same schemas, bodies and Fastify settings as the service, and nothing
 * behind them. It is what Fastify itself costs, and what every ratio is against.
 */
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { grant, renewal } from '../../../service/src/http/schemas/answers.ts';
import { acquireRequest, renewRequest, type AcquireRequest } from '../../../service/src/http/schemas/requests.ts';
import { serverOptions } from '../../../service/src/http/server-options.ts';

const BOUNDS = { ttlMsMin: 1_000, ttlMsMax: 3_600_000 };
const FENCING_TOKEN = 1_760_000_000_000_001;
const RENEWED = { fencingToken: FENCING_TOKEN, ttlMs: 60_000, remainingMs: 60_000, renewAfterMs: 20_000, waiters: 0, parkedReplies: 0 };

interface OneSession {
  Params: { session: string };
}

const app = Fastify(serverOptions({ instanceId: 'bare', storeId: 'none' }));
for (const schema of [acquireRequest(BOUNDS), renewRequest(BOUNDS), grant, renewal]) app.addSchema(schema);

const acquire = { body: { $ref: 'AcquireRequest#' }, response: { 201: { $ref: 'Grant#' } } };
app.put<OneSession & { Body: AcquireRequest }>('/v1/leases/:session', { schema: acquire }, async (request, reply) => {
  reply.code(201);
  return {
    session: request.params.session,
    holder: request.body.holder,
    fencingToken: FENCING_TOKEN,
    ttlMs: 60_000,
    remainingMs: 60_000,
    renewAfterMs: 20_000,
    waitedMs: 0,
    parkedReplies: 0,
  };
});

const renew = { body: { $ref: 'RenewRequest#' }, response: { 200: { $ref: 'Renewal#' } } };
app.post('/v1/leases/:session/renew', { schema: renew }, async () => RENEWED);

app.delete('/v1/leases/:session', async (_request, reply) => {
  reply.code(204);
});

await app.listen({ host: '127.0.0.1', port: 0 });
process.send?.(app.server.address() as AddressInfo);
process.once('disconnect', () => process.exit());
