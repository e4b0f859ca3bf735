/** Who may call: every route of the API names the scopes of which a caller needs one, and every request belongs to the namespace of its key. */
import type { FastifyPluginAsync, FastifyRequest, RouteOptions } from 'fastify';
import fp from 'fastify-plugin';
import type { Access } from '../../access/access.ts';
import type { Scope } from '../../access/scopes.ts';
import { HoldfastError } from '../../session/errors.ts';
import type { Namespace } from '../../session/types.ts';
import type { HttpParts } from '../parts.ts';

declare module 'fastify' {
  interface FastifyRequest {
    access: Access;
    namespace: Namespace;
  }
  interface FastifyContextConfig {
    /** Of these scopes a caller needs one; with none named any valid key will do. */
    scopes?: readonly Scope[];
  }
}

const BEARER = /^Bearer +(\S+)$/i;

/** The key itself stands in the header alone, and is told to nobody. */
const unauthorized = (): HoldfastError => new HoldfastError('unauthorized', 'Send the header "Authorization: Bearer <key>" with a valid key.');

/** Of a doubled header Node.js keeps the first, and a proxy may have judged the other. `rawHeaders` has names and values in turns. */
const isDoubled = (rawHeaders: readonly string[]): boolean => {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) if (rawHeaders[at]!.length === 13 && rawHeaders[at]!.toLowerCase() === 'authorization') count += 1;
  return count > 1;
};

/** @throws HoldfastError where there is no valid key */
export const accessOfKey = (request: FastifyRequest, control: HttpParts['access']): Access => {
  if (control.withoutKey) return control.withoutKey;
  const given = isDoubled(request.raw.rawHeaders) ? undefined : request.headers.authorization;
  const key = BEARER.exec(given ?? '')?.[1];
  const access = key === undefined ? undefined : control.find(key);
  if (!access) throw unauthorized();
  return access;
};

/** @throws HoldfastError where the caller has none of these scopes */
export const needScope = ({ access }: FastifyRequest, scopes: readonly Scope[]): void => {
  if (scopes.length === 0 || scopes.some((scope) => access.scopes.has(scope))) return;
  throw new HoldfastError('forbidden', `The key needs the scope ${scopes.join(' or ')}.`, { members: { scopes } });
};

const demandScopes = ({ method, url, config }: RouteOptions): void => {
  if (config?.scopes === undefined) throw new Error(`${String(method)} ${url} does not say which scopes it needs`);
};

const authentication: FastifyPluginAsync<Pick<HttpParts, 'access'>> = async (app, { access }) => {
  app.decorateRequest('access');
  app.decorateRequest('namespace');
  app.addHook('onRoute', demandScopes);
  app.addHook('onRequest', (request, _reply, done) => {
    try {
      request.access = accessOfKey(request, access);
      request.namespace = request.access.namespace;
      needScope(request, request.routeOptions.config.scopes ?? []);
      done();
    } catch (error) {
      done(error as HoldfastError);
    }
  });
};

export default fp(authentication, { name: 'authentication', dependencies: ['problems'] });
