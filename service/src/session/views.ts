/** Answers, as computed from the state: spans instead of points in time, never a lease id. */
import type { Granted, LeaseHeld, PreviousView, Renewed, SessionView, YieldView } from './commands.ts';
import type { LeaseLost } from './lost.ts';
import { RENEW_AFTER_PART } from './limits.ts';
import { undeliveredCount } from './replies/order.ts';
import type { EndedId, FencingToken, Lease, Previous, Session, Waiter, YieldRequest } from './types.ts';

/** Counted from the last renewal, so that a grant told again late does not send its holder past the expiry. */
const renewAfterMs = ({ confirmed, ttlMs, renewedAtMs }: Lease, nowMs: number): number =>
  confirmed ? Math.max(0, renewedAtMs + Math.floor(ttlMs / RENEW_AFTER_PART) - nowMs) : 0;

const previousView = (previous: Previous, nowMs: number): PreviousView => ({
  holder: previous.holder,
  fencingToken: previous.fencingToken,
  endedBecause: previous.endedBecause,
  endedMsAgo: Math.max(0, nowMs - previous.endedAtMs),
  ...(previous.metadata && { metadata: previous.metadata }),
});

export const yieldView = (request: YieldRequest, nowMs: number): YieldView => ({
  by: request.by,
  ...(request.reason !== undefined && { reason: request.reason }),
  ...(request.endsAtMs !== undefined && { remainingMs: Math.max(0, request.endsAtMs - nowMs) }),
});

export const grantedView = (session: Session, lease: Lease, nowMs: number, told: { repeated: boolean; waitedMs: number }): Granted => ({
  kind: 'granted',
  repeated: told.repeated,
  holder: lease.holder,
  fencingToken: lease.fencingToken,
  ttlMs: lease.ttlMs,
  remainingMs: lease.expiresAtMs - nowMs,
  renewAfterMs: renewAfterMs(lease, nowMs),
  ...(!lease.confirmed && { confirmWithinMs: lease.expiresAtMs - nowMs }),
  waitedMs: told.waitedMs,
  parkedReplies: undeliveredCount(session),
  ...(session.previous && { previous: previousView(session.previous, nowMs) }),
});

/** What a caller is told who does not hold the session; `waiter` is its ticket, if it has one. */
export const heldView = (session: Session, lease: Lease, nowMs: number, waiter?: Waiter): LeaseHeld => ({
  kind: 'lease-held',
  holder: lease.holder,
  heldForMs: nowMs - lease.grantedAtMs,
  remainingMs: Math.max(0, lease.expiresAtMs - nowMs),
  currentToken: lease.fencingToken,
  waiters: session.waiters.length,
  ...(waiter && { position: session.waiters.findIndex((other) => other.leaseIdHash === waiter.leaseIdHash) + 1 }),
  waitedMs: waiter ? nowMs - waiter.requestedAtMs : 0,
});

export const renewedView = (session: Session, lease: Lease, nowMs: number, was: Pick<Renewed, 'afterMs' | 'confirms'>): Renewed => ({
  kind: 'renewed',
  ...was,
  fencingToken: lease.fencingToken,
  ttlMs: lease.ttlMs,
  remainingMs: lease.expiresAtMs - nowMs,
  renewAfterMs: renewAfterMs(lease, nowMs),
  waiters: session.waiters.length,
  parkedReplies: undeliveredCount(session),
  ...(lease.yieldRequest && { yieldRequest: yieldView(lease.yieldRequest, nowMs) }),
});

export const lostView = (session: Session, ended: EndedId & { fencingToken: FencingToken }): LeaseLost => {
  const { lease, previous } = session;
  const after = previous && previous.fencingToken > ended.fencingToken ? previous : undefined;
  const successor = lease ?? after;
  return {
    kind: 'lease-lost',
    fencingToken: ended.fencingToken,
    ...(lease && { currentToken: lease.fencingToken }),
    endedBecause: ended.endedBecause,
    ...(successor && { successor: { holder: successor.holder } }),
  };
};

export const sessionView = (session: Session, nowMs: number): SessionView => {
  const { lease, previous } = session;
  return {
    kind: 'session',
    held: lease !== undefined,
    ...(lease && {
      holder: lease.holder,
      fencingToken: lease.fencingToken,
      ttlMs: lease.ttlMs,
      remainingMs: lease.expiresAtMs - nowMs,
      heldForMs: nowMs - lease.grantedAtMs,
      lastRenewedMsAgo: nowMs - lease.renewedAtMs,
      ...(lease.metadata && { metadata: lease.metadata }),
      ...(lease.yieldRequest && { yieldRequest: yieldView(lease.yieldRequest, nowMs) }),
    }),
    waiters: session.waiters.map(({ holder, enqueuedAtMs, background }) => ({ holder, waitedMs: nowMs - enqueuedAtMs, background })),
    parkedReplies: undeliveredCount(session),
    ...(previous && { previous: previousView(previous, nowMs) }),
  };
};
