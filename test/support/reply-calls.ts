/** The API of replies through `inject`: no socket, no real time. */
import type { FastifyInstance, LightMyRequestResponse as Response } from 'fastify';
import { acquire, call, leaseIdOf } from './inject.ts';

export const replyPath = (session: string, replyId: string): string => `/v1/replies/${encodeURIComponent(session)}/${replyId}`;

/** Grants the session for a moment, so that there is a fencing token to park under; the lease is live until it is released. */
export const tokenOf = async (app: FastifyInstance, session: string, name: string, body: object = {}): Promise<number> => {
  const { fencingToken } = (await acquire(app, session, name, body)).json<{ fencingToken?: number }>();
  if (fencingToken === undefined) throw new Error(`${session} was to be granted to ${name}`);
  return fencingToken;
};

export const park = (app: FastifyInstance, session: string, replyId: string, body: object): Promise<Response> =>
  call(app, { method: 'PUT', url: replyPath(session, replyId), body: { holder: 'gateway-1', payload: 'hello', ...body } });

export const readReply = (app: FastifyInstance, session: string, replyId: string): Promise<Response> => call(app, { url: replyPath(session, replyId) });

/** @param name whose lease it is; without one no `Lease-Id` is sent */
const post = (app: FastifyInstance, url: string, name: string | undefined, body: object): Promise<Response> =>
  call(app, { method: 'POST', url, body, ...(name !== undefined && { leaseId: leaseIdOf(name) }) });

export const attempt = (app: FastifyInstance, session: string, replyId: string, name: string, body: object): Promise<Response> =>
  post(app, `${replyPath(session, replyId)}/attempts`, name, body);

export const replay = (app: FastifyInstance, session: string, replyId: string, name?: string, reason = 'try again'): Promise<Response> =>
  post(app, `${replyPath(session, replyId)}/replay`, name, { reason });

export const discard = (app: FastifyInstance, session: string, replyId: string, name?: string, reason = 'not wanted'): Promise<Response> =>
  post(app, `${replyPath(session, replyId)}/discard`, name, { reason });
