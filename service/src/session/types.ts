/**
 * The state of one session, as plain immutable values. All times are the monotonic clock's milliseconds; a store that
 * keeps them across a restart translates them.
 */

declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** What keeps one tenant's sessions apart from another's. */
export type Namespace = Brand<string, 'Namespace'>;
/** Canonical name of a conversation: 1 to 512 bytes of UTF-8 without control characters. */
export type SessionKey = Brand<string, 'SessionKey'>;
/** The secret that a client minted for one lease: 22 to 128 of `A-Za-z0-9_-`. It goes no further than the request that carried it. */
export type LeaseId = Brand<string, 'LeaseId'>;
/** What the service keeps of a lease id, so that neither memory nor disk holds the capability itself. */
export type LeaseIdHash = Brand<string, 'LeaseIdHash'>;
/** Strictly increasing, one per grant; an integer below 2^53. */
export type FencingToken = Brand<number, 'FencingToken'>;
/** One waiting request, unique across instances: where a wake is to be delivered. */
export type ConnectionId = Brand<string, 'ConnectionId'>;

/** Names a reply within its session, for good: 1 to 128 of `A-Za-z0-9._~-`, chosen by whoever parks it. */
export type ReplyId = Brand<string, 'ReplyId'>;
/** Digest of a payload and its content type: two that agree are the same reply. */
export type PayloadHash = Brand<string, 'PayloadHash'>;

/** Any JSON object of at most 4 KiB as text; handed to the next holder. */
export type Metadata = { readonly [member: string]: unknown };

export type EndedBecause = 'released' | 'expired' | 'preempted' | 'revoked' | 'max-hold';

/** A holder was asked to give the session up. Without `endsAtMs` it is a plea; with it the lease ends there. */
export interface YieldRequest {
  readonly by: string;
  readonly reason: string | undefined;
  readonly endsAtMs: number | undefined;
}

export interface Lease {
  readonly leaseIdHash: LeaseIdHash;
  readonly holder: string;
  readonly fencingToken: FencingToken;
  readonly background: boolean;
  readonly ttlMs: number;
  /** The longest TTL this lease ever had: after a restart it lives at least that long. */
  readonly ttlLongestMs: number;
  readonly grantedAtMs: number;
  readonly renewedAtMs: number;
  /** The lease is live while `now < expiresAtMs`. */
  readonly expiresAtMs: number;
  /** Max hold ends the lease here, however often it is renewed. */
  readonly holdEndsAtMs: number;
  /** False while it is an offer: granted to a waiter, and not renewed yet. */
  readonly confirmed: boolean;
  /** The one connection that could have told this grant to anybody; undefined as soon as there may be two, or a renewal came. */
  readonly soleConnection: ConnectionId | undefined;
  readonly metadata: Metadata | undefined;
  readonly yieldRequest: YieldRequest | undefined;
}

/** A queued acquire: its ticket. */
export interface Waiter {
  readonly leaseIdHash: LeaseIdHash;
  readonly holder: string;
  readonly background: boolean;
  readonly ttlMs: number;
  readonly maxHoldMs: number;
  readonly metadata: Metadata | undefined;
  /** When the ticket was taken: what its place counts from. */
  readonly enqueuedAtMs: number;
  /** When the newest request on this ticket arrived: what `waitedMs` counts from. */
  readonly requestedAtMs: number;
  /** The newest connection; undefined while the waiter is away. */
  readonly connection: ConnectionId | undefined;
  /** When the connected request is to be answered `lease-held`. */
  readonly waitEndsAtMs: number;
  /** When the ticket is void, unless its waiter comes back before. */
  readonly ticketEndsAtMs: number;
}

/** An id that is over. The token is undefined for one that was never granted: a waiter that left, a release that overtook its acquire. */
export interface EndedId {
  readonly leaseIdHash: LeaseIdHash;
  readonly fencingToken: FencingToken | undefined;
  readonly endedBecause: EndedBecause;
  readonly endedAtMs: number;
}

/** The last lease that ended. */
export interface Previous {
  readonly holder: string;
  readonly fencingToken: FencingToken;
  readonly endedBecause: EndedBecause;
  readonly endedAtMs: number;
  readonly metadata: Metadata | undefined;
}

/** `sending`: an attempt is under way. `unknown`: sent, and whether it arrived is not known. `dead`: refused for good, or too old. */
export type ReplyState = 'parked' | 'sending' | 'unknown' | 'dead' | 'delivered' | 'superseded';

/** What a taker may say of its attempt. */
export type AttemptOutcome = 'delivered' | 'failed' | 'unknown';

/** Who made the newest attempt, and what it has said of it. */
export interface Taker {
  readonly leaseIdHash: LeaseIdHash;
  /** Undefined while nothing was said. */
  readonly outcome: AttemptOutcome | undefined;
}

/** The finished output of a turn, kept until it is delivered. Its payload is kept beside the state, by session and `number`, until then. */
export interface Reply {
  /** Counts the session's replies in the order of parking, from 1. */
  readonly number: number;
  readonly replyId: ReplyId;
  /** The token of the lease under which it was generated, stale or not. */
  readonly fencingToken: FencingToken;
  /** Orders replies of one token; one without comes after those with one. */
  readonly sequence: number | undefined;
  readonly holder: string;
  readonly state: ReplyState;
  /** Whether the transcript has it. Only ever rises. */
  readonly committed: boolean;
  /** Attempts that were begun. */
  readonly attempts: number;
  /** Of the newest attempt; undefined before the first. */
  readonly taker: Taker | undefined;
  readonly payloadHash: PayloadHash;
  readonly payloadBytes: number;
  /** It is delivered, or it was discarded and the room for such payloads was needed: the record stays, and cannot be replayed. */
  readonly payloadDropped: boolean;
  readonly contentType: string;
  /** Why it is in its state, in words. */
  readonly reason: string | undefined;
  readonly lastError: string | undefined;
  readonly parkedAtMs: number;
  /** When the courier may attempt it; a live turn need not wait for it. */
  readonly dueAtMs: number;
  /** How far the back-off has come. */
  readonly setbacks: number;
  /** Whether it was `unknown` since it was parked: the first time it is due at once. */
  readonly wasUnknown: boolean;
  /** Whether an attempt, however long ago, may have arrived. Never taken back: a receiver is to be asked, or to look for the reply id. */
  readonly maybeDelivered: boolean;
  /** How long it lives undelivered, from parking or from its last replay. */
  readonly lifeMs: number;
  readonly expiresAtMs: number;
  /** When it became dead, delivered or superseded. */
  readonly settledAtMs: number | undefined;
}

export interface Session {
  readonly lease: Lease | undefined;
  /** In the order in which they will be served: foreground first, each class by arrival. */
  readonly waiters: readonly Waiter[];
  /** Oldest first. */
  readonly ended: readonly EndedId[];
  readonly previous: Previous | undefined;
  /** Replies that are not settled, dead ones among them, in the order in which they are to be delivered. */
  readonly replies: readonly Reply[];
  /** Delivered and superseded replies, as far as they are remembered; settled first, first. */
  readonly settledReplies: readonly Reply[];
  /** How many replies were ever parked. */
  readonly repliesParked: number;
}

const NONE: readonly never[] = Object.freeze([]);

/** A session that nobody has named yet, or that was forgotten. */
export const EMPTY_SESSION: Session = Object.freeze({
  lease: undefined,
  waiters: NONE,
  ended: NONE,
  previous: undefined,
  replies: NONE,
  settledReplies: NONE,
  repliesParked: 0,
});
