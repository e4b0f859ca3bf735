/** A chat channel over HTTP that keeps a record of what it took, and that fails in every way a channel does: before it takes a message, after, and for good. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monotonicMs } from '../monotonic.ts';
import type { Accepted } from './record.ts';

export interface ChannelFaults {
  /** How often it answers 502, and has not taken the message. */
  readonly refuses: number;
  /** How often it takes the message and cuts the connection. */
  readonly swallows: number;
}

/** A message that the channel will never take says so. */
export const REFUSED_TEXT = 'never to be taken';

const bodyOf = async (request: IncomingMessage): Promise<Omit<Accepted, 'atMs'>> => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text) as Omit<Accepted, 'atMs'>;
};

export class Channel {
  readonly accepted: Accepted[] = [];
  /** What it did instead of answering well, by kind. */
  readonly faults = { refused: 0, swallowed: 0, forbidden: 0 };
  /** How it fails from now on. */
  chances: ChannelFaults;
  readonly #chance: () => number;
  readonly #server: Server;

  constructor(chance: () => number, chances: ChannelFaults) {
    this.#chance = chance;
    this.chances = chances;
    this.#server = createServer((request, response) => void this.#take(request, response));
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let sent: Omit<Accepted, 'atMs'>;
    try {
      sent = await bodyOf(request);
    } catch {
      // Its sender was killed in the midst of it: nothing was taken.
      return;
    }
    if (sent.text.includes(REFUSED_TEXT)) {
      this.faults.forbidden += 1;
      response.writeHead(403).end();
    } else if (this.#chance() < this.chances.refuses) {
      this.faults.refused += 1;
      response.writeHead(502).end();
    } else {
      this.accepted.push({ ...sent, atMs: monotonicMs() });
      if (this.#chance() >= this.chances.swallows) return void response.writeHead(204).end();
      this.faults.swallowed += 1;
      request.socket.destroy();
    }
  }
}
