/** What the client throws about replies, turns and their delivery, and what an application throws to say how a delivery ended. */
import { HoldfastError, type ErrorFacts } from './errors.ts';
import type { ReplyState } from './replies/views.ts';

/** What the service said of a reply that it would not do something with. */
export interface RefusedReplyFacts {
  readonly session: string;
  /** With `reply-settled`: what it is by now. */
  readonly state?: ReplyState | undefined;
  /** With `reply-not-next`: the reply that has to be attempted first. */
  readonly replyId?: string | undefined;
  /** With `attempt-superseded`: how many attempts were begun. */
  readonly attempts?: number | undefined;
}

export interface ReplyRefusedError extends RefusedReplyFacts {}
/**
 * The service refused something about a reply. `code` says why: `reply-unknown`, `reply-settled`, `reply-not-next`, `reply-sending`, `attempt-superseded`,
 * `attempt-not-taken`.
 */
export class ReplyRefusedError extends HoldfastError {
  override readonly name = 'ReplyRefusedError';

  constructor(message: string, refused: RefusedReplyFacts, facts: ErrorFacts = {}) {
    super(message, facts);
    Object.assign(this, refused);
  }
}

/** The session has as many undelivered replies as it may have, or as many bytes of them. */
export class RepliesFullError extends HoldfastError {
  override readonly name = 'RepliesFullError';

  constructor(message: string, facts: ErrorFacts = {}) {
    super(message, { retryable: true, ...facts, code: 'replies-full' });
  }
}

/**
 * A turn has generated a reply, and it could be kept nowhere: not in the service, and there is no spool, or it failed too. This error has the only copy:
 * `reply` is what `generate` returned. `cause` says why.
 */
export class ReplyNotParkedError<R = unknown> extends HoldfastError {
  override readonly name = 'ReplyNotParkedError';
  readonly session: string;
  readonly replyId: string;
  /** Of the lease under which it was generated: what to park it under later. */
  readonly fencingToken: number;
  readonly reply: R;

  constructor(kept: { readonly session: string; readonly replyId: string; readonly fencingToken: number; readonly reply: R }, cause: unknown) {
    super(`REPLY NOT KEPT: the reply ${kept.replyId} of a finished turn could not be parked, and this error has its only copy (error.reply).`, {
      code: 'reply-not-parked',
      retryable: true,
      cause,
    });
    this.session = kept.session;
    this.replyId = kept.replyId;
    this.fencingToken = kept.fencingToken;
    this.reply = kept.reply;
  }
}

/** Somebody asked for the session with a grace, and the grace is over: what a turn's `signal` is aborted with. */
export class TurnInterruptedError extends HoldfastError {
  override readonly name = 'TurnInterruptedError';
  /** Who asked, and why. */
  readonly by: string;
  readonly reason: string | undefined;

  constructor(by: string, reason: string | undefined) {
    super(`The turn was interrupted by ${by}${reason === undefined ? '' : `: ${reason}`}.`, { code: 'turn-interrupted' });
    this.by = by;
    this.reason = reason;
  }
}

/** How a delivery failed. `transient`: it did not arrive, and may later. `permanent`: it will never be taken. `unknown`: it may have arrived. */
export type DeliveryFailure = 'transient' | 'permanent' | 'unknown';

/**
 * For an application's `deliver` to say how it failed, where the error alone would not tell.
 * @example
 * if (status === 403) throw new DeliveryError('permanent', 'the channel was archived');
 */
export class DeliveryError extends HoldfastError {
  override readonly name = 'DeliveryError';
  readonly failure: DeliveryFailure;
  /** Not before this many milliseconds have passed, at most 86,400,000; the back-off may be longer. */
  readonly retryAfterMs: number | undefined;

  constructor(failure: DeliveryFailure, message: string, { retryAfterMs, cause }: { readonly retryAfterMs?: number; readonly cause?: unknown } = {}) {
    super(message, { code: 'delivery-failed', retryable: failure !== 'permanent', cause });
    this.failure = failure;
    this.retryAfterMs = retryAfterMs;
  }
}
