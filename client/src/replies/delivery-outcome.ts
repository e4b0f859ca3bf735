/** What an error of an application's `deliver` says about the reply: whether it may have arrived, and whether it ever will. Pure. */
import { LeaseEndedError, LeaseLostError, LeaseUncertainError, StaleFencingTokenError } from '../errors.ts';
import { NOT_SENT } from '../not-sent.ts';
import { DeliveryError, type DeliveryFailure } from '../reply-errors.ts';
import { codesOf, retryAfterOf, statusOf } from '../transient.ts';

/** Decides how a delivery failed; `undefined` leaves it to the default. */
export type ClassifyDelivery = (error: unknown) => DeliveryFailure | undefined;

export interface FailedDelivery {
  readonly failure: DeliveryFailure;
  readonly error: string;
  readonly retryAfterMs: number | undefined;
}

/** The channel has answered, and asks to come again: its own conflict, too early, too many. 408 and 504 are answers about an answer that did not come. */
const TRANSIENT_STATUSES = new Set([409, 423, 425, 429]);
const UNKNOWN_STATUSES = new Set([408, 504]);
const ERROR_BYTES_MAX = 2_048;
const RETRY_AFTER_MS_MAX = 86_400_000;

const ofStatus = (status: number): DeliveryFailure => {
  if (UNKNOWN_STATUSES.has(status)) return 'unknown';
  if (TRANSIENT_STATUSES.has(status) || status >= 500) return 'transient';
  return status >= 400 ? 'permanent' : 'unknown';
};

const failureOf = (error: unknown): DeliveryFailure => {
  if (error instanceof DeliveryError) return error.failure;
  const status = statusOf(error);
  if (status !== undefined) return ofStatus(status);
  // What is not known to have failed early may have arrived: it goes out again under the same id, marked as unknown.
  return codesOf(error).some((code) => NOT_SENT.has(code)) ? 'transient' : 'unknown';
};

const wordsOf = (error: unknown): string => {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  } catch {
    // Anything can be thrown, also what has no words.
    return 'an error that cannot be told';
  }
};

/** The error's words, within what the service takes; whole characters. */
export const errorText = (error: unknown): string => {
  const text = wordsOf(error).toWellFormed();
  if (Buffer.byteLength(text) <= ERROR_BYTES_MAX) return text;
  return new TextDecoder().decode(Buffer.from(text).subarray(0, ERROR_BYTES_MAX - 3)).replace(/\uFFFD$/, '');
};

/** @param wallMs the wall clock, for a `Retry-After` that is a date */
export const classifyFailure = (error: unknown, classify: ClassifyDelivery | undefined, wallMs: number): FailedDelivery => {
  const asked = error instanceof DeliveryError ? error.retryAfterMs : retryAfterOf(error, wallMs);
  const retryAfterMs = asked === undefined || Number.isNaN(asked) ? undefined : Math.round(Math.min(Math.max(asked, 0), RETRY_AFTER_MS_MAX));
  return { failure: classify?.(error) ?? failureOf(error), error: errorText(error), retryAfterMs };
};

/** Whether an error says that the session is not this holder's any more, so that it means nothing for the reply. */
export const saysStale = (error: unknown): boolean =>
  error instanceof StaleFencingTokenError || error instanceof LeaseLostError || error instanceof LeaseEndedError || error instanceof LeaseUncertainError;
