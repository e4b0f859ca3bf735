/** Facts of a lease as a grant would give them, for tests that need one and do not care where it came from. */
import type { Clock } from '../../client/src/clock.ts';
import type { HoldingFacts } from '../../client/src/holding.ts';
import { validityOf } from '../../client/src/validity.ts';

export const factsOf = (clock: Clock, more: Partial<HoldingFacts> = {}): HoldingFacts => ({
  session: 's',
  leaseId: 'lease-id-of-32-characters-000000',
  holder: 'gateway-1',
  fencingToken: 7,
  ttlMs: 30_000,
  validity: validityOf(clock.now(), 30_000),
  waitedMs: 0,
  previous: undefined,
  autoRenew: true,
  progressTimeoutMs: undefined,
  holdEndsAtMs: undefined,
  ...more,
});

export const renewalOf = (more: object = {}) => ({ fencingToken: 7, ttlMs: 30_000, remainingMs: 30_000, renewAfterMs: 10_000, waiters: 0, parkedReplies: 0, ...more });
