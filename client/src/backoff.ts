/** How long to wait before the next attempt. Pure. */

/** Exponential back-off with full jitter: anything from 0 to the bound, so that those who failed together do not come back together. */
export const fullJitterMs = (attempt: number, baseMs: number, maxMs: number, fraction: number): number =>
  fraction * Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 30));

/** The same with half of the bound certain, for loops that must never spin. */
export const halfJitterMs = (attempt: number, baseMs: number, maxMs: number, fraction: number): number =>
  fullJitterMs(attempt, baseMs, maxMs, 0.5 + fraction / 2);
