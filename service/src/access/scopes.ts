/** What a key may do. The names are part of the contract: they stand in key files, in `openapi.yaml` and in refusals. */

export const SCOPES = ['lease', 'preempt', 'replies', 'read', 'admin'] as const;

/**
 * `lease`: leases, waits, asking to yield. `preempt`: a yield with a grace, which ends a lease. `replies`: park, read, take and settle replies.
 * `read`: listings, metrics, the pages for people. `admin`: revoke; replay and discard without holding the session.
 */
export type Scope = (typeof SCOPES)[number];

export const isScope = (text: string): text is Scope => (SCOPES as readonly string[]).includes(text);
