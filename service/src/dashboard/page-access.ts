/**
 * Who may see the pages for people. With keys in force they need `read`, by a key in the header or by a sign-in; who has neither is shown where to sign in.
 * A sign-in opens these pages and what can be done on them, and never the API.
 */
import cookie from '@fastify/cookie';
import rateLimit from '@fastify/rate-limit';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Access } from '../access/access.ts';
import { accessOfSignIn, makeSignIn, SIGN_IN_COOKIE, SIGN_IN_S } from '../access/sign-in.ts';
import { audit } from '../http/audit.ts';
import type { HttpParts } from '../http/parts.ts';
import { accessOfKey, needScope } from '../http/plugins/authentication.ts';
import { counterOf } from '../http/plugins/rate-limits.ts';
import { HoldfastError } from '../session/errors.ts';
import { signInPage } from './page.ts';

/** What is needed to show the page where to sign in. */
const OPEN_PATHS = /^\/(?:dashboard\/assets\/|dashboard\/sign-in$)/;

/** Whether a request that changes something comes from our own pages: a browser says where it is from. */
const isFromOurPages = ({ headers }: FastifyRequest): boolean => {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const { origin, host } = headers;
  return origin === undefined || URL.parse(origin)?.host === host;
};

const pageAccess: FastifyPluginAsync<Pick<HttpParts, 'access' | 'clock' | 'rates'>> = async (app, { access: control, clock, rates }) => {
  await app.register(cookie);
  await app.register(rateLimit, { global: false });
  const count = control.withoutKey ? undefined : counterOf(app, 'read', rates);
  app.decorateRequest('access');
  app.decorateRequest('namespace');
  const wallS = (): number => Math.floor(clock.now().wallUs / 1_000_000);

  const accessOf = (request: FastifyRequest): Access | undefined => {
    if (control.withoutKey) return control.withoutKey;
    if (request.headers.authorization !== undefined) return accessOfKey(request, control);
    const signIn = request.cookies[SIGN_IN_COOKIE];
    return signIn === undefined ? undefined : accessOfSignIn(control, signIn, wallS());
  };

  app.addHook('onRequest', async (request, reply): Promise<FastifyReply | undefined> => {
    const [path = ''] = request.url.split('?');
    if (request.method !== 'GET' && request.method !== 'HEAD' && !isFromOurPages(request)) throw new HoldfastError('forbidden', 'This is for the pages of this service alone.', { members: { scopes: [] } });
    if (OPEN_PATHS.test(path)) return undefined;
    const access = accessOf(request);
    if (!access) {
      // Whoever can show a page is shown one; all others get the error of the API.
      if (/\btext\/html\b/.test(request.headers.accept ?? '') && request.method === 'GET') return reply.code(401).type('text/html; charset=utf-8').header('cache-control', 'no-store').send(signInPage());
      throw new HoldfastError('unauthorized', 'Sign in at /, or send the header "Authorization: Bearer <key>" with a valid key.');
    }
    request.access = access;
    request.namespace = access.namespace;
    needScope(request, ['read']);
    await count?.(request);
    return undefined;
  });

  const cookieTerms = (request: FastifyRequest) => ({ path: '/', httpOnly: true, sameSite: 'strict', secure: request.protocol === 'https' }) as const;

  // The key stands in the header alone, as everywhere, so that no log or history of addresses and bodies has it.
  app.post('/dashboard/sign-in', { schema: { hide: true } }, async (request, reply) => {
    request.access = accessOfKey(request, control);
    request.namespace = request.access.namespace;
    needScope(request, ['read']);
    const signIn = makeSignIn(control, request.access, wallS());
    if (signIn === undefined) return reply.code(204).send();
    audit(request, 'sign-in', {});
    return reply.setCookie(SIGN_IN_COOKIE, signIn, { ...cookieTerms(request), maxAge: SIGN_IN_S }).code(204).send();
  });

  app.post('/dashboard/sign-out', { schema: { hide: true } }, async (request, reply) => reply.clearCookie(SIGN_IN_COOKIE, cookieTerms(request)).code(204).send());
};

export default fp(pageAccess, { name: 'page-access', dependencies: ['problems'] });
