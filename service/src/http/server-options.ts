/** How the server behaves below the routes: limits on time and size, and what is answered before there is a route. */
import { LogController, type FastifyError, type FastifyHttpOptions, type FastifyHttpsOptions, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Server } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import { answerClientError } from './client-error.ts';
import * as limits from './limits.ts';
import { answerError } from './plugins/problems.ts';
import { STORE_HEADER } from './plugins/store-header.ts';
import { AJV_OPTIONS } from './validation.ts';

/** A certificate with its chain, and its private key, in PEM. */
export interface ServerTls {
  readonly cert: string;
  readonly key: string;
}

export interface ServerNames {
  readonly instanceId: string;
  readonly storeId: string;
  /** Plain HTTP without it. */
  readonly tls?: ServerTls | undefined;
}

export const serverOptions = ({ instanceId, storeId, tls }: ServerNames): FastifyHttpOptions<Server> => {
  let requests = 0;
  const nextRequestId = (): string => `${instanceId}-${(++requests).toString(36)}`;
  const server = { maxHeaderSize: limits.HEADER_BYTES_MAX, headersTimeout: limits.HEADERS_TIMEOUT_MS, connectionsCheckingInterval: limits.TIMEOUTS_CHECK_MS };
  const options: FastifyHttpOptions<Server> = {
    http: server,
    requestTimeout: limits.REQUEST_TIMEOUT_MS,
    connectionTimeout: limits.SOCKET_IDLE_MS,
    keepAliveTimeout: limits.KEEP_ALIVE_MS,
    bodyLimit: limits.BODY_BYTES_MAX,
    // Handlers have no timeout of their own: each call of the store has its deadline, the wait included, and nothing else is waited for.
    // Requests on connections that were open when shutdown began are answered as usual: a holder's renewal matters to the last.
    return503OnClosing: false,
    genReqId: nextRequestId,
    logController: new LogController({ disableRequestLogging: true }),
    // Longer than any address: overlong keys are refused by their own rule, with their own words.
    routerOptions: { maxParamLength: limits.HEADER_BYTES_MAX },
    ajv: { customOptions: AJV_OPTIONS },
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      void answerError(error, request, reply.header(STORE_HEADER, storeId));
    },
    clientErrorHandler: (error, socket) => answerClientError(error, socket, { storeId, requestId: nextRequestId() }),
  };
  if (!tls) return options;
  const { http: _plain, ...shared } = options;
  // Its server is one of HTTP above TLS, with the same methods and events.
  const secure: FastifyHttpsOptions<SecureServer> = { ...(shared as object), https: { ...server, ...tls, minVersion: 'TLSv1.2', handshakeTimeout: limits.HEADERS_TIMEOUT_MS } };
  return secure as unknown as FastifyHttpOptions<Server>;
};
