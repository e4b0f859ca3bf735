/** What an application does with a reply: write it into the session, and send it out. */

/** What `commit` is told. */
export interface CommitContext {
  readonly session: string;
  /** The same at each repeat: what to be idempotent by. */
  readonly replyId: string;
  /** Of the lease that this runs under: what the resource compares. */
  readonly fencingToken: number;
  /** The session may have moved on since the reply was generated: place it in what is there now. */
  readonly rebase: boolean;
  /** Aborted when the lease is lost, or the caller gives up. */
  readonly signal: AbortSignal;
}

/** What `deliver` is told. */
export interface DeliverContext {
  readonly session: string;
  /** The same at each repeat: hand it to the channel as its idempotency key. */
  readonly replyId: string;
  readonly fencingToken: number;
  /** From 1. */
  readonly attempt: number;
  /** An earlier attempt may have arrived: ask the channel, if it can tell. */
  readonly maybeDelivered: boolean;
  /** Aborted when the lease is lost, or the caller gives up. */
  readonly signal: AbortSignal;
}

export interface ReplyHandlers<R> {
  /**
   * Writes the reply into the session, once for each reply id, however often it is called. Throw `StaleFencingTokenError` where the resource has seen a larger token.
   */
  readonly commit: (reply: R, context: CommitContext) => void | Promise<void>;
  /** Sends the reply out. A {@link DeliveryError} says how it failed, where the error alone would not tell. */
  readonly deliver: (reply: R, context: DeliverContext) => unknown;
}
