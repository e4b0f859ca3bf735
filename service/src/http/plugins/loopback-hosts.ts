/**
 * A service that needs no key answers only to the names of its own machine. A page of anybody's could otherwise have its own host name point here,
 * and a browser on this machine would let it read and write: DNS rebinding. Where a key is needed the page has none.
 */
import type { FastifyPluginAsync } from 'fastify';
import fp from 'fastify-plugin';
import { HoldfastError } from '../../session/errors.ts';
import type { HttpParts } from '../parts.ts';

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

const loopbackHosts: FastifyPluginAsync<Pick<HttpParts, 'access'>> = async (app, { access }) => {
  if (!access.withoutKey) return;
  app.addHook('onRequest', (request, _reply, done) => {
    const { host } = request.headers;
    // Browsers send one with every request; a client of HTTP/1.0 need not.
    if (host === undefined || LOOPBACK.test(host)) done();
    else done(new HoldfastError('misdirected', 'Without keys this service answers to localhost, 127.0.0.1 and [::1] only. Set HOLDFAST_KEYS to reach it by another name.'));
  });
};

export default fp(loopbackHosts, { name: 'loopback-hosts', dependencies: ['problems'] });
