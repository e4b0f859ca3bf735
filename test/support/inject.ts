/** The lease API through `inject`: no socket, no real time. */
import type { FastifyInstance, LightMyRequestResponse as Response } from 'fastify';

export interface Call {
  readonly method?: 'GET' | 'PUT' | 'POST' | 'DELETE' | 'PATCH' | 'OPTIONS' | 'HEAD';
  readonly url: string;
  readonly leaseId?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** A lease id of the least length, told apart by how it begins. */
export const leaseIdOf = (name: string): string => name.padEnd(22, '-');

export const call = (app: FastifyInstance, { method = 'GET', url, leaseId, body, headers }: Call): Promise<Response> =>
  app.inject({
    method,
    url,
    headers: {
      ...(leaseId !== undefined && { 'lease-id': leaseId }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
  });

export const pathOf = (session: string): string => `/v1/leases/${encodeURIComponent(session)}`;

export const acquire = (app: FastifyInstance, session: string, name: string, body: object = {}): Promise<Response> =>
  call(app, { method: 'PUT', url: pathOf(session), leaseId: leaseIdOf(name), body: { holder: name, ...body } });

export const renew = (app: FastifyInstance, session: string, name: string, body: object = {}): Promise<Response> =>
  call(app, { method: 'POST', url: `${pathOf(session)}/renew`, leaseId: leaseIdOf(name), body });

export const release = (app: FastifyInstance, session: string, name: string): Promise<Response> =>
  call(app, { method: 'DELETE', url: pathOf(session), leaseId: leaseIdOf(name) });

export const inspect = (app: FastifyInstance, session: string): Promise<Response> => call(app, { url: pathOf(session) });

/** Lets whatever was begun run until so many wait for the session: turns of the event loop, not time. */
export const untilWaiting = async (app: FastifyInstance, session: string, count: number): Promise<void> => {
  for (let turn = 0; turn < 100; turn += 1) {
    const state = (await inspect(app, session)).json() as { waiters: unknown[] };
    if (state.waiters.length === count) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`${count} were to wait for ${session}`);
};
