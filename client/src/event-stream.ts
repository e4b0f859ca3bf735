/** The event stream: one per client while it has leases, reopened after every break. */
import { AsyncResource } from 'node:async_hooks';
import { halfJitterMs } from './backoff.ts';
import type { RandomFraction } from './chance.ts';
import type { Clock, Timer } from './clock.ts';
import type { Logger } from './logger.ts';
import { pause } from './pause.ts';
import { EventParser, type ServerSentEvent } from './server-sent-events.ts';

/** Opens the stream; `lastEventId` is where the one before broke off. */
export type OpenStream = (lastEventId: string | undefined, signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>;

export interface EventStreamParts {
  readonly open: OpenStream;
  readonly clock: Clock;
  readonly random: RandomFraction;
  readonly logger: Logger;
  readonly onEvent: (event: ServerSentEvent) => void;
  /** The stream begins without knowing what happened before: whoever listens has to look for itself. */
  readonly onGap: () => void;
}

const PAUSE_MS = 200;
const PAUSE_MS_MAX = 15_000;
/** A stream that nobody needs any more is kept for the next lease a little while: leases often follow each other. */
const LINGER_MS = 1_000;

export class EventStream {
  readonly #parts: EventStreamParts;
  readonly #begin = AsyncResource.bind((controller: AbortController) => void this.#follow(controller.signal));
  #running: AbortController | undefined;
  #lingering: Timer | undefined;

  constructor(parts: EventStreamParts) {
    this.#parts = parts;
  }

  /** Is needed from now on. */
  start(): void {
    this.#lingering?.cancel();
    this.#lingering = undefined;
    if (this.#running) return;
    this.#running = new AbortController();
    this.#begin(this.#running);
  }

  /** Is not needed any more. */
  idle(): void {
    if (!this.#running || this.#lingering) return;
    this.#lingering = this.#parts.clock.after(LINGER_MS, () => this.stop());
  }

  stop(): void {
    this.#lingering?.cancel();
    this.#lingering = undefined;
    this.#running?.abort();
    this.#running = undefined;
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { clock, random, logger } = this.#parts;
    let lastEventId: string | undefined;
    for (let failures = 0; !signal.aborted; failures += 1) {
      const parser = new EventParser();
      try {
        const chunks = await this.#parts.open(lastEventId, signal);
        if (lastEventId === undefined) this.#parts.onGap();
        for await (const chunk of chunks) {
          for (const event of parser.push(chunk)) this.#parts.onEvent(event);
          failures = 0;
        }
      } catch (error) {
        if (signal.aborted) return;
        logger.debug({ err: error }, 'the event stream broke off; heartbeats serve until it is back');
      }
      lastEventId = parser.lastId ?? lastEventId;
      // Aborted while it pauses: nobody needs the stream any more, and the loop ends.
      await pause(clock, halfJitterMs(failures, PAUSE_MS, PAUSE_MS_MAX, random()), signal).catch(() => {});
    }
  }
}
