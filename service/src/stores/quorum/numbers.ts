/** Ballot numbers: larger than any that this instance has seen, and of the size of the time, so that one that has just started need not ask twice. */
import type { StoreClock } from './store-clock.ts';

export class Numbers {
  readonly #clock: Pick<StoreClock, 'now'>;
  readonly #instanceId: string;
  #latest = 0;
  #proposals = 0;

  constructor(clock: Pick<StoreClock, 'now'>, instanceId: string) {
    this.#clock = clock;
    this.#instanceId = instanceId;
  }

  next(): number {
    this.#latest = Math.max(this.#latest + 1, this.#clock.now().wallUs);
    return this.#latest;
  }

  /** Some node has promised this one. */
  saw(number: number): void {
    this.#latest = Math.max(this.#latest, number);
  }

  /** A name that no other proposal has, of this instance or of another. */
  newProposer(): string {
    this.#proposals += 1;
    return `${this.#instanceId}:${this.#proposals}`;
  }
}
