/** What an instance remembers of the store, in case the store forgets it: the largest fencing token that it was told, and how long leases that it was told of may live. */
import type { Clock } from '../../clock.ts';
import type { FencingToken } from '../../session/types.ts';

export class Remembered {
  readonly #clock: Clock;
  #token = 0 as FencingToken;
  /** For TTLs of up to so many milliseconds, rounded up to a power of two: the longest, and until when a lease with it may live. */
  readonly #ttls = new Map<number, { ttlMs: number; untilMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get token(): FencingToken {
    return this.#token;
  }

  sawToken(token: FencingToken): void {
    if (token > this.#token) this.#token = token;
  }

  sawLease({ fencingToken, ttlMs, remainingMs }: { readonly fencingToken: FencingToken; readonly ttlMs: number; readonly remainingMs: number }): void {
    this.sawToken(fencingToken);
    const size = Math.ceil(Math.log2(ttlMs));
    const seen = this.#ttls.get(size) ?? { ttlMs: 0, untilMs: 0 };
    const untilMs = this.#clock.now().monoMs + remainingMs;
    this.#ttls.set(size, { ttlMs: Math.max(seen.ttlMs, ttlMs), untilMs: Math.max(seen.untilMs, untilMs) });
  }

  /** The longest TTL of the leases that may still be live; 0 when none is remembered. */
  longestTtlMs(): number {
    const { monoMs } = this.#clock.now();
    for (const [size, { untilMs }] of this.#ttls) if (untilMs <= monoMs) this.#ttls.delete(size);
    return Math.max(0, ...[...this.#ttls.values()].map(({ ttlMs }) => ttlMs));
  }
}
