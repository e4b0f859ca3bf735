/** Who may call: with a static key set, whoever shows it. Every request belongs to a namespace; without a key file there is one. */
import { hash, timingSafeEqual } from 'node:crypto';
import type { FastifyPluginAsync } from 'fastify';
import fp from 'fastify-plugin';
import { HoldfastError } from '../../session/errors.ts';
import type { Namespace } from '../../session/types.ts';
import type { HttpParts } from '../parts.ts';

declare module 'fastify' {
  interface FastifyRequest {
    namespace: Namespace;
  }
}

/** Where everybody is who has no key of a key file. */
export const DEFAULT_NAMESPACE = 'default' as Namespace;
const BEARER = /^Bearer +(\S+)$/i;

// Hashing both sides makes them equally long, so that the comparison tells nothing by its time.
const digest = (key: string): Buffer => hash('sha256', key, 'buffer');

const authentication: FastifyPluginAsync<Pick<HttpParts, 'apiKey'>> = async (app, { apiKey }) => {
  app.decorateRequest('namespace', DEFAULT_NAMESPACE);
  if (apiKey === undefined) return;
  const expected = digest(apiKey);

  app.addHook('onRequest', (request, _reply, done) => {
    const given = BEARER.exec(request.headers.authorization ?? '')?.[1];
    if (given !== undefined && timingSafeEqual(digest(given), expected)) done();
    else done(new HoldfastError('unauthorized', 'Send the header "Authorization: Bearer <key>" with a valid key.'));
  });
};

export default fp(authentication, { name: 'authentication', dependencies: ['problems'] });
