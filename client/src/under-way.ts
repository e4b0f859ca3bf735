/** What a client has begun and not ended: closing ends it all, and waits for it. */
import { follow } from './abort.ts';
import type { Clock } from './clock.ts';
import { ClientClosedError } from './errors.ts';
import { pause } from './pause.ts';

export class UnderWay {
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  readonly #calls = new Set<Promise<unknown>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Aborted with `ClientClosedError`. */
  get closed(): AbortSignal {
    return this.#closing.signal;
  }

  assertOpen(): void {
    this.#closing.signal.throwIfAborted();
  }

  /** Runs what closing has to end. */
  async run<R>(given: AbortSignal | undefined, run: (signal: AbortSignal) => Promise<R>): Promise<R> {
    const controller = new AbortController();
    const unfollow = follow(controller, [given, this.#closing.signal]);
    const running = run(controller.signal).finally(unfollow);
    this.#calls.add(running);
    try {
      return await running;
    } finally {
      this.#calls.delete(running);
    }
  }

  /** Waits, when it closes, for something that ends by itself once `closed` is aborted. */
  add(ended: Promise<unknown>): void {
    this.#calls.add(ended);
    void ended.finally(() => this.#calls.delete(ended));
  }

  /** Ends everything, and waits for it no longer than `drainMs`: what a turn has generated is kept while there is still a connection to do it by. */
  async end(drainMs: number): Promise<void> {
    this.#closing.abort(new ClientClosedError());
    const inTime = new AbortController();
    const overdue = pause(this.#clock, drainMs, inTime.signal).catch(() => {
      // Everything has ended in time.
    });
    await Promise.race([Promise.allSettled(this.#calls), overdue]);
    inTime.abort();
  }
}
