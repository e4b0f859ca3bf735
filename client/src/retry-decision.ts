/** What follows a failed attempt. Pure. */
import { fullJitterMs } from './backoff.ts';
import { isTransient, retryAfterOf } from './transient.ts';

export interface RetryLimits {
  readonly attempts: number;
  readonly baseMs: number;
  readonly maxMs: number;
  readonly retryAfterMsMax: number;
  readonly attemptNeedsMs: number;
  readonly isTransient: ((error: unknown) => boolean | undefined) | undefined;
}

export interface FailedAttempt {
  readonly error: unknown;
  /** From 1. */
  readonly attempt: number;
  /** How long the lease can be held at most. */
  readonly holdRemainingMs: number;
  readonly wallMs: number;
  readonly fraction: number;
}

export type RetryDecision = { readonly kind: 'retry'; readonly delayMs: number } | { readonly kind: 'give-up' } | { readonly kind: 'hold-too-short' };

const GIVE_UP: RetryDecision = { kind: 'give-up' };

/** Whether an attempt that begins in `delayMs` still ends before the lease has to. */
export const isCovered = (delayMs: number, holdRemainingMs: number, { attemptNeedsMs }: Pick<RetryLimits, 'attemptNeedsMs'>): boolean =>
  holdRemainingMs > 0 && delayMs + attemptNeedsMs <= holdRemainingMs;

export const decideRetry = (failed: FailedAttempt, limits: RetryLimits): RetryDecision => {
  const { error, attempt, holdRemainingMs, wallMs, fraction } = failed;
  if (!(limits.isTransient?.(error) ?? isTransient(error)) || attempt >= limits.attempts) return GIVE_UP;
  const askedMs = retryAfterOf(error, wallMs) ?? 0;
  if (askedMs > limits.retryAfterMsMax) return GIVE_UP;
  // The jitter comes on top, so that those who were told the same moment do not all come at it.
  const delayMs = askedMs + fullJitterMs(attempt - 1, limits.baseMs, limits.maxMs, fraction);
  return isCovered(delayMs, holdRemainingMs, limits) ? { kind: 'retry', delayMs } : { kind: 'hold-too-short' };
};
