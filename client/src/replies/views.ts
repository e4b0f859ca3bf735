/** What the service tells about parked replies. All spans are in milliseconds, counted when the answer was computed. */

/**
 * `parked`: waits to be delivered. `sending`: an attempt is under way. `unknown`: it was sent, and whether it arrived is not known; it goes out again under the
 * same id. `dead`: refused for good, or too old. `delivered`. `superseded`: discarded, with a reason.
 */
export type ReplyState = 'parked' | 'sending' | 'unknown' | 'dead' | 'delivered' | 'superseded';

/** A reply that the service keeps, without its payload. */
export interface ReplyView {
  readonly session: string;
  readonly replyId: string;
  /** Of the lease under which it was generated. */
  readonly fencingToken: number;
  /** Orders replies of one fencing token. */
  readonly sequence?: number;
  /** Who parked it. */
  readonly holder: string;
  readonly state: ReplyState;
  /** Whether the transcript has it already. */
  readonly committed: boolean;
  /** Attempts to deliver it that were begun. */
  readonly attempts: number;
  /** An earlier attempt may have arrived. */
  readonly maybeDelivered: boolean;
  /** While it is undelivered: when a courier may attempt it. */
  readonly dueInMs?: number;
  readonly parkedMsAgo: number;
  /** While it is undelivered: when it will be dead. */
  readonly expiresInMs?: number;
  /** Once it is dead, delivered or superseded. */
  readonly settledMsAgo?: number;
  readonly lastError?: string;
  /** Why it is in its state. */
  readonly reason?: string;
  readonly payloadBytes: number;
  readonly contentType: string;
}

/** A reply with what it says. */
export interface StoredReply extends ReplyView {
  /** Any JSON value; a string where `contentType` is not `application/json`. Absent once it is delivered. */
  readonly payload?: unknown;
}

/** A reply that was parked. */
export interface ParkedReply {
  /** The same reply was parked before. */
  readonly repeated: boolean;
  readonly reply: ReplyView;
}

/** Whether it still has to reach somebody. */
export const isUndelivered = ({ state }: { readonly state: ReplyState }): boolean => state === 'parked' || state === 'sending' || state === 'unknown';
