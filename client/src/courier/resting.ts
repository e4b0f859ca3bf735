/** Sessions that came to nothing a moment ago: they are left alone for a while, each time longer, so that they neither keep a courier busy nor hold up the others. */
import { halfJitterMs } from '../backoff.ts';
import type { RandomFraction } from '../chance.ts';
import type { Clock } from '../clock.ts';

interface Rest {
  readonly failures: number;
  readonly untilMs: number;
}

const REST_MS_MAX = 30_000;
const SESSIONS_MAX = 1_000;

export class Resting {
  readonly #clock: Clock;
  readonly #random: RandomFraction;
  readonly #restMs: number;
  readonly #sessions = new Map<string, Rest>();

  /** @param restMs the first rest is at most this long */
  constructor(clock: Clock, random: RandomFraction, restMs: number) {
    this.#clock = clock;
    this.#random = random;
    this.#restMs = Math.min(restMs, REST_MS_MAX);
  }

  get size(): number {
    // Who has been left in peace for so long begins anew.
    for (const [session, { untilMs }] of this.#sessions) if (untilMs + REST_MS_MAX < this.#clock.now().monoMs) this.#sessions.delete(session);
    return this.#sessions.size;
  }

  has(session: string): boolean {
    return (this.#sessions.get(session)?.untilMs ?? -Infinity) > this.#clock.now().monoMs;
  }

  begin(session: string): void {
    const failures = this.#sessions.get(session)?.failures ?? 0;
    const untilMs = this.#clock.now().monoMs + halfJitterMs(failures, this.#restMs, REST_MS_MAX, this.#random());
    this.#sessions.delete(session);
    this.#sessions.set(session, { failures: failures + 1, untilMs });
    // Beyond the limit the one that rests the longest may be looked at early: it is only work that comes to nothing.
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > SESSIONS_MAX && oldest !== undefined) this.#sessions.delete(oldest);
  }

  end(session: string): void {
    this.#sessions.delete(session);
  }
}
