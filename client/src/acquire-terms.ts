/** What an acquire asks of the service, and what is known of a lease once it is granted. Pure. */
import type { Acquired } from './acquisition.ts';
import type { HoldingFacts } from './holding.ts';
import type { AcquireOptions, LeaseClientOptions } from './options.ts';
import type { AcquireRequest } from './wire.ts';

export const acquireRequest = (
  { ttlMs, maxHoldMs, maxWaiters, background, metadata, onHeld, interrupt = {} }: AcquireOptions,
  { holder, ttlMs: ttlMsDefault }: LeaseClientOptions,
): AcquireRequest => ({
  holder,
  ...((ttlMs ?? ttlMsDefault) !== undefined && { ttlMs: ttlMs ?? ttlMsDefault }),
  ...(maxHoldMs !== undefined && { maxHoldMs }),
  ...(maxWaiters !== undefined && { maxWaiters }),
  ...(background !== undefined && { background }),
  ...(metadata !== undefined && { metadata }),
  ...(onHeld === 'interrupt' && { yieldRequest: interrupt }),
});

export const holdingFacts = (session: string, { autoRenew = true, progressTimeoutMs, maxHoldMs }: AcquireOptions, acquired: Acquired): HoldingFacts => {
  const { grant, leaseId, validity, waitedMs } = acquired;
  const { holder, fencingToken, ttlMs, previous, parkedReplies } = grant;
  // The service counts the hold from the grant; from the sending, and what was waited after it, it ends no later.
  const holdEndsAtMs = maxHoldMs === undefined ? undefined : validity.sent.monoMs + grant.waitedMs + maxHoldMs;
  return { session, leaseId, holder, fencingToken, ttlMs, validity, waitedMs, previous, parkedReplies, autoRenew, progressTimeoutMs, holdEndsAtMs };
};
