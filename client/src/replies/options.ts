/** What can be said of a reply when it is parked, listed, or decided about. All spans are in milliseconds. */
import type { ReplyState } from './views.ts';

/** How a reply is parked. */
export interface ParkOptions {
  /** Of the lease under which it was generated, live or not. */
  readonly fencingToken: number;
  /** Any JSON value, at most 262,144 bytes as JSON; with another content type than JSON a string. */
  readonly payload: unknown;
  /** Default `application/json`. */
  readonly contentType?: string;
  /** Orders replies of one fencing token; those without one come last. */
  readonly sequence?: number;
  /** Whether the transcript has it already. Default false. */
  readonly committed?: boolean;
  /** Why it is parked, in words. At most 512 characters. */
  readonly reason?: string;
  /** Undelivered for this long it is dead. Default 86,400,000, at most 604,800,000. */
  readonly expiresInMs?: number;
  readonly signal?: AbortSignal;
}

/** Which replies to list. */
export interface ListRepliesOptions {
  readonly state?: ReplyState;
  /** How many to fetch at a time, 1 to 1,000. Default 100. */
  readonly pageSize?: number;
  readonly signal?: AbortSignal;
}

/** Why a reply is replayed or discarded. */
export interface InterveneOptions {
  /** At most 512 characters. */
  readonly reason: string;
  readonly signal?: AbortSignal;
}

/** What a holder tells of an attempt. */
export interface AttemptReport {
  /** From 1: `sending` carries the next number, its outcome the same. */
  readonly attempt: number;
  readonly outcome: 'sending' | 'delivered' | 'failed' | 'unknown';
  readonly committed?: boolean;
  readonly error?: string;
  readonly retryAfterMs?: number;
  readonly permanent?: boolean;
}
