/** Repeats a call until it is answered or its time is up. */
import { halfJitterMs } from './backoff.ts';
import type { RandomFraction } from './chance.ts';
import type { Clock } from './clock.ts';
import { HoldfastError } from './errors.ts';
import type { Answer, Call, Exchange } from './exchange.ts';
import { pause } from './pause.ts';

/** A live instance answers, one way or the other, within 2 s; after this another one is asked. */
export const ATTEMPT_MS_MAX = 2_500;
const PAUSE_MS = 50;
const PAUSE_MS_MAX = 2_000;

export interface RepeatParts {
  readonly exchange: Exchange;
  readonly clock: Clock;
  readonly random: RandomFraction;
  /** Aborted when the client is closed for good: nothing is tried after that. */
  readonly closed: AbortSignal;
}

/** How long to wait before the next attempt, after `failures` that stand behind us. */
export const pauseMs = (failures: number, random: RandomFraction): number => halfJitterMs(failures, PAUSE_MS, PAUSE_MS_MAX, random());

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
      return await exchange.send({ ...call, timeoutMs: Math.max(1, Math.min(leftMs, ATTEMPT_MS_MAX)) });
    } catch (error) {
      const delayMs = pauseMs(failures, random);
      if (!mayRepeat(error, safe) || clock.now().monoMs + delayMs >= endsAtMs) throw error;
      await pause(clock, delayMs, call.signal, closed);
    }
  }
};
