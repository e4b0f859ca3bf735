/** The seam, as the gateways that have it declare it. Its names are theirs. */

/** Spans in milliseconds. */
export interface SessionWriteLockParams {
  /** The path of the session's transcript. */
  readonly sessionFile: string;
  /** How long to wait for it. */
  readonly timeoutMs?: number;
  /** After how long without a sign of life others may take it. */
  readonly staleMs?: number;
  /** How long it may be held, whatever happens. */
  readonly maxHoldMs?: number;
  /** Whether an acquisition may join one that is open already. Their default: false. */
  readonly allowReentrant?: boolean;
  /** Ends the wait. */
  readonly signal?: AbortSignal;
}

export interface SessionWriteLock {
  /** Throws when the session is not the caller's any more. */
  assertOwned(): void;
  release(): Promise<void>;
}

export type AcquireSessionWriteLock = (params: SessionWriteLockParams) => Promise<SessionWriteLock>;
