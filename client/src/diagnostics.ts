/**
 * What the client tells `node:diagnostics_channel`. Publishing costs next to nothing while nobody listens, and no message
 * carries a lease id or an API key.
 */
import { channel } from 'node:diagnostics_channel';
import type { EndedBecause } from './errors.ts';

/** `holdfast:acquire`: an acquire came to its end. Spans in milliseconds. */
export interface AcquireMessage {
  readonly session: string;
  readonly holder: string;
  readonly tookMs: number;
  /** Present when it was granted. */
  readonly fencingToken?: number;
  /** Present when it was not. */
  readonly error?: unknown;
}

/** `holdfast:renew`: a renewal was answered, or failed. */
export interface RenewMessage {
  readonly session: string;
  readonly holder: string;
  readonly fencingToken: number;
  readonly status: 'held' | 'lost' | 'not-found' | 'unknown';
  /** How long the lease is still valid by the local deadline. */
  readonly remainingMs: number;
  /** Present when the request itself failed. */
  readonly error?: unknown;
}

/** `holdfast:lost`: a lease ended otherwise than by its own release. */
export interface LostMessage {
  readonly session: string;
  readonly holder: string;
  readonly fencingToken: number;
  readonly endedBecause?: EndedBecause | undefined;
  readonly successor?: { readonly holder: string } | undefined;
}

/** `holdfast:stale`: a fencing token was found not to be the live one. */
export interface StaleMessage {
  readonly session: string;
  readonly fencingToken: number;
  readonly verdict: 'ended' | 'superseded' | 'unknown';
  readonly currentToken?: number | undefined;
  readonly endedBecause?: EndedBecause | undefined;
}

/** `holdfast:park`: a finished reply was kept, in the service or in the spool, or could not be. */
export interface ParkMessage {
  readonly session: string;
  readonly replyId: string;
  readonly fencingToken: number;
  readonly where: 'service' | 'spool' | 'nowhere';
  readonly tookMs: number;
  /** Present when the service did not take it. */
  readonly error?: unknown;
}

/** `holdfast:deliver`: an attempt to deliver came to its end. */
export interface DeliverMessage {
  readonly session: string;
  readonly replyId: string;
  readonly fencingToken: number;
  readonly attempt: number;
  readonly outcome: 'sending' | 'delivered' | 'failed' | 'unknown';
  readonly tookMs: number;
  /** Present when it was not delivered. */
  readonly error?: unknown;
}

interface Renewed {
  readonly facts: Pick<RenewMessage, 'session' | 'holder' | 'fencingToken'>;
  readonly remainingMs: number;
}

const acquireChannel = channel('holdfast:acquire');
const renewChannel = channel('holdfast:renew');
const lostChannel = channel('holdfast:lost');
const staleChannel = channel('holdfast:stale');
const parkChannel = channel('holdfast:park');
const deliverChannel = channel('holdfast:deliver');

export const publishAcquire = (message: AcquireMessage): void => acquireChannel.publish(message);
/** Tells what became of one renewal. */
export const reportRenewal = ({ facts, remainingMs }: Renewed, status: RenewMessage['status'], error?: unknown): void => {
  const { session, holder, fencingToken } = facts;
  renewChannel.publish({ session, holder, fencingToken, status, remainingMs, ...(error !== undefined && { error }) } satisfies RenewMessage);
};
export const publishLost = (message: LostMessage): void => lostChannel.publish(message);
export const publishPark = (message: ParkMessage): void => parkChannel.publish(message);
export const publishDeliver = (message: DeliverMessage): void => deliverChannel.publish(message);
export const publishStale = (message: StaleMessage): void => staleChannel.publish(message);
