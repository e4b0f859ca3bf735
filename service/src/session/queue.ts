/** The queue of a session: who stands where, and who leaves. */
import type { Draft } from './draft.ts';
import type { LeaseIdHash, Session, Waiter } from './types.ts';

export const findWaiter = (session: Session, leaseIdHash: LeaseIdHash): Waiter | undefined =>
  session.waiters.find((waiter) => waiter.leaseIdHash === leaseIdHash);

/** Puts a new ticket behind those of its class; the foreground stands before the background. */
export const enqueue = (draft: Draft, waiter: Waiter): void => {
  const { waiters } = draft.session;
  const firstBackground = waiters.findIndex(({ background }) => background);
  const place = waiter.background || firstBackground === -1 ? waiters.length : firstBackground;
  draft.session = { ...draft.session, waiters: waiters.toSpliced(place, 0, waiter) };
  tellHolder(draft, 'waiting');
};

/** Replaces a ticket in its place. */
export const putWaiter = (draft: Draft, waiter: Waiter): void => {
  const waiters = draft.session.waiters.map((other) => (other.leaseIdHash === waiter.leaseIdHash ? waiter : other));
  draft.session = { ...draft.session, waiters };
};

export const leaveQueue = (draft: Draft, waiter: Waiter): void => {
  const waiters = draft.session.waiters.filter(({ leaseIdHash }) => leaseIdHash !== waiter.leaseIdHash);
  draft.session = { ...draft.session, waiters };
  tellHolder(draft, 'left');
};

/** Events about the queue are for the lease's holder, and carry its name. */
export const tellHolder = (draft: Draft, type: 'waiting' | 'left' | 'yield-asked'): void => {
  const { lease } = draft.session;
  if (lease) draft.events.push({ type, holder: lease.holder, fencingToken: lease.fencingToken });
};
