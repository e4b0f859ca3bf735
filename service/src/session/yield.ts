/** Asking a holder to give way, and taking the lease from it. */
import type { AskYield, Outcomes } from './commands.ts';
import { setLease, type Draft } from './draft.ts';
import { endLease } from './ending.ts';
import { tellHolder } from './queue.ts';
import type { Lease, YieldRequest } from './types.ts';
import { yieldView } from './views.ts';

type Asking = Omit<AskYield, 'kind'>;

export const askYield = (draft: Draft, command: AskYield): Outcomes['yield'] => {
  const { lease } = draft.session;
  if (!lease) return { kind: 'lease-not-held' };
  const request = recordYield(draft, lease, command);
  return { kind: 'asked', holder: lease.holder, yieldRequest: yieldView(request, draft.now.monoMs) };
};

/**
 * Notes a request on the lease. The grace counts from now, but what the holder was already promised is never shortened. Of
 * several requests the one that ends the lease earliest stands; a plea without a grace never replaces an older request. No
 * grace reaches past max hold.
 */
export const recordYield = (draft: Draft, lease: Lease, asking: Asking): YieldRequest => {
  const standing = lease.yieldRequest;
  const request: YieldRequest = {
    by: asking.by,
    reason: asking.reason,
    endsAtMs: asking.graceMs === undefined ? undefined : Math.min(Math.max(draft.now.monoMs + asking.graceMs, lease.expiresAtMs), lease.holdEndsAtMs),
  };
  if (standing && (request.endsAtMs ?? Infinity) >= (standing.endsAtMs ?? Infinity)) return standing;
  setLease(draft, { ...lease, yieldRequest: request });
  tellHolder(draft, 'yield-asked');
  return request;
};

/** An operator ends the lease at once: the one end that shortens what the holder was promised. */
export const revoke = (draft: Draft): Outcomes['revoke'] => {
  const { lease } = draft.session;
  if (!lease) return { kind: 'lease-not-held' };
  endLease(draft, lease, 'revoked', draft.now.monoMs);
  return { kind: 'revoked', holder: lease.holder, fencingToken: lease.fencingToken };
};
