/** Waiters of one instance whose lease id was served, or has ended, through another. Pure. */
import type { Acquire, Outcome, Wake } from '../../session/commands.ts';
import { ENDED_ID_MS } from '../../session/limits.ts';
import type { ConnectionId, Session, Waiter } from '../../session/types.ts';

/** What ended before the waiter came says nothing: its id was forgotten by then, and what only grew too old is left to the next write. */
export const isServed = ({ lease, ended }: Session, { leaseIdHash, enqueuedAtMs }: Waiter): boolean =>
  lease?.leaseIdHash === leaseIdHash || ended.some((one) => one.leaseIdHash === leaseIdHash && one.endedAtMs + ENDED_ID_MS > enqueuedAtMs);

/** The request of a waiter, once more. Its id is known, so that it finds no place in a queue again. */
export const askedAgain = ({ leaseIdHash, holder, background, ttlMs, maxHoldMs, metadata }: Waiter, connection: ConnectionId): Acquire => ({
  kind: 'acquire',
  leaseIdHash,
  connection,
  holder,
  background,
  ttlMs,
  maxHoldMs,
  metadata,
  waitMs: 0,
});

/** Whether a waiting connection can be told so. */
export const isWaking = (outcome: Outcome): outcome is Wake['outcome'] => outcome.kind === 'granted' || outcome.kind === 'lease-held' || outcome.kind === 'lease-ended';
