/** Acquire: grant, repeat, wait, or say who holds it. */
import type { Acquire, Outcomes } from './commands.ts';
import { setLease, type Draft } from './draft.ts';
import { TICKET_GRACE_MS, WAITERS_MAX } from './limits.ts';
import { enqueue, findWaiter, putWaiter } from './queue.ts';
import { mintToken } from './token.ts';
import type { Lease, Waiter } from './types.ts';
import { grantedView, heldView } from './views.ts';
import { recordYield } from './yield.ts';

export const acquire = (draft: Draft, command: Acquire): Outcomes['acquire'] => {
  const { session } = draft;
  if (session.lease?.leaseIdHash === command.leaseIdHash) return repeat(draft, session.lease, command);
  if (session.ended.some(({ leaseIdHash }) => leaseIdHash === command.leaseIdHash)) return { kind: 'lease-ended' };
  const waiter = findWaiter(session, command.leaseIdHash);
  if (waiter && waiter.holder !== command.holder) return { kind: 'lease-id-reused' };
  // A free session has no waiters: whoever waited was offered it when it became free.
  if (!session.lease) return grant(draft, command);
  if (!waiter && wantsTicket(draft, command)) {
    if (session.waiters.length >= WAITERS_MAX) return { kind: 'waiters-full', waiters: session.waiters.length };
    if (command.usedUp?.waiters !== undefined) return { kind: 'quota-exceeded', quota: 'waiters', limit: command.usedUp.waiters };
  }
  askHolder(draft, command);
  return waiter ? comeBack(draft, session.lease, waiter, command) : waitOrLeave(draft, session.lease, command);
};

const grant = (draft: Draft, command: Acquire): Outcomes['acquire'] => {
  if (command.usedUp?.leases !== undefined) return { kind: 'quota-exceeded', quota: 'leases', limit: command.usedUp.leases };
  const { monoMs } = draft.now;
  const holdEndsAtMs = monoMs + command.maxHoldMs;
  const lease: Lease = {
    leaseIdHash: command.leaseIdHash,
    holder: command.holder,
    fencingToken: mintToken(draft),
    background: command.background,
    ttlMs: command.ttlMs,
    ttlLongestMs: command.ttlMs,
    grantedAtMs: monoMs,
    renewedAtMs: monoMs,
    expiresAtMs: Math.min(monoMs + command.ttlMs, holdEndsAtMs),
    holdEndsAtMs,
    confirmed: true,
    soleConnection: command.connection,
    metadata: command.metadata,
    yieldRequest: undefined,
  };
  setLease(draft, lease);
  draft.events.push({ type: 'granted', holder: lease.holder, fencingToken: lease.fencingToken, waitedMs: 0 });
  return grantedView(draft.session, lease, monoMs, { repeated: false, waitedMs: 0 });
};

/** The same lease id again: the same grant, neither extended nor confirmed. */
const repeat = (draft: Draft, lease: Lease, command: Acquire): Outcomes['acquire'] => {
  if (lease.holder !== command.holder) return { kind: 'lease-id-reused' };
  if (lease.soleConnection !== undefined) setLease(draft, { ...lease, soleConnection: undefined });
  return grantedView(draft.session, lease, draft.now.monoMs, { repeated: true, waitedMs: 0 });
};

const sameClass = (draft: Draft, background: boolean): number =>
  draft.session.waiters.filter((waiter) => waiter.background === background).length;

const wantsTicket = (draft: Draft, { waitMs, maxWaiters, background }: Acquire): boolean =>
  waitMs > 0 && (maxWaiters === undefined || sameClass(draft, background) < maxWaiters);

/** A caller that finds the session held may ask its holder to yield; a foreground waiter always asks a background holder. */
const askHolder = (draft: Draft, command: Acquire): void => {
  const { lease } = draft.session;
  if (!lease) return;
  if (command.yieldRequest) recordYield(draft, lease, { by: command.holder, ...command.yieldRequest });
  else if (lease.background && !command.background && wantsTicket(draft, command)) {
    recordYield(draft, lease, { by: command.holder, reason: 'a foreground waiter has arrived' });
  }
};

const waitOrLeave = (draft: Draft, lease: Lease, command: Acquire): Outcomes['acquire'] => {
  const { monoMs } = draft.now;
  if (!wantsTicket(draft, command)) return heldView(draft.session, lease, monoMs);
  const waitEndsAtMs = monoMs + command.waitMs;
  const { leaseIdHash, holder, background, ttlMs, maxHoldMs, metadata, connection } = command;
  enqueue(draft, {
    leaseIdHash,
    holder,
    background,
    ttlMs,
    maxHoldMs,
    metadata,
    enqueuedAtMs: monoMs,
    requestedAtMs: monoMs,
    connection,
    waitEndsAtMs,
    ticketEndsAtMs: waitEndsAtMs + TICKET_GRACE_MS,
  });
  return { kind: 'waiting' };
};

/** A waiter asks again: it keeps its place and its first request's terms; the newest connection is the one that will be answered. */
const comeBack = (draft: Draft, lease: Lease, waiter: Waiter, command: Acquire): Outcomes['acquire'] => {
  const { monoMs } = draft.now;
  if (waiter.connection !== undefined) {
    draft.wakes.push({ connection: waiter.connection, outcome: heldView(draft.session, lease, monoMs, waiter) });
  }
  const waitEndsAtMs = monoMs + command.waitMs;
  const waits = command.waitMs > 0;
  const back: Waiter = {
    ...waiter,
    requestedAtMs: monoMs,
    connection: waits ? command.connection : undefined,
    waitEndsAtMs,
    ticketEndsAtMs: waitEndsAtMs + TICKET_GRACE_MS,
  };
  putWaiter(draft, back);
  return waits ? { kind: 'waiting' } : heldView(draft.session, lease, monoMs, back);
};
