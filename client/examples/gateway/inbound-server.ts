/** Where the channels send their messages: `POST /chat` and `POST /mail`. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Gateway } from './gateway.ts';
import { InboundError, messageOf } from './inbound.ts';

const BODY_BYTES_MAX = 262_144;

const CHANNELS = { '/chat': 'chat', '/mail': 'mail' } as const;

const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) request.destroy();
  });
  try {
    return JSON.parse(await text(request));
  } catch (error) {
    throw new InboundError(`The body must be JSON of at most ${BODY_BYTES_MAX} bytes.`, { cause: error });
  }
};

const answer = (response: ServerResponse, status: number, detail: string): void => void response.writeHead(status, { 'content-type': 'text/plain' }).end(`${detail}\n`);

const receive = async (gateway: Gateway, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const channel = CHANNELS[request.url as keyof typeof CHANNELS];
  if (request.method !== 'POST' || !channel) return answer(response, 404, 'POST to /chat or /mail.');
  const message = messageOf(channel, await bodyOf(request));
  const taken = await gateway.accept(message);
  // Whoever is not told that the message has arrived sends it again, which is what we want then.
  if (taken === 'full') answer(response, 503, 'Too many messages are waiting.');
  else answer(response, 202, message.replyId);
};

export const inboundServer = (gateway: Gateway, log: (event: string, facts: object) => void): Server =>
  createServer((request, response) => {
    receive(gateway, request, response).catch((error: unknown) => {
      if (error instanceof InboundError) return answer(response, 400, error.message);
      log('not received', { error: String(error) });
      answer(response, 500, 'The message could not be kept.');
    });
  });
