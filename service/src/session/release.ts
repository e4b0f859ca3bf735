/** Release, and what a closed connection means. */
import type { Disconnect, Outcomes, Release } from './commands.ts';
import { setLease, type Draft } from './draft.ts';
import { endLease, rememberEnded } from './ending.ts';
import { OFFER_MS, TICKET_GRACE_MS } from './limits.ts';
import { findWaiter, leaveQueue, putWaiter } from './queue.ts';
import { findEnded, wasGranted } from './renew.ts';
import { lostView } from './views.ts';

/** Ends the caller's lease, or its wait, or the id itself before it was ever seen: in each case it will never be granted again. */
export const release = (draft: Draft, { leaseIdHash }: Release): Outcomes['release'] => {
  const { session, now } = draft;
  if (session.lease?.leaseIdHash === leaseIdHash) {
    endLease(draft, session.lease, 'released', now.monoMs);
    return { kind: 'released' };
  }
  const ended = findEnded(session, leaseIdHash);
  if (ended) return ended.endedBecause === 'released' || !wasGranted(ended) ? { kind: 'released' } : lostView(session, ended);
  const waiter = findWaiter(session, leaseIdHash);
  rememberEnded(draft, { leaseIdHash, fencingToken: undefined, endedBecause: 'released', endedAtMs: now.monoMs });
  if (waiter) {
    leaveQueue(draft, waiter);
    if (waiter.connection !== undefined) draft.wakes.push({ connection: waiter.connection, outcome: { kind: 'lease-ended' } });
  }
  return { kind: 'released' };
};

/**
 * A waiter that is cut off keeps its place for a grace. A grant that nobody could be told becomes an offer: it is
 * shortened only while no other connection asked for it and no renewal came, so that no promise is ever taken back.
 */
export const disconnect = (draft: Draft, { leaseIdHash, connection }: Disconnect): Outcomes['disconnect'] => {
  const { session, now } = draft;
  const { lease } = session;
  const waiter = findWaiter(session, leaseIdHash);
  if (waiter?.connection === connection) {
    putWaiter(draft, {
      ...waiter,
      connection: undefined,
      ticketEndsAtMs: Math.min(waiter.ticketEndsAtMs, now.monoMs + TICKET_GRACE_MS),
    });
  } else if (lease?.leaseIdHash === leaseIdHash && lease.soleConnection === connection) {
    const expiresAtMs = Math.min(lease.expiresAtMs, now.monoMs + OFFER_MS);
    setLease(draft, { ...lease, confirmed: false, soleConnection: undefined, expiresAtMs });
  }
  return { kind: 'noted' };
};
