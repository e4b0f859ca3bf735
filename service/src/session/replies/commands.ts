/** What can be asked about the replies of a session, and what comes of it. */
import type { LeaseLost, LeaseUnknown } from '../lost.ts';
import type { AttemptOutcome, FencingToken, LeaseIdHash, PayloadHash, ReplyId, ReplyState } from '../types.ts';
import type { Quota, UsedUp } from '../usage.ts';

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
  /** Of the namespace: a new reply is not taken where the quota for it is among these. */
  readonly usedUp?: UsedUp | undefined;
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

export type ReplyCommand = Park | Attempt | Replay | Discard | InspectReply | ListReplies;

// ---- outcomes; every span is in milliseconds, counted at `now` ----

export interface ReplyView {
  readonly replyId: ReplyId;
  readonly fencingToken: FencingToken;
  readonly sequence?: number;
  readonly holder: string;
  readonly state: ReplyState;
  readonly committed: boolean;
  readonly attempts: number;
  /** An earlier attempt may have arrived. */
  readonly maybeDelivered: boolean;
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

/** The namespace has all that it may have. */
export interface QuotaExceeded {
  readonly kind: 'quota-exceeded';
  readonly quota: Quota;
  readonly limit: number;
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

export interface ReplyOutcomes {
  park: Parked | ReplyIdReused | FencingTokenUnknown | RepliesFull | QuotaExceeded;
  attempt: ToldReply | ReplyUnknown | ReplySettled | ReplyNotNext | AttemptSuperseded | AttemptNotTaken | LeaseLost | LeaseUnknown;
  replay: ToldReply | ReplyUnknown | ReplySettled | ReplySending | RepliesFull | LeaseLost | LeaseUnknown;
  discard: ToldReply | ReplyUnknown | ReplySettled | ReplySending | LeaseLost | LeaseUnknown;
  'inspect-reply': ToldReply | ReplyUnknown;
  'list-replies': RepliesPage;
}
