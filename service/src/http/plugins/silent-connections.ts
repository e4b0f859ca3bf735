/**
 * Bounds how many connections are open, and ends, when the app closes, the connections that were opened and have never said anything. Node takes them for busy ones,
 * and would wait for a request that need not come: browsers and pools open connections in advance.
 */
import type { Socket } from 'node:net';
import type { FastifyPluginAsync } from 'fastify';
import fp from 'fastify-plugin';
import { CONNECTIONS_MAX } from '../limits.ts';

const silentConnections: FastifyPluginAsync = async (app) => {
  app.server.maxConnections = CONNECTIONS_MAX;
  const open = new Set<Socket>();
  let closing = false;
  app.server.on('connection', (socket: Socket) => {
    if (closing) return void socket.destroy();
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  app.addHook('preClose', async () => {
    closing = true;
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
  });
};

export default fp(silentConnections, { name: 'silent-connections' });
