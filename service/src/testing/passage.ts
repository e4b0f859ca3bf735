/** Lets time pass quickly: from timer to timer, each at its own moment, and what it starts comes to rest before the next. */
import type { OffsetClock } from './offset-clock.ts';
import type { Quiet } from './quiet.ts';

export class Passage {
  readonly #clock: OffsetClock;
  readonly #quiet: Quiet;
  #last: Promise<void> = Promise.resolve();

  constructor(clock: OffsetClock, quiet: Quiet) {
    this.#clock = clock;
    this.#quiet = quiet;
  }

  /** Moves the clock on by `ms`; one call after the other. Rejects with what a timer throws. */
  advance(ms: number): Promise<void> {
    const move = this.#last.then(() => this.#move(ms));
    // A timer that throws fails the move that fired it, and not the next one.
    this.#last = move.catch(() => {});
    return move;
  }

  async #move(ms: number): Promise<void> {
    const clock = this.#clock;
    const quiet = this.#quiet;
    const endMs = clock.now().monoMs + ms;
    clock.hold();
    try {
      await quiet.settle();
      for (let dueMs = clock.nextDueMs; dueMs <= endMs; dueMs = clock.nextDueMs) {
        clock.moveTo(dueMs);
        const { signs } = quiet;
        // The service's own rounds are many and mostly idle; what a client does may have a way to go before anything shows.
        if (clock.fireDue().has('callers')) await quiet.settle();
        else await quiet.glance(signs);
      }
      clock.moveTo(endMs);
    } finally {
      clock.resume();
    }
  }
}
