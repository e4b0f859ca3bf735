/** A small HTTP server on loopback that answers JSON with JSON, and tells the demo its port. */
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tellParent } from './parent.ts';

export const readJson = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
};

/** Listens on a port that the system chooses, and answers once the demo knows its URL. */
export const listenForParent = async (server: Server): Promise<void> => {
  server.keepAliveTimeout = 0; // a gateway that was paused finds its idle connections open when it goes on
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await tellParent({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
};

