/**
 * Keeps apart the acquisitions of one run. They share the run's lease, so the lease cannot: two tools of a run that write the session at the same time must
 * exclude each other as they did before.
 */
import { WaitersFullError } from '../../src/index.ts';

const WAITING_MAX = 1_000;

export class OneAtATime {
  #inside = 0;
  readonly #waiting = new Set<() => void>();

  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Resolves once it is the caller's turn, in order of arrival; at once for one that joins those inside.
   * @param endOfWait asked for only by one that has to wait
   * @throws the reason of `endOfWait`. WaitersFullError 1,000 wait already.
   */
  enter(joins: boolean, endOfWait: () => AbortSignal): Promise<void> {
    if (this.#inside === 0 || joins) {
      this.#inside += 1;
      return Promise.resolve();
    }
    if (this.#waiting.size >= WAITING_MAX) return Promise.reject(new WaitersFullError(`${WAITING_MAX} acquisitions of this run wait already.`));
    const signal = endOfWait();
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        this.#waiting.delete(admit);
        reject(signal.reason);
      };
      const admit = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      this.#waiting.add(admit);
      if (signal.aborted) giveUp();
      else signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  leave(): void {
    this.#inside -= 1;
    const [next] = this.#waiting;
    if (this.#inside > 0 || !next) return;
    this.#waiting.delete(next);
    this.#inside += 1;
    next();
  }
}
