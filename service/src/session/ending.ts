/** How a lease begins for a waiter and ends for everybody. */
import { setLease, type Draft } from './draft.ts';
import { grantedView } from './views.ts';
import { ENDED_IDS_MAX, ENDED_ID_MS, OFFER_MS } from './limits.ts';
import { abandonAttempts } from './replies/attempt.ts';
import { mintToken } from './token.ts';
import type { EndedBecause, EndedId, Lease, Waiter } from './types.ts';

/** Remembers that an id is over, so that its late repeats are answered and never granted. */
export const rememberEnded = (draft: Draft, ended: EndedId): void => {
  const remembered = draft.session.ended;
  const kept = remembered.length < ENDED_IDS_MAX ? remembered : remembered.slice(remembered.length - ENDED_IDS_MAX + 1);
  draft.session = { ...draft.session, ended: [...kept, ended] };
};

/** Forgets the ended ids that are older than they need to be. */
export const forgetEnded = (draft: Draft): void => {
  const { ended } = draft.session;
  const isOld = (id: EndedId): boolean => id.endedAtMs + ENDED_ID_MS <= draft.now.monoMs;
  if (ended.length === 0 || !isOld(ended[0]!)) return;
  draft.session = { ...draft.session, ended: ended.filter((id) => !isOld(id)) };
};

/** Why a lease ends that has reached its expiry: the first rule that kept renewals from moving it on. */
export const endedByTime = (lease: Lease): EndedBecause => {
  if (lease.expiresAtMs >= lease.holdEndsAtMs) return 'max-hold';
  if (lease.yieldRequest?.endsAtMs !== undefined && lease.expiresAtMs >= lease.yieldRequest.endsAtMs) return 'preempted';
  return 'expired';
};

/** Ends the live lease, at a time that may lie in the past, and offers the session to the next waiter. */
export const endLease = (draft: Draft, lease: Lease, endedBecause: EndedBecause, endedAtMs: number): void => {
  const { holder, fencingToken, leaseIdHash } = lease;
  // An offer that nobody took up must not swallow what the holder before it left for its successor.
  const lapsed = !lease.confirmed && endedBecause === 'expired';
  const metadata = lease.metadata ?? (lapsed ? draft.session.previous?.metadata : undefined);
  setLease(draft, undefined);
  draft.session = { ...draft.session, previous: { holder, fencingToken, endedBecause, endedAtMs, metadata } };
  rememberEnded(draft, { leaseIdHash, fencingToken, endedBecause, endedAtMs });
  draft.events.push({ type: 'ended', holder, fencingToken, endedBecause, heldForMs: Math.max(0, endedAtMs - lease.grantedAtMs) });
  abandonAttempts(draft, lease, endedAtMs);
  offerToNext(draft);
};

/** Offers the free session to the first waiter whose ticket is still good; the void ones before it leave. */
export const offerToNext = (draft: Draft): void => {
  const { waiters } = draft.session;
  const next = waiters.findIndex((waiter) => isGood(waiter, draft.now.monoMs));
  const first = waiters[next];
  draft.session = { ...draft.session, waiters: first ? waiters.slice(next + 1) : [] };
  if (first) offer(draft, first);
};

/** A ticket is void only while its waiter is away: after a stall of the service, one that still stands there is served, never left without an answer. */
const isGood = ({ connection, ticketEndsAtMs }: Waiter, nowMs: number): boolean => connection !== undefined || nowMs < ticketEndsAtMs;

const offer = (draft: Draft, waiter: Waiter): void => {
  const { monoMs } = draft.now;
  const holdEndsAtMs = monoMs + waiter.maxHoldMs;
  // A waiter that is away keeps what is left of its grace, so that vanished waiters never add up to more than their tickets.
  const graceEndsAtMs = waiter.connection === undefined ? waiter.ticketEndsAtMs : Infinity;
  const lease: Lease = {
    leaseIdHash: waiter.leaseIdHash,
    holder: waiter.holder,
    fencingToken: mintToken(draft),
    background: waiter.background,
    ttlMs: waiter.ttlMs,
    ttlLongestMs: waiter.ttlMs,
    grantedAtMs: monoMs,
    renewedAtMs: monoMs,
    expiresAtMs: Math.min(monoMs + Math.min(waiter.ttlMs, OFFER_MS), holdEndsAtMs, graceEndsAtMs),
    holdEndsAtMs,
    confirmed: false,
    soleConnection: undefined,
    metadata: waiter.metadata,
    yieldRequest: undefined,
  };
  setLease(draft, lease);
  draft.events.push({ type: 'granted', holder: lease.holder, fencingToken: lease.fencingToken, waitedMs: Math.max(0, monoMs - waiter.enqueuedAtMs) });
  if (waiter.connection === undefined) return;
  const waitedMs = monoMs - waiter.requestedAtMs;
  const outcome = grantedView(draft.session, lease, monoMs, { repeated: false, waitedMs });
  draft.wakes.push({ connection: waiter.connection, outcome });
};
