/** One reader of events, who may be slow. */
import { Readable } from 'node:stream';
import type { LoggedEvent } from '../session/event-log.ts';
import { EVENTS_KEPT_MAX } from '../session/limits.ts';
import { eventText, KEEP_ALIVE_TEXT } from './event-format.ts';

// Small enough that a full socket is noticed soon, large enough that a replay is not one write an event.
const EVENTS_PER_CHUNK = 100;

/**
 * Text is made only as fast as the socket takes it. Until then events wait here by reference, and whoever falls further
 * behind than the log reaches is cut off: its return with `Last-Event-ID` tells it that it missed some.
 */
export class EventStream extends Readable {
  readonly #backlog: LoggedEvent[] = [];
  readonly #backlogMax: number;
  #isWanted = false;
  #isEnding = false;

  constructor(opening: string, backlogMax = EVENTS_KEPT_MAX) {
    super({ encoding: 'utf8' });
    this.#backlogMax = backlogMax;
    this.push(opening);
  }

  offer(logged: LoggedEvent): void {
    if (this.#isEnding || this.destroyed) return;
    if (this.#backlog.length >= this.#backlogMax) {
      this.destroy();
      return;
    }
    this.#backlog.push(logged);
    this.#flush();
  }

  keepAlive(): void {
    // A reader that does not read has bytes on the way already.
    if (this.#isWanted) this.#isWanted = this.push(KEEP_ALIVE_TEXT);
  }

  /** Ends the stream after what the socket has been given; what still waits is there for the reader's return. */
  end(): void {
    if (this.#isEnding || this.destroyed) return;
    this.#isEnding = true;
    this.push(null);
  }

  override _read(): void {
    this.#isWanted = true;
    this.#flush();
  }

  #flush(): void {
    while (this.#isWanted && this.#backlog.length > 0 && !this.#isEnding) {
      this.#isWanted = this.push(this.#backlog.splice(0, EVENTS_PER_CHUNK).map(eventText).join(''));
    }
  }
}
