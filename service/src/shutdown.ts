/** Going away in good order, and in bounded time. */
import type { FastifyInstance } from 'fastify';
import type { Clock } from './clock.ts';

/** Connections that are still busy after this are cut. */
export const CONNECTIONS_MS_MAX = 5_000;
const IDLE_CHECK_MS = 50;

/**
 * Closes the app: no new connections, those who wait are answered, event streams end, requests under way finish. A
 * connection that its client keeps open without a request is closed; one that is busy for too long is cut.
 */
export const closeApp = async (app: FastifyInstance, clock: Clock, connectionsMsMax = CONNECTIONS_MS_MAX): Promise<void> => {
  const sweep = clock.every(IDLE_CHECK_MS, () => app.server.closeIdleConnections());
  const cut = clock.after(connectionsMsMax, () => app.server.closeAllConnections());
  try {
    await app.close();
  } finally {
    sweep.cancel();
    cut.cancel();
  }
};
