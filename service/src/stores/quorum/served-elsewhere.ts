/** Waiters of one instance whose lease id was served, or has ended, through another. Pure. */
import type { Acquire, Outcome, Wake } from '../../session/commands.ts';
import type { ConnectionId, Session, Waiter } from '../../session/types.ts';

export const isServed = ({ lease, ended }: Session, { leaseIdHash }: Waiter): boolean =>
  lease?.leaseIdHash === leaseIdHash || ended.some((one) => one.leaseIdHash === leaseIdHash);

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
