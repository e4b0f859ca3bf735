/** Renew: moves an expiry on, and confirms an offer. Never revives, never moves it back. */
import type { Outcomes, Renew } from './commands.ts';
import type { LeaseLost, LeaseUnknown } from './lost.ts';
import { setLease, type Draft } from './draft.ts';
import type { EndedId, FencingToken, Lease, LeaseIdHash, Session } from './types.ts';
import { lostView, renewedView } from './views.ts';

export const renew = (draft: Draft, command: Renew): Outcomes['renew'] => {
  const refusal = leaseRefusal(draft.session, command.leaseIdHash);
  if (refusal) return refusal;
  const lease = draft.session.lease!;
  const { monoMs } = draft.now;
  const ttlMs = command.ttlMs ?? lease.ttlMs;
  const renewed: Lease = {
    ...lease,
    ttlMs,
    ttlLongestMs: Math.max(ttlMs, lease.ttlLongestMs),
    renewedAtMs: monoMs,
    expiresAtMs: Math.max(lease.expiresAtMs, Math.min(monoMs + ttlMs, endsAtLatest(lease))),
    confirmed: true,
    soleConnection: undefined,
    metadata: command.metadata ?? lease.metadata,
  };
  setLease(draft, renewed);
  return renewedView(draft.session, renewed, monoMs, { afterMs: Math.max(0, monoMs - lease.renewedAtMs), confirms: !lease.confirmed });
};

/** What is answered to an id that does not hold the session; undefined for the live holder's. */
export const leaseRefusal = (session: Session, leaseIdHash: LeaseIdHash): LeaseLost | LeaseUnknown | undefined => {
  if (session.lease?.leaseIdHash === leaseIdHash) return undefined;
  const ended = findEnded(session, leaseIdHash);
  return ended && wasGranted(ended) ? lostView(session, ended) : { kind: 'lease-unknown' };
};

/** What no renewal can pass: max hold and, once somebody asked with a grace, preemption. */
const endsAtLatest = ({ holdEndsAtMs, yieldRequest }: Lease): number => Math.min(holdEndsAtMs, yieldRequest?.endsAtMs ?? Infinity);

export const findEnded = (session: Session, leaseIdHash: LeaseIdHash): EndedId | undefined =>
  session.ended.find((ended) => ended.leaseIdHash === leaseIdHash);

export const wasGranted = (ended: EndedId): ended is EndedId & { fencingToken: FencingToken } => ended.fencingToken !== undefined;
