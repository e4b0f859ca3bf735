/** Brings a session up to the present: whatever is due happens, earliest first, before any command is looked at. */
import type { Draft } from './draft.ts';
import { endLease, endedByTime, forgetEnded, offerToNext } from './ending.ts';
import { leaveQueue, putWaiter } from './queue.ts';
import { expireReplies, firstExpiryMs, hasUndelivered } from './replies/due.ts';
import { forgetSettled } from './replies/put.ts';
import type { Lease, Session, Waiter } from './types.ts';
import { heldView } from './views.ts';

type Due =
  | { readonly atMs: number; readonly what: 'lease-expiry'; readonly lease: Lease }
  | { readonly atMs: number; readonly what: 'ticket-end' | 'wait-end'; readonly waiter: Waiter }
  | { readonly atMs: number; readonly what: 'reply-expiry' };

/** The first thing that time will do to this session. Of several at one moment the lease ends first: a waiter is rather served than sent away. */
const firstDue = (session: Session): Due | undefined => {
  const { lease } = session;
  let first: Due | undefined = lease && { atMs: lease.expiresAtMs, what: 'lease-expiry', lease };
  for (const waiter of session.waiters) {
    const waits = waiter.connection !== undefined;
    const atMs = waits ? waiter.waitEndsAtMs : waiter.ticketEndsAtMs;
    if (first === undefined || atMs < first.atMs) first = { atMs, what: waits ? 'wait-end' : 'ticket-end', waiter };
  }
  const expiryMs = firstExpiryMs(session);
  return expiryMs !== undefined && (first === undefined || expiryMs < first.atMs) ? { atMs: expiryMs, what: 'reply-expiry' } : first;
};

export const settle = (draft: Draft): void => {
  // Only where an instance keeps its waiters to itself, and another has ended the lease.
  if (!draft.session.lease && draft.session.waiters.length > 0) offerToNext(draft);
  for (let due = firstDue(draft.session); due && due.atMs <= draft.now.monoMs; due = firstDue(draft.session)) {
    switch (due.what) {
      case 'lease-expiry':
        endLease(draft, due.lease, endedByTime(due.lease), due.atMs);
        break;
      case 'wait-end':
        endWait(draft, due.waiter);
        break;
      case 'ticket-end':
        leaveQueue(draft, due.waiter);
        break;
      case 'reply-expiry':
        expireReplies(draft, due.atMs);
        break;
    }
  }
  forgetEnded(draft);
  forgetSettled(draft);
};

/** Answers a waiter whose time is up; its ticket lives on by its grace. */
const endWait = (draft: Draft, waiter: Waiter): void => {
  const { lease } = draft.session;
  if (lease && waiter.connection !== undefined) {
    draft.wakes.push({ connection: waiter.connection, outcome: heldView(draft.session, lease, draft.now.monoMs, waiter) });
  }
  putWaiter(draft, { ...waiter, connection: undefined });
};

/**
 * When this session has to be looked at again, in monotonic milliseconds: what a shell arms its timer for. Undefined for
 * a session that nobody waits for and that has nothing to deliver: its lease ends when it is touched.
 */
export const nextDueAt = (session: Session): number | undefined =>
  session.waiters.length > 0 || hasUndelivered(session) ? firstDue(session)?.atMs : undefined;
