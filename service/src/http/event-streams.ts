/** The open event streams of this instance: counted, kept alive, and ended together. */
import type { Clock, Timer } from '../clock.ts';
import { HoldfastError } from '../session/errors.ts';
import { EVENT_KEEP_ALIVE_MS } from './limits.ts';

/** What is kept open for a reader. */
export interface OpenStream {
  keepAlive(): void;
  end(): void;
  once(event: 'close', listener: () => void): unknown;
}

export interface StreamTerms {
  readonly onClose: () => void;
  /** Whether its reader may still be told anything. */
  readonly isAllowed: () => boolean;
}

export class EventStreams {
  readonly #open = new Map<OpenStream, StreamTerms>();
  readonly #keepAlive: Timer;
  readonly #openMax: number;
  #isClosed = false;

  constructor(clock: Clock, openMax: number) {
    this.#openMax = openMax;
    this.#keepAlive = clock.every(EVENT_KEEP_ALIVE_MS, () => {
      for (const [stream, { isAllowed }] of this.#open) {
        if (isAllowed()) stream.keepAlive();
        else stream.end();
      }
    });
  }

  /** @throws HoldfastError `streams-full`, `shutting-down` */
  checkRoom(): void {
    if (this.#isClosed) throw new HoldfastError('shutting-down', 'This instance is shutting down; another may answer.');
    if (this.#open.size >= this.#openMax) throw new HoldfastError('streams-full', `${this.#openMax} event streams are open already.`);
  }

  add(stream: OpenStream, terms: StreamTerms): void {
    this.#open.set(stream, terms);
    stream.once('close', () => {
      this.#open.delete(stream);
      terms.onClose();
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#keepAlive.cancel();
    for (const stream of this.#open.keys()) stream.end();
  }
}
