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

export interface Session {
  readonly lease: Lease | undefined;
  /** In the order in which they will be served: foreground first, each class by arrival. */
  readonly waiters: readonly Waiter[];
  /** Oldest first. */
  readonly ended: readonly EndedId[];
  readonly previous: Previous | undefined;
}

const NONE: readonly never[] = Object.freeze([]);

/** A session that nobody has named yet, or that was forgotten. */
export const EMPTY_SESSION: Session = Object.freeze({ lease: undefined, waiters: NONE, ended: NONE, previous: undefined });
