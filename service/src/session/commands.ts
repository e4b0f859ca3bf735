/** What can be asked of a session, and what comes of it. Contention is an outcome, never an exception. */
import type { LeaseLost, LeaseUnknown } from './lost.ts';
import type { QuotaExceeded, ReplyCommand, ReplyOutcomes } from './replies/commands.ts';
import type { ConnectionId, EndedBecause, FencingToken, LeaseIdHash, Metadata, ReplyId, ReplyState } from './types.ts';
import type { UsedUp } from './usage.ts';

export interface Acquire {
  readonly kind: 'acquire';
  readonly leaseIdHash: LeaseIdHash;
  /** Where the answer will be waited for. */
  readonly connection: ConnectionId;
  readonly holder: string;
  readonly ttlMs: number;
  /** 0 makes no ticket. */
  readonly waitMs: number;
  readonly maxWaiters?: number | undefined;
  readonly background: boolean;
  readonly maxHoldMs: number;
  readonly yieldRequest?: { readonly reason?: string | undefined; readonly graceMs?: number | undefined } | undefined;
  readonly metadata?: Metadata | undefined;
  /** Of the namespace: a free session is not granted, or no ticket made, where the quota for it is among these. */
  readonly usedUp?: UsedUp | undefined;
}

export interface Renew {
  readonly kind: 'renew';
  readonly leaseIdHash: LeaseIdHash;
  readonly ttlMs?: number | undefined;
  readonly metadata?: Metadata | undefined;
}

export interface Release {
  readonly kind: 'release';
  readonly leaseIdHash: LeaseIdHash;
}

/** A connection closed before its answer was begun. */
export interface Disconnect {
  readonly kind: 'disconnect';
  readonly leaseIdHash: LeaseIdHash;
  readonly connection: ConnectionId;
}

export interface AskYield {
  readonly kind: 'yield';
  readonly by: string;
  readonly reason?: string | undefined;
  readonly graceMs?: number | undefined;
}

export interface Revoke {
  readonly kind: 'revoke';
}

export interface Inspect {
  readonly kind: 'inspect';
}

export interface CheckFence {
  readonly kind: 'fence';
  readonly fencingToken: FencingToken;
}

/** Nothing but the passing of time. */
export interface Tick {
  readonly kind: 'tick';
}

export type Command = Acquire | Renew | Release | Disconnect | AskYield | Revoke | Inspect | CheckFence | ReplyCommand | Tick;

// ---- outcomes; every span is in milliseconds, counted at `now` ----

export interface PreviousView {
  readonly holder: string;
  readonly fencingToken: FencingToken;
  readonly endedBecause: EndedBecause;
  readonly endedMsAgo: number;
  readonly metadata?: Metadata;
}

export interface YieldView {
  readonly by: string;
  readonly reason?: string;
  /** Present when the request has a grace: when the lease will end. */
  readonly remainingMs?: number;
}

export interface Granted {
  readonly kind: 'granted';
  /** The same lease id was granted before: nothing was changed. */
  readonly repeated: boolean;
  readonly holder: string;
  readonly fencingToken: FencingToken;
  readonly ttlMs: number;
  readonly remainingMs: number;
  readonly renewAfterMs: number;
  /** Present while the lease is an offer. */
  readonly confirmWithinMs?: number;
  readonly waitedMs: number;
  readonly parkedReplies: number;
  readonly previous?: PreviousView;
}

export interface LeaseHeld {
  readonly kind: 'lease-held';
  readonly holder: string;
  readonly heldForMs: number;
  readonly remainingMs: number;
  readonly currentToken: FencingToken;
  readonly waiters: number;
  /** From 1; absent for a caller without a ticket. */
  readonly position?: number;
  readonly waitedMs: number;
}

/** The answer comes later, as a wake of the same connection. */
export interface Waiting {
  readonly kind: 'waiting';
}

export interface LeaseEnded {
  readonly kind: 'lease-ended';
}

export interface LeaseIdReused {
  readonly kind: 'lease-id-reused';
}

export interface WaitersFull {
  readonly kind: 'waiters-full';
  readonly waiters: number;
}

export interface Renewed {
  readonly kind: 'renewed';
  /** How long ago the renewal before it was, or the grant: whether its holder is in time. Not told on the wire. */
  readonly afterMs: number;
  /** Whether it has confirmed an offer. Not told on the wire. */
  readonly confirms: boolean;
  readonly fencingToken: FencingToken;
  readonly ttlMs: number;
  readonly remainingMs: number;
  readonly renewAfterMs: number;
  readonly waiters: number;
  readonly parkedReplies: number;
  readonly yieldRequest?: YieldView;
}

export interface LeaseNotHeld {
  readonly kind: 'lease-not-held';
}

export interface SessionView {
  readonly kind: 'session';
  readonly held: boolean;
  readonly holder?: string;
  readonly fencingToken?: FencingToken;
  readonly ttlMs?: number;
  readonly remainingMs?: number;
  readonly heldForMs?: number;
  readonly lastRenewedMsAgo?: number;
  readonly metadata?: Metadata;
  readonly yieldRequest?: YieldView;
  readonly waiters: readonly { readonly holder: string; readonly waitedMs: number; readonly background: boolean }[];
  readonly parkedReplies: number;
  readonly previous?: PreviousView;
}

export interface FenceVerdict {
  readonly kind: 'verdict';
  readonly verdict: 'current' | 'ended' | 'superseded' | 'unknown';
  readonly stale: boolean;
  readonly currentToken?: FencingToken;
  readonly endedBecause?: EndedBecause;
}

export interface Outcomes extends ReplyOutcomes {
  acquire: Granted | LeaseHeld | Waiting | LeaseEnded | LeaseIdReused | WaitersFull | QuotaExceeded;
  renew: Renewed | LeaseLost | LeaseUnknown;
  release: { readonly kind: 'released' } | LeaseLost;
  disconnect: { readonly kind: 'noted' };
  yield: { readonly kind: 'asked'; readonly holder: string; readonly yieldRequest: YieldView } | LeaseNotHeld;
  revoke: { readonly kind: 'revoked'; readonly holder: string; readonly fencingToken: FencingToken } | LeaseNotHeld;
  inspect: SessionView;
  fence: FenceVerdict;
  tick: { readonly kind: 'noted' };
}

export type OutcomeOf<C extends Command> = Outcomes[C['kind']];
export type Outcome = Outcomes[Command['kind']];

/** An answer for a waiting connection, other than the one that sent the command. */
export interface Wake {
  readonly connection: ConnectionId;
  readonly outcome: Granted | LeaseHeld | LeaseEnded;
}

/** Something that happened to a session and that others may watch. It names the lease's holder, whoever caused it; of a reply, whoever parked it. */
export type SessionEvent =
  | { readonly type: 'granted'; readonly holder: string; readonly fencingToken: FencingToken; readonly waitedMs: number }
  | { readonly type: 'ended'; readonly holder: string; readonly fencingToken: FencingToken; readonly endedBecause: EndedBecause; readonly heldForMs: number }
  | { readonly type: 'waiting' | 'left' | 'yield-asked'; readonly holder: string; readonly fencingToken: FencingToken }
  | { readonly type: 'parked' | 'reply-state'; readonly holder: string; readonly fencingToken: FencingToken; readonly replyId: ReplyId; readonly state: ReplyState };
