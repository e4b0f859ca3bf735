/** What a client, an acquire and a close can be told. All spans are in milliseconds. */
import type { RandomBytes, RandomFraction } from './chance.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Clock } from './clock.ts';
import type { OpenPool } from './endpoints.ts';
import type { Logger } from './logger.ts';
import type { Metadata } from './views.ts';

/** How a {@link LeaseClient} is made. One of `baseUrl` and `baseUrls` must be given. */
export interface LeaseClientOptions {
  /** Where the service is, such as `http://127.0.0.1:7420`. */
  readonly baseUrl?: string;
  /**
   * Several instances of one service, over one store. The first is asked; when one does not answer, or says that it cannot, all goes on at the next, and stays
   * there. One that serves another store than the first that answered is never asked again. Give the list in another order to each gateway to spread them.
   */
  readonly baseUrls?: readonly string[];
  /** The service's API key. It is sent in the `Authorization` header, and appears nowhere else. */
  readonly apiKey?: string;
  /** Who asks, in words that an operator can read, such as `gateway-2/pid 71`. 1 to 128 characters. It grants no authority. */
  readonly holder: string;
  /** How long a lease lives without a renewal. Default: the service's, 30,000. */
  readonly ttlMs?: number;
  /** How long a call is repeated whose answers get lost, over all instances together; for an acquire, beyond its wait. Default 5,000. */
  readonly requestTimeoutMs?: number;
  /** Whether yield requests and waiters are heard of by an event stream, at once; else by the next heartbeat. Default true. */
  readonly events?: boolean;
  /** Whether acquires nest inside `withLease` and `lease.run`. Default true. */
  readonly reentrant?: boolean;
  /**
   * A local folder for finished replies that could not be parked because the service was away. A courier with the same folder brings them to the service when it
   * is back. It is made when it is needed. Default: none; then a turn rejects with `ReplyNotParkedError`, which has the reply.
   */
  readonly spoolFolder?: string;
  /** Gives the W3C `traceparent` of what is going on, for each request; the service's log has its trace id. Default: none is sent. */
  readonly traceparent?: () => string | undefined;
  /** Where to log to, such as a pino logger. Default: nowhere. */
  readonly logger?: Logger;
  /** What leases are timed with. Default: the machine's clocks. Give your own only in tests; timeouts of sockets stay real. */
  readonly clock?: Clock;
  /** What lease ids are made of. Default: `randomBytes` of `node:crypto`. Give your own only in tests. */
  readonly randomBytes?: RandomBytes;
  /** What jitter is made of: numbers from 0 up to 1. Give your own only in tests. */
  readonly random?: RandomFraction;
  /** @internal Told before and after each step of a turn and a courier; tests end the process there. */
  readonly onCheckpoint?: Checkpoint;
  /** Opens the connections to an origin. Default: undici's `Pool`. */
  readonly openPool?: OpenPool;
}

/** How a lease is acquired. */
export interface AcquireOptions {
  /** How long to wait while somebody else holds the session; there is no maximum, and `Infinity` is allowed. Default 60,000. */
  readonly waitMs?: number;
  /**
   * What to do while somebody else holds the session. `wait`, the default: stand in the queue. `reject`: do not wait.
   * `interrupt`: ask the holder to yield, and stand in the queue.
   */
  readonly onHeld?: 'wait' | 'reject' | 'interrupt';
  /** With `interrupt`: what the holder is told, and how long it may still finish. Without `graceMs` it is only asked. */
  readonly interrupt?: { readonly reason?: string; readonly graceMs?: number };
  /** How long the lease lives without a renewal. Default: the client's. */
  readonly ttlMs?: number;
  /** Ends the lease however often it is renewed. Default: the service's, 4 hours. */
  readonly maxHoldMs?: number;
  /** Do not wait if so many of the same class wait already: rejects with `LeaseHeldError` at once. */
  readonly maxWaiters?: number;
  /** Waits behind the foreground, and is asked to yield to it. Default false. */
  readonly background?: boolean;
  /** Handed to the next holder as `previous.metadata`. At most 4 KiB as JSON. */
  readonly metadata?: Metadata;
  /** Ends the wait: the place in the queue is given up, and the call rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Whether the call may be given the lease that the asynchronous context holds already. Default: the client's. */
  readonly reentrant?: boolean;
  /** Whether the client renews the lease. With `false` you call `lease.renew()` in time, and hear by it who wants the session. Default true. */
  readonly autoRenew?: boolean;
  /** Renew only while `lease.progress()` was called within this span, so that a wedged turn loses its lease. Default: renew always. */
  readonly progressTimeoutMs?: number;
}

/** How a lease is adopted. */
export type AdoptOptions = Pick<AcquireOptions, 'signal' | 'autoRenew' | 'progressTimeoutMs'>;

/** How a client is closed. */
export interface CloseOptions {
  /** What becomes of the leases that it holds: `release` them, the default, or `leave` them to expire or to whoever adopts them. */
  readonly leases?: 'release' | 'leave';
  /** How long turns and couriers that are under way may take to keep what they have, once their signals are aborted. Default 30,000. */
  readonly drainMs?: number;
}

/** Which leases to list. */
export interface ListOptions {
  /** Only sessions whose key begins with this. */
  readonly prefix?: string;
  /** Only leases of exactly this holder. */
  readonly holder?: string;
  /** How many to fetch at a time, 1 to 1,000. Default 100. */
  readonly pageSize?: number;
  readonly signal?: AbortSignal;
}

/** Who asks a holder to give its session up, and why. */
export interface YieldOptions {
  /** Default: the client's holder. */
  readonly by?: string;
  readonly reason?: string;
  /** How long the holder may still finish, 0 to 3,600,000; then the lease ends as `preempted`. Without it the holder is only asked. */
  readonly graceMs?: number;
  readonly signal?: AbortSignal;
}

/** Who ends a lease at once, and why. */
export interface RevokeOptions {
  /** Default: the client's holder. */
  readonly by?: string;
  readonly reason: string;
  readonly signal?: AbortSignal;
}

/** What another process needs to go on with a lease. It contains the lease id: whoever has it can renew and release the lease. */
export interface ExportedLease {
  readonly session: string;
  readonly leaseId: string;
  readonly holder: string;
  readonly fencingToken: number;
  /** The store that the lease lives in. */
  readonly storeId?: string;
}
