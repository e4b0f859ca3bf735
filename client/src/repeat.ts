/** Repeats a call until it is answered or its time is up. */
import { roundJitterMs } from './backoff.ts';
import type { RandomFraction } from './chance.ts';
import type { Clock } from './clock.ts';
import { HoldfastError } from './errors.ts';
import type { Answer, Call, Exchange } from './exchange.ts';
import { pause } from './pause.ts';

/** A live instance answers, one way or the other, within 2 s; after this another one is asked. */
export const ATTEMPT_MS_MAX = 2_500;
/** Less than this is not given to one endpoint, however many there are: it would not be patience. */
const ATTEMPT_MS_MIN = 1_000;
const PAUSE_MS = 50;
const PAUSE_MS_MAX = 2_000;

export interface RepeatParts {
  readonly exchange: Exchange;
  readonly clock: Clock;
  readonly random: RandomFraction;
  /** Aborted when the client is closed for good: nothing is tried after that. */
  readonly closed: AbortSignal;
}

/** How long to wait before the next attempt, after a failure with `failures` before it. An endpoint that was not asked in this round is asked at once. */
export const pauseMs = (failures: number, endpoints: number, random: RandomFraction): number =>
  roundJitterMs(failures, endpoints, PAUSE_MS, PAUSE_MS_MAX, random());

/** How long one attempt may be silent, so that each of the endpoints has its turn within `withinMs`. */
export const attemptMs = (withinMs: number, endpoints: number): number => Math.min(ATTEMPT_MS_MAX, Math.max(ATTEMPT_MS_MIN, withinMs / endpoints));

/**
 * Whether an error leaves room for another attempt.
 * @param safe the call may be carried out twice
 */
export const mayRepeat = (error: unknown, safe: boolean): error is HoldfastError =>
  error instanceof HoldfastError && error.retryable && (safe || error.outcome === 'not-applied');

/** @param withinMs what all attempts may take together */
export const repeat = async (
  { exchange, clock, random, closed }: RepeatParts,
  call: Omit<Call, 'timeoutMs'>,
  { withinMs, safe = true }: { readonly withinMs: number; readonly safe?: boolean },
): Promise<Answer> => {
  const endsAtMs = clock.now().monoMs + withinMs;
  for (let failures = 0; ; failures += 1) {
    const leftMs = endsAtMs - clock.now().monoMs;
    try {
      return await exchange.send({ ...call, timeoutMs: Math.max(1, Math.min(leftMs, attemptMs(withinMs, exchange.endpointCount))) });
    } catch (error) {
      const delayMs = pauseMs(failures, exchange.endpointCount, random);
      if (!mayRepeat(error, safe) || clock.now().monoMs + delayMs >= endsAtMs) throw error;
      if (delayMs > 0) await pause(clock, delayMs, call.signal, closed);
    }
  }
};
