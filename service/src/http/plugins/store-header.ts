/** Every answer names its store, so that a client never fails over to an endpoint with other leases. */
import type { FastifyPluginAsync } from 'fastify';
import fp from 'fastify-plugin';
import type { HttpParts } from '../parts.ts';

export const STORE_HEADER = 'holdfast-store';

const storeHeader: FastifyPluginAsync<Pick<HttpParts, 'store'>> = async (app, { store }) => {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.header(STORE_HEADER, store.storeId);
    done();
  });
};

export default fp(storeHeader, { name: 'store-header' });
