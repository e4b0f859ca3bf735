/** How long to wait before the next attempt. Pure. */

/** Exponential back-off with full jitter: anything from 0 to the bound, so that those who failed together do not come back together. */
export const fullJitterMs = (attempt: number, baseMs: number, maxMs: number, fraction: number): number =>
  fraction * Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 30));

/** The same with half of the bound certain, for loops that must never spin. */
export const halfJitterMs = (attempt: number, baseMs: number, maxMs: number, fraction: number): number =>
  fullJitterMs(attempt, baseMs, maxMs, 0.5 + fraction / 2);

/**
 * The same for a call that goes from one endpoint to the next: not at all while another one has not been asked in this round, then longer each round.
 * @param failures those that stood behind us before this one
 */
export const roundJitterMs = (failures: number, endpoints: number, baseMs: number, maxMs: number, fraction: number): number =>
  (failures + 1) % endpoints === 0 ? halfJitterMs(Math.floor(failures / endpoints), baseMs, maxMs, fraction) : 0;
