/** What can be asked of a session, and what comes of it. Contention is an outcome, never an exception. */
import type { AttemptOutcome, ConnectionId, EndedBecause, FencingToken, LeaseIdHash, Metadata, PayloadHash, ReplyId, ReplyState } from './types.ts';

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

/** Keeps a finished reply. It needs no live lease: a holder that lost its lease parks under its stale token. */
export interface Park {
  readonly kind: 'park';
  readonly replyId: ReplyId;
  readonly fencingToken: FencingToken;
  readonly holder: string;
  readonly sequence?: number | undefined;
  readonly committed: boolean;
  readonly contentType: string;
  readonly reason?: string | undefined;
  readonly expiresInMs: number;
  readonly payloadHash: PayloadHash;
  readonly payloadBytes: number;
  /** JSON text. No rule looks at it: the store keeps it when the reply is new. */
  readonly payload: string;
}

/** The live holder begins an attempt to deliver (`sending`), or says what came of it. */
export interface Attempt {
  readonly kind: 'attempt';
  readonly replyId: ReplyId;
  readonly leaseIdHash: LeaseIdHash;
  /** From 1. `sending` carries the next number, what came of it the same. */
  readonly attempt: number;
  readonly outcome: 'sending' | AttemptOutcome;
  readonly committed?: boolean | undefined;
  readonly error?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  /** Of a failure: no further attempt can succeed. */
  readonly permanent?: boolean | undefined;
}

/** Gives a reply another chance. */
export interface Replay {
  readonly kind: 'replay';
  readonly replyId: ReplyId;
  /** Of the live holder; an operator has none. */
  readonly leaseIdHash?: LeaseIdHash | undefined;
  readonly reason: string;
}

/** Settles a reply without delivering it. */
export interface Discard {
  readonly kind: 'discard';
  readonly replyId: ReplyId;
  /** Of the live holder; an operator has none. */
  readonly leaseIdHash?: LeaseIdHash | undefined;
  readonly reason: string;
}

export interface InspectReply {
  readonly kind: 'inspect-reply';
  readonly replyId: ReplyId;
}

/** A place in the delivery order of one session. */
export interface ReplyPlace {
  readonly fencingToken: FencingToken;
  readonly sequence: number | undefined;
  readonly number: number;
}

export interface ListReplies {
  readonly kind: 'list-replies';
  readonly state?: ReplyState | undefined;
  readonly limit: number;
  /** Only replies behind this place. */
  readonly after?: ReplyPlace | undefined;
}

/** Nothing but the passing of time. */
export interface Tick {
  readonly kind: 'tick';
}

export type ReplyCommand = Park | Attempt | Replay | Discard | InspectReply | ListReplies;
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
  readonly fencingToken: FencingToken;
  readonly ttlMs: number;
  readonly remainingMs: number;
  readonly renewAfterMs: number;
  readonly waiters: number;
  readonly parkedReplies: number;
  readonly yieldRequest?: YieldView;
}

export interface LeaseLost {
  readonly kind: 'lease-lost';
  readonly fencingToken: FencingToken;
  readonly currentToken?: FencingToken;
  readonly endedBecause: EndedBecause;
  /** Who holds the session now or, of those after you, held it last. */
  readonly successor?: { readonly holder: string };
}

export interface LeaseUnknown {
  readonly kind: 'lease-unknown';
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

export interface ReplyView {
  readonly replyId: ReplyId;
  readonly fencingToken: FencingToken;
  readonly sequence?: number;
  readonly holder: string;
  readonly state: ReplyState;
  readonly committed: boolean;
  readonly attempts: number;
  /** While it is undelivered: when the courier may attempt it. */
  readonly dueInMs?: number;
  readonly parkedMsAgo: number;
  /** While it is undelivered: when it will be dead. */
  readonly expiresInMs?: number;
  /** Present once it is dead, delivered or superseded. */
  readonly settledMsAgo?: number;
  readonly lastError?: string;
  readonly reason?: string;
  readonly payloadBytes: number;
  readonly contentType: string;
}

export interface ToldReply {
  readonly kind: 'reply';
  readonly reply: ReplyView;
}

export interface Parked {
  readonly kind: 'parked';
  /** The same reply was parked before: at most `committed` has risen. */
  readonly repeated: boolean;
  readonly reply: ReplyView;
}

/** The session knows the reply id with another payload. */
export interface ReplyIdReused {
  readonly kind: 'reply-id-reused';
}

/** The token is above all that were ever granted. */
export interface FencingTokenUnknown {
  readonly kind: 'fencing-token-unknown';
}

export interface RepliesFull {
  readonly kind: 'replies-full';
  /** Replies that are not settled, and the bytes of their payloads. */
  readonly replies: number;
  readonly bytes: number;
}

export interface ReplyUnknown {
  readonly kind: 'reply-unknown';
}

/** Nothing more can come of the reply: it is delivered, dead or superseded. */
export interface ReplySettled {
  readonly kind: 'reply-settled';
  readonly state: ReplyState;
}

/** Another reply of the session has to be attempted first. */
export interface ReplyNotNext {
  readonly kind: 'reply-not-next';
  readonly replyId: ReplyId;
}

export interface ReplySending {
  readonly kind: 'reply-sending';
}

/** The number is not that of the attempt that was last begun, or not the next. */
export interface AttemptSuperseded {
  readonly kind: 'attempt-superseded';
  readonly attempts: number;
}

/** The caller has not begun the attempt that it wants to settle, or has settled it already. */
export interface AttemptNotTaken {
  readonly kind: 'attempt-not-taken';
}

export interface RepliesPage {
  readonly kind: 'replies';
  /** In delivery order. */
  readonly replies: readonly ReplyView[];
  /** The place of the last one; present when there are more. */
  readonly nextAfter?: ReplyPlace;
}

export interface Outcomes {
  acquire: Granted | LeaseHeld | Waiting | LeaseEnded | LeaseIdReused | WaitersFull;
  renew: Renewed | LeaseLost | LeaseUnknown;
  release: { readonly kind: 'released' } | LeaseLost;
  disconnect: { readonly kind: 'noted' };
  yield: { readonly kind: 'asked'; readonly holder: string; readonly yieldRequest: YieldView } | LeaseNotHeld;
  revoke: { readonly kind: 'revoked'; readonly holder: string; readonly fencingToken: FencingToken } | LeaseNotHeld;
  inspect: SessionView;
  fence: FenceVerdict;
  park: Parked | ReplyIdReused | FencingTokenUnknown | RepliesFull;
  attempt: ToldReply | ReplyUnknown | ReplySettled | ReplyNotNext | AttemptSuperseded | AttemptNotTaken | LeaseLost | LeaseUnknown;
  replay: ToldReply | ReplyUnknown | ReplySettled | ReplySending | RepliesFull | LeaseLost | LeaseUnknown;
  discard: ToldReply | ReplyUnknown | ReplySettled | ReplySending | LeaseLost | LeaseUnknown;
  'inspect-reply': ToldReply | ReplyUnknown;
  'list-replies': RepliesPage;
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
  | { readonly type: 'granted'; readonly holder: string; readonly fencingToken: FencingToken }
  | { readonly type: 'ended'; readonly holder: string; readonly fencingToken: FencingToken; readonly endedBecause: EndedBecause }
  | { readonly type: 'waiting' | 'left' | 'yield-asked'; readonly holder: string; readonly fencingToken: FencingToken }
  | { readonly type: 'parked' | 'reply-state'; readonly holder: string; readonly fencingToken: FencingToken; readonly replyId: ReplyId; readonly state: ReplyState };
