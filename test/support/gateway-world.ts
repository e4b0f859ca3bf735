/** What the example gateway talks to, in the test's own process: a model provider, a chat service and a mail server, whose answers the test decides. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** Something that a channel has taken. */
export interface Received {
  readonly channel: 'chat' | 'mail';
  /** The id to deduplicate by. */
  readonly key: string;
  readonly to: string;
  readonly text: string;
}

/** What becomes of a request: an HTTP status, a reset connection, or no answer at all. What is silent has been taken. */
export type Fate = number | 'reset' | 'silent';

interface Body {
  readonly messages?: readonly string[];
  readonly conversation?: string;
  readonly to?: string;
  readonly messageId?: string;
  readonly text?: string;
}

export class GatewayWorld {
  /** Everything that the channels took, repeats included, in order. */
  readonly received: Received[] = [];
  /** The prompts that the model was asked, in order. */
  readonly asked: string[] = [];
  /** The prompts that it answered. */
  readonly answered: string[] = [];
  /** Decides about the n-th call for a prompt, from 1. */
  ofModel: (prompt: string, call: number) => Fate = () => 200;
  /** Decides about the n-th sending of a text, from 1. */
  ofChannel: (text: string, sending: number) => Fate = () => 204;
  readonly #sendings: string[] = [];
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await json(request)) as Body;
    if (request.url === '/model') return this.#complete(body.messages ?? [], response);
    const key = String(request.headers['idempotency-key'] ?? body.messageId);
    const received = { channel: request.url === '/chat/messages' ? 'chat' : 'mail', key, to: body.conversation ?? body.to ?? '', text: body.text ?? '' } as const;
    this.#sendings.push(received.text);
    const fate = this.ofChannel(received.text, count(this.#sendings, received.text));
    if (fate === 'silent' || fate === 204) this.received.push(received);
    end(fate, response);
  }

  #complete(messages: readonly string[], response: ServerResponse): void {
    const prompt = messages.at(-1) ?? '';
    this.asked.push(prompt);
    const fate = this.ofModel(prompt, count(this.asked, prompt));
    if (fate === 200) this.answered.push(prompt);
    end(fate, response, { text: `re ${prompt}, after ${(messages.length - 1) / 2}` });
  }
}

const count = (all: readonly string[], one: string): number => all.filter((each) => each === one).length;

const end = (fate: Fate, response: ServerResponse, body?: object): void => {
  if (fate === 'silent') return;
  if (fate === 'reset') response.socket?.resetAndDestroy();
  else response.writeHead(fate).end(body && JSON.stringify(body));
};
