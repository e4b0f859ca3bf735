/** How long a proposer waits that found another at work: a few round trips, more each time, and never as long as the other, so that one of them comes first. */
import type { Clock } from '../../clock.ts';

const AGAIN_MS_MIN = 3;
const AGAIN_MS_MAX = 40;

export class Pacing {
  readonly #clock: Clock;
  readonly #random: () => number;

  /** @param random from 0 to 1 */
  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  /** @param tries how often it was in vain before */
  pause(tries: number): Promise<void> {
    const mostMs = Math.min(AGAIN_MS_MAX, AGAIN_MS_MIN * 2 ** (tries + 1));
    return new Promise((resolve) => void this.#clock.after(this.#between(AGAIN_MS_MIN, mostMs), resolve));
  }

  /** When whoever waits for a session looks again that seemed to be free, and could not be had. */
  againMs(): number {
    return this.#between(AGAIN_MS_MIN, AGAIN_MS_MAX);
  }

  #between(leastMs: number, mostMs: number): number {
    return leastMs + this.#random() * (mostMs - leastMs);
  }
}
