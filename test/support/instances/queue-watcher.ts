/**
 * Looks at a session's queue each time that an instance's event stream tells of a new waiter there, through any of the instances. What it sees is the
 * store's own order, at one moment of the store's, and goes into the history.
 */
import { get, type ClientRequest } from 'node:http';
import { pause } from '../until.ts';
import type { FailOver } from './fail-over.ts';

const AGAIN_AFTER_MS = 100;
const WAITING = /^event: waiting\n(?:.*\n)*?data: (.*)$/m;

export class QueueWatcher {
  /** Events of new waiters, of all streams together. */
  told = 0;
  readonly #ways: FailOver;
  readonly #streams = new Set<ClientRequest>();
  /** Sessions that are being looked at; true where somebody came meanwhile. */
  readonly #looking = new Map<string, boolean>();
  readonly #watched: Promise<void>;
  #stopped = false;

  constructor(baseUrls: readonly string[], ways: FailOver) {
    this.#ways = ways;
    this.#watched = Promise.all(baseUrls.map((baseUrl) => this.#watch(`${baseUrl}/v1/events`))).then(() => {});
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const stream of this.#streams) stream.destroy();
    await this.#watched;
  }

  async #watch(url: string): Promise<void> {
    while (!this.#stopped) {
      await this.#read(url);
      if (!this.#stopped) await pause(AGAIN_AFTER_MS);
    }
  }

  /** Resolves when the stream has ended, in whatever way. */
  #read(url: string): Promise<void> {
    return new Promise((resolve) => {
      let unread = '';
      const request = get(url, { agent: false }, (answer) => {
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => {
          const blocks = (unread + chunk).split('\n\n');
          unread = blocks.pop() ?? '';
          for (const block of blocks) this.#told(block);
        });
        // A cut is an end like any other here; its close follows.
        answer.on('error', () => {});
      });
      this.#streams.add(request);
      // Nobody listens there just now; its close follows.
      request.on('error', () => {});
      request.on('close', () => {
        this.#streams.delete(request);
        resolve();
      });
    });
  }

  #told(block: string): void {
    const [, text] = WAITING.exec(block) ?? [];
    if (text === undefined) return;
    this.told += 1;
    const { session } = JSON.parse(text) as { session: string };
    if (this.#looking.has(session)) this.#looking.set(session, true);
    else void this.#look(session);
  }

  async #look(session: string): Promise<void> {
    do {
      this.#looking.set(session, false);
      // One that is not answered shows nothing; the history says so.
      await this.#ways.once((api) => api.noting(session, { kind: 'inspect' }, (plain) => plain.inspect(session))).catch(() => {});
    } while (this.#looking.get(session) && !this.#stopped);
    this.#looking.delete(session);
  }
}
