/** Every error leaves as a problem document, and what is our own fault leaves a line in the log. */
import type { FastifyError, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { HoldfastError, type ErrorCode } from '../../session/errors.ts';
import { toldError } from '../known-errors.ts';
import { sendProblem } from '../problem.ts';
import { traceIdOf } from '../trace.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Counts an answer that is an error; whoever builds the app sets it. */
    countRefusal?: (code: ErrorCode) => void;
  }
}

const namedBy = (request: FastifyRequest): Readonly<Record<string, unknown>> => {
  const traceId = traceIdOf(request);
  return { requestId: request.id, method: request.method, ...(traceId !== undefined && { traceId }) };
};

export const answerError = (error: FastifyError | HoldfastError, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
  const told = toldError(error, request);
  const { log } = request.server;
  if (told.code === 'internal') log.error({ err: error, ...namedBy(request) }, 'a request failed');
  else if (told.code === 'store-unavailable') log.warn({ err: told, ...namedBy(request) }, 'the store did not answer');
  request.server.countRefusal?.(told.code);
  return sendProblem(reply, told);
};

const notFound = (request: FastifyRequest): HoldfastError => {
  const [path = ''] = request.url.split('?');
  return new HoldfastError('not-found', `There is nothing at ${path}.`);
};

const problems: FastifyPluginAsync = async (app) => {
  app.setErrorHandler<FastifyError | HoldfastError>(answerError);
  // Where there is nothing, no body is read to say so.
  app.addHook('onRequest', (request, _reply, done) => done(request.is404 ? notFound(request) : undefined));
  app.setNotFoundHandler((request, reply) => sendProblem(reply, notFound(request)));
};

export default fp(problems, { name: 'problems', dependencies: ['store-header'] });
