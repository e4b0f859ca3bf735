/** Reads server-sent events from a real connection. */
import { get, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { until } from './until.ts';

export interface ReadEvent {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly payload: Record<string, unknown> | undefined;
}

const TEXT_CHARS_MAX = 100_000;

const parseBlock = (block: string): ReadEvent => {
  const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
  const payload = field('data');
  return { id: field('id'), event: field('event'), payload: payload === undefined ? undefined : (JSON.parse(payload) as Record<string, unknown>) };
};

export class EventReader {
  /** Blocks without an event name, the opening one and comments, are left out. */
  readonly events: ReadEvent[] = [];
  /** How the raw text begins. */
  text = '';
  isEnded = false;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly #request: ClientRequest;
  readonly #answer: IncomingMessage;

  private constructor(request: ClientRequest, answer: IncomingMessage) {
    this.#request = request;
    this.#answer = answer;
    this.status = answer.statusCode ?? 0;
    this.headers = answer.headers;
    answer.setEncoding('utf8');
    let unread = '';
    answer.on('data', (chunk: string) => {
      if (this.text.length < TEXT_CHARS_MAX) this.text += chunk;
      const blocks = (unread + chunk).split('\n\n');
      unread = blocks.pop() ?? '';
      this.events.push(...blocks.map(parseBlock).filter(({ event }) => event !== undefined));
    });
    // A cut is an end like any other here.
    answer.on('error', () => {});
    answer.once('close', () => (this.isEnded = true));
  }

  static open(url: string, headers: Record<string, string> = {}): Promise<EventReader> {
    return new Promise((resolve, reject) => {
      const request = get(url, { agent: false, headers });
      request.on('error', reject);
      request.once('response', (answer) => {
        resolve(new EventReader(request, answer));
      });
    });
  }

  /** Resolves with the first so many events once they are here. */
  async first(count: number): Promise<readonly ReadEvent[]> {
    await until(`${count} events were read`, () => this.events.length >= count);
    return this.events.slice(0, count);
  }

  pause(): void {
    this.#answer.pause();
  }

  resume(): void {
    this.#answer.resume();
  }

  close(): void {
    this.#request.destroy();
  }
}
