/** Retries one call to a model provider while the lease is held, back-off included. */
import { follow } from './abort.ts';
import type { RandomFraction } from './chance.ts';
import type { Clock } from './clock.ts';
import { HoldTooShortError, InvalidRequestError, LeaseLostError } from './errors.ts';
import type { Logger } from './logger.ts';
import { pause } from './pause.ts';
import { decideRetry, isCovered, type RetryLimits } from './retry-decision.ts';
import { statusOf } from './transient.ts';

/** What an attempt is given. */
export interface Attempt {
  /** Aborted when the lease is lost, when the caller's own signal is, and when the attempt takes too long. Give it to the provider's call. */
  readonly signal: AbortSignal;
  /** From 1. */
  readonly attempt: number;
}

/** How {@link Lease.retry} retries. All spans in milliseconds. */
export interface RetryOptions {
  /** How many attempts in all. Default 6. */
  readonly attempts?: number;
  /** The first back-off is at most this long, each later one twice as long at most. Default 500. */
  readonly baseMs?: number;
  /** No back-off is longer. Default 30,000. */
  readonly maxMs?: number;
  /** A provider that asks for a longer pause by `Retry-After` has failed. Default 120,000. */
  readonly retryAfterMsMax?: number;
  /** An attempt is aborted after this long, and counts as timed out. Default: none; the provider's SDK has its own. */
  readonly attemptTimeoutMs?: number;
  /** How long an attempt takes: none is begun that max hold, or a preemption, would cut off. Default 0. */
  readonly attemptNeedsMs?: number;
  /** Decides which errors are worth another attempt; `undefined` leaves it to the default. */
  readonly isTransient?: (error: unknown) => boolean | undefined;
  /** Ends the call, back-off included. */
  readonly signal?: AbortSignal;
}

export interface RetryParts {
  readonly clock: Clock;
  /** Timeouts of attempts are real even where the lease clock is a test's. */
  readonly socketClock: Clock;
  readonly random: RandomFraction;
  readonly logger: Logger;
  readonly session: string;
  /** Aborted with the lease's `LeaseLostError`, or because it was released. */
  readonly endSignal: AbortSignal;
  readonly holdRemainingMs: () => number;
  /** Awaited before each attempt; its time is not the attempt's, and its error not the provider's. */
  readonly ready?: () => Promise<void>;
}

const limitsOf = (options: RetryOptions): RetryLimits => {
  const { attempts = 6, baseMs = 500, maxMs = 30_000, retryAfterMsMax = 120_000, attemptNeedsMs = 0 } = options;
  if (!Number.isInteger(attempts) || attempts < 1) throw new InvalidRequestError('attempts must be an integer of at least 1.');
  for (const [name, value] of Object.entries({ baseMs, maxMs, retryAfterMsMax, attemptNeedsMs })) {
    if (!(value >= 0)) throw new InvalidRequestError(`${name} must be at least 0.`);
  }
  return { attempts, baseMs, maxMs, retryAfterMsMax, attemptNeedsMs, isTransient: options.isTransient };
};

/** What ended the lease, as this call's error: the provider's last error is kept as the cause of it. */
const endedError = ({ reason }: AbortSignal, cause: unknown): unknown => {
  if (!(reason instanceof LeaseLostError) || cause === reason) return reason;
  const { session, fencingToken, endedBecause, currentToken, successor } = reason;
  return new LeaseLostError({ session, fencingToken, endedBecause, currentToken, successor }, { cause });
};

/** An error with a status is the provider's own word; any other may be the echo of an abort. */
const isEcho = (error: unknown): boolean => statusOf(error) === undefined;

const runAttempt = async <R>(fn: (attempt: Attempt) => R | Promise<R>, attempt: number, { signal, attemptTimeoutMs }: RetryOptions, parts: RetryParts): Promise<R> => {
  const controller = new AbortController();
  const unfollow = follow(controller, [signal, parts.endSignal]);
  const timeout =
    attemptTimeoutMs === undefined
      ? undefined
      : parts.socketClock.after(attemptTimeoutMs, () => controller.abort(new DOMException(`The attempt took longer than ${attemptTimeoutMs} ms.`, 'TimeoutError')));
  try {
    return await fn({ signal: controller.signal, attempt });
  } catch (error) {
    // Whatever the provider's SDK makes of an abort, one by our own timeout is a timeout.
    if (controller.signal.aborted && !signal?.aborted && !parts.endSignal.aborted && isEcho(error)) throw controller.signal.reason;
    throw error;
  } finally {
    timeout?.cancel();
    unfollow();
  }
};

export const retryWhileHeld = async <R>(fn: (attempt: Attempt) => R | Promise<R>, options: RetryOptions, parts: RetryParts): Promise<R> => {
  const limits = limitsOf(options);
  const { clock, random, endSignal, holdRemainingMs, logger, session } = parts;
  const { signal } = options;
  signal?.throwIfAborted();
  endSignal.throwIfAborted();
  if (!isCovered(0, holdRemainingMs(), limits)) throw new HoldTooShortError(holdRemainingMs());
  for (let attempt = 1; ; attempt += 1) {
    if (parts.ready) await parts.ready();
    try {
      // A result counts even if the lease was lost meanwhile: it is paid for, and only its write needs the lease.
      return await runAttempt(fn, attempt, options, parts);
    } catch (error) {
      if (signal?.aborted && isEcho(error)) throw signal.reason;
      if (endSignal.aborted && isEcho(error)) throw endedError(endSignal, error);
      const now = clock.now();
      const decision = decideRetry({ error, attempt, holdRemainingMs: holdRemainingMs(), wallMs: now.wallUs / 1000, fraction: random() }, limits);
      if (decision.kind === 'give-up') throw error;
      if (decision.kind === 'hold-too-short') throw new HoldTooShortError(holdRemainingMs(), error);
      logger.info({ session, attempt, delayMs: decision.delayMs, err: error }, 'the provider failed; trying again under the same lease');
      await pauseWhileHeld(decision.delayMs, signal, error, parts);
    }
  }
};

const pauseWhileHeld = async (delayMs: number, signal: AbortSignal | undefined, error: unknown, { clock, endSignal }: RetryParts): Promise<void> => {
  try {
    await pause(clock, delayMs, signal, endSignal);
  } catch (reason) {
    throw signal?.aborted ? reason : endedError(endSignal, error);
  }
};
