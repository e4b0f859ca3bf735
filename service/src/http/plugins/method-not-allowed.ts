/** A known address that is asked with another method says which it takes. */
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import fp from 'fastify-plugin';
import { HoldfastError } from '../../session/errors.ts';

export type MethodsByAddress = Map<string, Set<string>>;

/** Notes the methods of every route that is registered from now on. */
export const noteMethods = (app: FastifyInstance): MethodsByAddress => {
  const noted: MethodsByAddress = new Map();
  app.addHook('onRoute', ({ url, method }) => {
    const methods = noted.get(url) ?? new Set();
    for (const name of [method].flat()) methods.add(name);
    noted.set(url, methods);
  });
  return noted;
};

/** Registered after all routes. */
const methodNotAllowed: FastifyPluginAsync<{ noted: MethodsByAddress }> = async (app, { noted }) => {
  for (const [url, methods] of [...noted]) {
    const others = app.supportedMethods.filter((method) => !methods.has(method));
    const allow = [...methods].sort().join(', ');
    app.route({
      url,
      method: others,
      schema: { hide: true },
      // Before anything is read of the body.
      onRequest: (_request, reply, done) => {
        reply.header('allow', allow);
        done(new HoldfastError('method-not-allowed', `This address takes ${allow}.`));
      },
      handler: () => {},
    });
  }
};

export default fp(methodNotAllowed, { name: 'method-not-allowed', dependencies: ['problems'] });
