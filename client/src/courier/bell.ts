/** Wakes the courier between its rounds. A ring that comes while it is awake counts for its next rest. */
import type { Clock } from '../clock.ts';

export class Bell {
  readonly #clock: Clock;
  #rung = false;
  #wake: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** Resolves after `restMs`, or at a ring. The timer keeps the process alive, as a server's socket would. */
  rest(restMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#clock.after(restMs, () => this.#wake?.());
      this.#wake = () => {
        timer.cancel();
        this.#wake = undefined;
        this.#rung = false;
        resolve();
      };
      if (this.#rung) this.#wake();
    });
  }
}
