/** What the service tells about sessions and leases. All spans are in milliseconds, counted when the answer was computed. */
import type { EndedBecause } from './errors.ts';

/** Any JSON object of at most 4 KiB; durable, and handed to the next holder as `previous.metadata`. */
export type Metadata = { readonly [member: string]: unknown };

/** The lease before this one. Its absence means unknown, never unchanged. */
export interface Previous {
  readonly holder: string;
  readonly fencingToken: number;
  readonly endedBecause: EndedBecause;
  readonly endedMsAgo: number;
  readonly metadata?: Metadata;
}

/** Somebody asks the holder to give the session up. */
export interface YieldRequest {
  readonly by: string;
  readonly reason?: string;
  /** Present when the request has a grace: the lease ends then, however often it is renewed. */
  readonly remainingMs?: number;
}

/** A renewal that was answered. */
export interface Renewed {
  readonly fencingToken: number;
  readonly ttlMs: number;
  /** How long the lease still lives by the store's clock; `lease.remainingMs` is what may be believed of it. */
  readonly remainingMs: number;
  /** How many wait for the session. */
  readonly waiters: number;
  readonly yieldRequest?: YieldRequest;
}

/** A session, held or free. The members of the lease are present only while it is held. */
export interface SessionView {
  readonly session: string;
  readonly held: boolean;
  readonly holder?: string;
  readonly fencingToken?: number;
  readonly ttlMs?: number;
  readonly remainingMs?: number;
  readonly heldForMs?: number;
  readonly lastRenewedMsAgo?: number;
  readonly metadata?: Metadata;
  readonly yieldRequest?: YieldRequest;
  /** In the order in which they will be served. */
  readonly waiters: readonly { readonly holder: string; readonly waitedMs: number; readonly background: boolean }[];
  readonly parkedReplies: number;
  readonly previous?: Previous;
}

/** A live lease, as a listing gives it. */
export interface LeaseView {
  readonly session: string;
  readonly holder: string;
  readonly fencingToken: number;
  readonly ttlMs: number;
  readonly remainingMs: number;
  readonly heldForMs: number;
  readonly lastRenewedMsAgo: number;
  readonly metadata?: Metadata;
  readonly yieldRequest?: YieldRequest;
  /** How many wait for the session. */
  readonly waiters: number;
  readonly parkedReplies: number;
}

/** What the service says of a fencing token. `unknown` counts as stale. */
export interface FenceVerdict {
  readonly verdict: 'current' | 'ended' | 'superseded' | 'unknown';
  readonly stale: boolean;
  /** The session's live token, if there is one. */
  readonly currentToken?: number;
  readonly endedBecause?: EndedBecause;
}

/** A yield request as it was noted: of several, the one that ends the lease first stands. */
export interface YieldAsked {
  readonly session: string;
  readonly holder: string;
  readonly yieldRequest: YieldRequest;
}

/** A lease that an operator ended. */
export interface Revoked {
  readonly session: string;
  readonly holder: string;
  readonly fencingToken: number;
  readonly endedBecause: EndedBecause;
}
