/** What the seam's parameters mean for a lease. Pure. */
import type { AcquireOptions } from '../../src/index.ts';
import type { SessionWriteLockParams } from './seam.ts';

/** Spans in milliseconds. */
export interface TtlBounds {
  /** No shorter TTL is asked for, whatever `staleMs` says. Default 1,000, the service's own smallest. */
  readonly ttlMsMin?: number;
  /** No longer TTL is asked for, whatever `staleMs` says. Default 30,000; the service takes up to 3,600,000. */
  readonly ttlMsMax?: number;
}

const TTL_MS_MIN = 1_000;
const TTL_MS_MAX = 30_000;
const MAX_HOLD_MS_MIN = 1_000;
const MAX_HOLD_MS_MAX = 604_800_000;

const between = (min: number, value: number, max: number): number => Math.round(Math.min(Math.max(value, min), max));

/**
 * `timeoutMs` is the wait, and 0 means none. `maxHoldMs` is kept within what the service takes, 1 s to 7 days.
 *
 * `staleMs` becomes the TTL, and the TTL is no longer than `ttlMsMax`: the seam needs half an hour, longer than any turn, because nothing tells it that the
 * holder lives. A lease is renewed while its holder lives, so a short TTL takes nothing from a slow turn, and after a crash the session is free within seconds.
 *
 * `allowReentrant` is not here: inside a run every acquisition nests. What it decides is whether the run's own acquisitions exclude each other.
 */
export const leaseTermsOf = (params: SessionWriteLockParams, { ttlMsMin = TTL_MS_MIN, ttlMsMax = TTL_MS_MAX }: TtlBounds = {}): AcquireOptions => {
  const { timeoutMs, staleMs, maxHoldMs, signal } = params;
  return {
    reentrant: true,
    ...(timeoutMs !== undefined && { waitMs: timeoutMs }),
    ...(staleMs !== undefined && { ttlMs: between(ttlMsMin, staleMs, ttlMsMax) }),
    ...(maxHoldMs !== undefined && { maxHoldMs: between(MAX_HOLD_MS_MIN, maxHoldMs, MAX_HOLD_MS_MAX) }),
    ...(signal && { signal }),
  };
};
