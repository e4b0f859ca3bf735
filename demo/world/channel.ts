/** The chat channel, a process of its own: it records durably what the user receives, in the order of receiving, and only then answers. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { appendDurably } from './durable-lines.ts';
import { listenForParent, readJson } from './listen.ts';
import { endWithParent, settingsFromParent } from './parent.ts';

/** What a gateway sends to a user. */
export interface Delivery {
  /** The message that it answers. It is the idempotency key too. */
  readonly messageId: string;
  readonly session: string;
  /** An apology is what a user gets instead of a reply. */
  readonly kind: 'reply' | 'apology';
  readonly text: string;
}

/** What the user received, and when: wall clock, in milliseconds. */
export interface Received extends Delivery {
  readonly receivedAtMs: number;
}

export interface ChannelSettings {
  readonly recordPath: string;
}

const { recordPath } = settingsFromParent<ChannelSettings>();

const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const delivery = (await readJson(request)) as Delivery;
  const received: Received = { ...delivery, receivedAtMs: Date.now() };
  appendDurably(recordPath, received);
  response.writeHead(204).end();
};

endWithParent();
const server = createServer((request, response) => {
  receive(request, response).catch((error: unknown) => {
    // A gateway that was killed in the middle of its request is part of the demo; nothing was recorded then.
    if (!response.destroyed) response.writeHead(400).end(String(error));
  });
});
await listenForParent(server);
