/** Tells an open page that something has changed, at most twice a second: it then looks for itself. */
import { Readable } from 'node:stream';
import type { Clock, Timer } from '../clock.ts';

const PERIOD_MS = 500;
const CHANGED = 'event: changed\ndata: \n\n';

export class Changes extends Readable {
  readonly #clock: Clock;
  #timer: Timer | undefined;
  #isWanted = false;

  constructor(clock: Clock) {
    super({ encoding: 'utf8' });
    this.#clock = clock;
    this.push('retry: 1000\n\n');
  }

  happened(): void {
    if (this.#timer || this.destroyed) return;
    this.#timer = this.#clock.after(PERIOD_MS, () => {
      this.#timer = undefined;
      // A page that does not read looks by itself when it does again.
      if (this.#isWanted && !this.destroyed) this.#isWanted = this.push(CHANGED);
    });
  }

  keepAlive(): void {
    if (this.#isWanted && !this.destroyed) this.#isWanted = this.push(': still here\n\n');
  }

  end(): void {
    if (!this.destroyed) this.push(null);
  }

  override _read(): void {
    this.#isWanted = true;
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#timer?.cancel();
    done(error);
  }
}
