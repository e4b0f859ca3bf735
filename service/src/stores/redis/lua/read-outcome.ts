/** The typed side of `shared/views.lua`: outcomes about leases, from flat arrays whose first item is the kind. */
import type { FenceVerdict, Granted, LeaseHeld, Outcomes, PreviousView, Renewed, SessionView, Wake, YieldView } from '../../../session/commands.ts';
import type { LeaseLost } from '../../../session/lost.ts';
import type { ConnectionId, EndedBecause, FencingToken, Metadata } from '../../../session/types.ts';
import type { Quota } from '../../../session/usage.ts';
import type { Told } from '../script.ts';
import { flag, list, number, optionalNumber, optionalText, text } from './reading.ts';

const token = (value: unknown): FencingToken => number(value) as FencingToken;

const metadata = (value: unknown): { metadata: Metadata } | undefined => {
  const json = optionalText(value);
  return json === undefined ? undefined : { metadata: JSON.parse(json) as Metadata };
};

const previous = (told: unknown): { previous: PreviousView } | undefined => {
  const [holder, fencingToken, endedBecause, endedMsAgo, kept] = list(told);
  if (holder === undefined) return undefined;
  return { previous: { holder: text(holder), fencingToken: token(fencingToken), endedBecause: endedBecause as EndedBecause, endedMsAgo: number(endedMsAgo), ...metadata(kept) } };
};

const yieldView = (told: unknown): YieldView | undefined => {
  const [by, reason, remainingMs] = list(told);
  if (by === undefined) return undefined;
  const why = optionalText(reason);
  const left = optionalNumber(remainingMs);
  return { by: text(by), ...(why !== undefined && { reason: why }), ...(left !== undefined && { remainingMs: left }) };
};

const yieldRequest = (told: unknown): { yieldRequest: YieldView } | undefined => {
  const view = yieldView(told);
  return view && { yieldRequest: view };
};

const granted = ([, repeated, holder, fencingToken, ttlMs, remainingMs, renewAfterMs, confirmWithinMs, waitedMs, parkedReplies, before]: Told): Granted => {
  const within = optionalNumber(confirmWithinMs);
  return {
    kind: 'granted',
    repeated: flag(repeated),
    holder: text(holder),
    fencingToken: token(fencingToken),
    ttlMs: number(ttlMs),
    remainingMs: number(remainingMs),
    renewAfterMs: number(renewAfterMs),
    ...(within !== undefined && { confirmWithinMs: within }),
    waitedMs: number(waitedMs),
    parkedReplies: number(parkedReplies),
    ...previous(before),
  };
};

const held = ([, holder, heldForMs, remainingMs, currentToken, waiters, position, waitedMs]: Told): LeaseHeld => {
  const place = optionalNumber(position);
  return {
    kind: 'lease-held',
    holder: text(holder),
    heldForMs: number(heldForMs),
    remainingMs: number(remainingMs),
    currentToken: token(currentToken),
    waiters: number(waiters),
    ...(place !== undefined && { position: place }),
    waitedMs: number(waitedMs),
  };
};

const renewed = ([, fencingToken, ttlMs, remainingMs, renewAfterMs, waiters, parkedReplies, asked, afterMs, confirms]: Told): Renewed => ({
  kind: 'renewed',
  afterMs: number(afterMs),
  confirms: flag(confirms),
  fencingToken: token(fencingToken),
  ttlMs: number(ttlMs),
  remainingMs: number(remainingMs),
  renewAfterMs: number(renewAfterMs),
  waiters: number(waiters),
  parkedReplies: number(parkedReplies),
  ...yieldRequest(asked),
});

const lost = ([, fencingToken, currentToken, endedBecause, successor]: Told): LeaseLost => {
  const current = optionalNumber(currentToken);
  const holder = optionalText(successor);
  return {
    kind: 'lease-lost',
    fencingToken: token(fencingToken),
    ...(current !== undefined && { currentToken: current as FencingToken }),
    endedBecause: endedBecause as EndedBecause,
    ...(holder !== undefined && { successor: { holder } }),
  };
};

const leaseOf = (told: unknown): Partial<SessionView> => {
  const [holder, fencingToken, ttlMs, remainingMs, heldForMs, lastRenewedMsAgo, kept, asked] = list(told);
  if (holder === undefined) return { held: false };
  return {
    held: true,
    holder: text(holder),
    fencingToken: token(fencingToken),
    ttlMs: number(ttlMs),
    remainingMs: number(remainingMs),
    heldForMs: number(heldForMs),
    lastRenewedMsAgo: number(lastRenewedMsAgo),
    ...metadata(kept),
    ...yieldRequest(asked),
  };
};

export const readSession = ([, lease, waiters, parkedReplies, before]: Told): SessionView => ({
  kind: 'session',
  held: false,
  ...leaseOf(lease),
  waiters: list(waiters).map((told) => {
    const [holder, waitedMs, background] = list(told);
    return { holder: text(holder), waitedMs: number(waitedMs), background: flag(background) };
  }),
  parkedReplies: number(parkedReplies),
  ...previous(before),
});

export const readVerdict = ([, verdict, stale, currentToken, endedBecause]: Told): FenceVerdict => {
  const current = optionalNumber(currentToken);
  const because = optionalText(endedBecause);
  return {
    kind: 'verdict',
    verdict: verdict as FenceVerdict['verdict'],
    stale: flag(stale),
    ...(current !== undefined && { currentToken: current as FencingToken }),
    ...(because !== undefined && { endedBecause: because as EndedBecause }),
  };
};

type LeaseOutcome = Outcomes['acquire' | 'renew' | 'release' | 'yield' | 'revoke'];

/** Any outcome of a command on a lease. */
export const readLeaseOutcome = (told: Told): LeaseOutcome => {
  const [kind, first, second] = told;
  switch (kind) {
    case 'granted':
      return granted(told);
    case 'lease-held':
      return held(told);
    case 'renewed':
      return renewed(told);
    case 'lease-lost':
      return lost(told);
    case 'waiters-full':
      return { kind, waiters: number(first) };
    case 'quota-exceeded':
      return { kind, quota: first as Quota, limit: number(second) };
    case 'asked':
      return { kind, holder: text(first), yieldRequest: yieldView(second)! };
    case 'revoked':
      return { kind, holder: text(first), fencingToken: token(second) };
    case 'waiting':
    case 'lease-ended':
    case 'lease-id-reused':
    case 'lease-unknown':
    case 'lease-not-held':
    case 'released':
      return { kind };
    default:
      throw new Error(`a script told ${JSON.stringify(told)}`);
  }
};

/** An answer for a waiting connection. */
export const readWake = (told: unknown): Wake => {
  const [connection, outcome] = list(told);
  return { connection: connection as ConnectionId, outcome: readLeaseOutcome(list(outcome)) as Wake['outcome'] };
};
