/** What a test asks of a holder process, and what it hears. All times are the machine's monotonic milliseconds. */

export type Order =
  | { readonly do: 'acquire'; readonly session: string; readonly ttlMs: number; readonly waitMs: number }
  /** Keeps the event loop busy for so long, looking at the lease all the while. */
  | { readonly do: 'block'; readonly forMs: number }
  | { readonly do: 'report' }
  | { readonly do: 'verify' }
  | { readonly do: 'release' };

/** The first look after the process saw nothing for a while: it was stopped, or its event loop was blocked. */
export interface LookAfterGap {
  readonly gapMs: number;
  readonly held: boolean;
  /** Whether `lease.signal` was aborted when the timers phase that followed the gap was over. */
  readonly abortedInNextTimers: boolean;
}

export interface Report {
  /** When the last look began at which `assertHeld()` did not throw. */
  readonly lastHeldMs: number;
  /** The first look after it, if `assertHeld()` threw there. */
  readonly refusedMs: number | undefined;
  /** The codes of the errors that `assertHeld()` threw so far, in the order in which they first came. */
  readonly refusedCodes: readonly string[];
  readonly abortedMs: number | undefined;
  /** When the holder last heard of a yield request. */
  readonly yieldHeardMs: number | undefined;
  readonly gaps: readonly LookAfterGap[];
  readonly wallMs: number;
}

export interface Verified {
  /** `held`, or the name of the error's class. */
  readonly verdict: string;
  readonly code: string | undefined;
  readonly currentToken: number | undefined;
  readonly successor: string | undefined;
  readonly endedBecause: string | undefined;
}

export interface Acquired {
  readonly fencingToken: number;
  readonly atMs: number;
}

export interface Replies {
  acquire: Acquired;
  block: Report;
  report: Report;
  verify: Verified;
  release: { readonly outcome: string };
}
