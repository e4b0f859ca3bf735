/** Lease ids: whoever knows one can renew and release the lease, so nobody may guess it. */
import type { RandomBytes } from './chance.ts';

const LEASE_ID_BYTES = 32;
/** What the service takes for a lease id. */
export const LEASE_ID_PATTERN = /^[A-Za-z0-9_-]{22,128}$/;

export const mintLeaseId = (randomBytes: RandomBytes): string => Buffer.from(randomBytes(LEASE_ID_BYTES)).toString('base64url');
