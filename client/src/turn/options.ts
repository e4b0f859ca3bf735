/** What a turn is given, what it is told, and what comes of it. All spans are in milliseconds. */
import type { Lease } from '../lease.ts';
import type { AcquireOptions } from '../options.ts';
import type { ClassifyDelivery } from '../replies/delivery-outcome.ts';
import type { ReplyHandlers } from '../replies/handlers.ts';
import type { ReplyState } from '../replies/views.ts';
import type { Attempt, RetryOptions } from '../retry.ts';

/** A reply that an earlier holder of the session parked, and that has not reached anybody yet. */
export interface EarlierReply<R = unknown> {
  readonly session: string;
  readonly replyId: string;
  readonly reply: R;
  readonly fencingToken: number;
  /** Who parked it. */
  readonly holder: string;
  /** Whether the transcript has it already. */
  readonly committed: boolean;
  /** It was sent, and may have arrived. */
  readonly maybeDelivered: boolean;
  readonly attempts: number;
  readonly parkedMsAgo: number;
}

/**
 * What is done with an earlier reply. `deliver`: commit and deliver it, before this turn's. `merge`: hand it to `generate`, and discard it once the new reply is
 * kept. `leave`: leave it where it is, and this turn's reply behind it. `discard`: give it up, for the reason given.
 */
export type EarlierDecision = 'deliver' | 'merge' | 'leave' | { readonly discard: string };

/** What `generate` is given. */
export interface GenerateContext<R = unknown> {
  /** The lease that the turn runs under at this moment: another one after a takeover. */
  readonly lease: Lease;
  /**
   * Aborted when the caller's own signal is, when the client closes, and shortly before a yield request with a grace ends the lease (`TurnInterruptedError`).
   * With `onLost: 'abort'` also when the lease is lost. Give it to the provider's call.
   */
  readonly signal: AbortSignal;
  /** How long until `signal` is aborted for somebody's yield request; `undefined` while nobody has asked for the session with a grace. */
  readonly deadlineInMs: number | undefined;
  /** Retries one call to the provider, as {@link Lease.retry}. With `onLost: 'finish'` a lost lease is regained before the next attempt. */
  readonly retry: <T>(fn: (attempt: Attempt) => T | Promise<T>, options?: RetryOptions) => Promise<T>;
  /** Earlier replies that are to be merged into this one, in order. */
  readonly parked: readonly EarlierReply<R>[];
}

export interface TurnHandlers<R> extends ReplyHandlers<R> {
  /** Makes the reply: any JSON value, or text with a `contentType`. Called once; what it returns is never thrown away. */
  readonly generate: (context: GenerateContext<R>) => R | Promise<R>;
}

/** How a turn is run. The options of its lease are those of an acquire. */
export interface TurnOptions<R = unknown> extends Pick<AcquireOptions, 'waitMs' | 'ttlMs' | 'maxHoldMs' | 'maxWaiters' | 'metadata' | 'interrupt' | 'progressTimeoutMs' | 'signal'> {
  /** What to do while another turn of the session runs. `wait`, the default: behind it. `reject`: not at all. `interrupt`: ask it to yield, and wait. */
  readonly onBusy?: 'wait' | 'reject' | 'interrupt';
  /**
   * Names the reply, 1 to 128 of `A-Za-z0-9._~-`, such as the inbound message's id. A reply of this name that is there already is brought to its end instead of a
   * new one being generated. Default: random.
   */
  readonly replyId?: string;
  /** Orders replies under one fencing token, where one lease makes several. */
  readonly sequence?: number;
  /** Default `application/json`; with any other the reply must be a string. */
  readonly contentType?: string;
  /** The reply is dead if it could not be delivered for so long. Default 86,400,000. */
  readonly expiresInMs?: number;
  /** Whether a generation that is paid for goes on when the lease is lost. Default `finish`. */
  readonly onLost?: 'finish' | 'abort';
  /** How often a lost lease is acquired again. Default 3. */
  readonly reacquisitions?: number;
  /** The first back-off before acquiring again is at most this long, each later one twice as long at most, up to 30,000. Default 500. */
  readonly reacquireBaseMs?: number;
  /** Decides about each reply that an earlier holder left, in order. Default: `deliver`. */
  readonly parked?: (earlier: EarlierReply<R>) => EarlierDecision | Promise<EarlierDecision>;
  /** Decides how a failed delivery failed; `undefined` leaves it to the default. */
  readonly classifyDelivery?: ClassifyDelivery;
}

/** What became of a turn's reply. Only `delivered` means that it has reached its receiver; in every other case it is kept, and visible. */
export interface TurnResult<R = unknown> {
  /**
   * `parked`: it will be delivered later, by a courier or the next turn. `unknown`: sent, and may have arrived; it goes out again under its id. `dead`: refused for
   * good; an operator can replay it. `superseded`: somebody discarded it.
   */
  readonly outcome: Extract<ReplyState, 'delivered' | 'parked' | 'unknown' | 'dead' | 'superseded'>;
  readonly replyId: string;
  /** Of the lease under which it was last worked on. */
  readonly fencingToken: number;
  /** How many leases of the turn ended, so that it had to take the session again, or would have had to. */
  readonly takeovers: number;
  /** Attempts to deliver it that were begun, those of couriers included. */
  readonly attempts: number;
  /** What `generate` returned; of a reply that was there before, what it says, unless it was delivered before. */
  readonly reply: R;
  /** It is kept in the local spool, not yet in the service. */
  readonly spooled: boolean;
  /** Why it is not delivered, where somebody said so. */
  readonly error?: unknown;
}
