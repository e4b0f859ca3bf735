/** Lets what one process does to the spool happen one after another, in the order in which it was asked for. */
import { SpoolFullError } from './errors.ts';

export class Turns {
  readonly #waitingMax: number;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(waitingMax: number) {
    this.#waitingMax = waitingMax;
  }

  /** @throws SpoolFullError too many wait already */
  async next<R>(step: () => Promise<R>): Promise<R> {
    if (this.#waiting >= this.#waitingMax) throw new SpoolFullError(`${this.#waiting} calls wait for the spool's disk already.`);
    this.#waiting += 1;
    const turn = this.#last.then(step).finally(() => (this.#waiting -= 1));
    // The caller is told; whoever comes next is not concerned.
    this.#last = turn.catch(() => {});
    return turn;
  }
}
