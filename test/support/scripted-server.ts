/** An HTTP server on loopback that answers as a test tells it. It closes with the test. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface ScriptedServer {
  readonly baseUrl: string;
  readonly seen: SeenRequest[];
}

export type Handler = (request: SeenRequest, response: ServerResponse) => void;

export const scriptedServer = async (t: { teardown(end: () => Promise<unknown>): void }, handler: Handler): Promise<ScriptedServer> => {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const told: SeenRequest = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body };
      seen.push(told);
      handler(told, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
};

/** Answers as the service does, with a body of one's own; without a store id, as something else would. */
export const reply = (response: ServerResponse, status: number, body?: unknown, storeId: string | null = 'st_1'): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...(storeId !== null && { 'holdfast-store': storeId }) });
  response.end(body === undefined ? undefined : JSON.stringify(body));
};

/** A base URL where nobody listens. */
export const deadUrl = async (): Promise<string> => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${port}`;
};
