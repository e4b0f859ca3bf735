/**
 * How long a holder may believe that it holds. Pure: clock readings in, verdicts out.
 *
 * An answer says how long the lease lived on when it was computed, which was after its request was sent. Counted from the
 * moment of sending, the span is over before the lease is, on any clock whose rate is right by 1 %.
 */
import type { Now } from './clock.ts';

/** The part of a span that is believed: clock rates may differ by 1 %. */
export const BELIEVED_PART = 0.99;
/** Taken off besides, for the ways from a look at the clock to an effect. */
export const MARGIN_MS = 50;
/**
 * How far monotonic and wall clock may go apart before neither is believed. Below it the one that says more time has
 * passed counts, so that a short sleep costs nothing in safety; time services step a clock by more than this.
 */
export const DIVERGENCE_MS_MAX = 500;

export interface Validity {
  /** Both clocks when the request was sent that was answered last. */
  readonly sent: Now;
  /** The lease is believed while both clocks are before theirs. */
  readonly deadlineMonoMs: number;
  readonly deadlineWallMs: number;
}

/** `uncertain`: the clocks went apart. `over`: the deadline has passed. */
export type Verdict = 'valid' | 'uncertain' | 'over';

const wallMs = ({ wallUs }: Now): number => wallUs / 1000;

/**
 * What an answer is worth.
 * @param sent both clocks when its request was sent
 * @param livesMs how long, by the store's clock, the lease lives at least from then on
 */
export const validityOf = (sent: Now, livesMs: number): Validity => {
  const spanMs = livesMs * BELIEVED_PART - MARGIN_MS;
  return { sent, deadlineMonoMs: sent.monoMs + spanMs, deadlineWallMs: wallMs(sent) + spanMs };
};

/** How much further the wall clock went than the monotonic one, between two readings. */
export const divergenceMs = (from: Now, to: Now): number => wallMs(to) - wallMs(from) - (to.monoMs - from.monoMs);

const wentApart = (from: Now, to: Now): boolean => Math.abs(divergenceMs(from, to)) > DIVERGENCE_MS_MAX;

/**
 * What two answers are worth together. A renewal never moves an expiry back, so the later deadline is right, whichever
 * answer came first. Where the clocks went apart between them, only the one that was sent later counts.
 */
export const combine = (one: Validity, other: Validity): Validity => {
  const [older, newer] = one.sent.monoMs <= other.sent.monoMs ? [one, other] : [other, one];
  if (wentApart(older.sent, newer.sent)) return newer;
  return {
    sent: newer.sent,
    deadlineMonoMs: Math.max(older.deadlineMonoMs, newer.deadlineMonoMs),
    deadlineWallMs: Math.max(older.deadlineWallMs, newer.deadlineWallMs),
  };
};

export const judge = (validity: Validity, now: Now): Verdict => {
  if (now.monoMs >= validity.deadlineMonoMs) return 'over';
  if (wentApart(validity.sent, now)) return 'uncertain';
  return wallMs(now) >= validity.deadlineWallMs ? 'over' : 'valid';
};

/** How long the lease may still be believed, in milliseconds; 0 when it may not. */
export const believedMs = (validity: Validity, now: Now): number =>
  judge(validity, now) === 'valid' ? Math.min(validity.deadlineMonoMs - now.monoMs, validity.deadlineWallMs - wallMs(now)) : 0;
