/** Waits until what was begun has come to rest, as far as one process can see that of itself. */
import type { Clock } from '../clock.ts';

/** Turns of the event loop, on either side of a pause: bytes between two sockets of this process need one or two. */
const TURNS = 5;
/** The kernel may be late by this, on a machine that is busy. */
const PAUSE_MS = 1;
/** Somebody who never rests is not waited for longer. */
const SETTLE_MS_MAX = 1_000;

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

export class Quiet {
  readonly #clock: Clock;
  #signs = 0;

  /** @param clock the real one: bytes and callbacks take real time */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A sign of life: a connection, a request, an answer, a commit. */
  note(): void {
    this.#signs += 1;
  }

  /** How many signs there were. */
  get signs(): number {
    return this.#signs;
  }

  /** Gives what the service has just done one turn to show, since that is when a commit is made, and settles only if something does. */
  async glance(signsBefore: number): Promise<void> {
    await turns(1);
    if (this.#signs !== signsBefore) await this.settle();
  }

  /** Resolves when no sign of life was seen for a while. */
  async settle(): Promise<void> {
    const endsAtMs = this.#clock.now().monoMs + SETTLE_MS_MAX;
    for (;;) {
      const before = this.#signs;
      await turns(TURNS);
      await this.#pause();
      await turns(TURNS);
      if (this.#signs === before || this.#clock.now().monoMs >= endsAtMs) return;
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => this.#clock.after(PAUSE_MS, resolve).ref?.());
  }
}
