/** What requests of one key are counted against, each kind apart, so that a flood of one starves none of the others. */

export const BUDGETS = ['keep', 'take', 'replies', 'read', 'operate'] as const;

/**
 * `keep`: renewals, heartbeats, releases. `take`: acquires. `replies`: park and settle. `read`: everything that is only looked at.
 * `operate`: yield, revoke, replay, discard.
 */
export type Budget = (typeof BUDGETS)[number];

/** Requests a second, of one key at one instance. */
export type Rates = Readonly<Record<Budget, number>>;

/** A third of what an instance can carry out, so that no key has it for itself; one heartbeat renews 1,000 leases. */
export const RATES_DEFAULT: Rates = { keep: 5_000, take: 2_000, replies: 2_000, read: 1_000, operate: 200 };
export const RATE_MAX = 1_000_000;
