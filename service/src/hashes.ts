/** The digests that the rules work with, the same wherever a service is put together. */
import { hash } from 'node:crypto';
import type { LeaseId, LeaseIdHash, PayloadHash } from './session/types.ts';

export const hashLeaseId = (leaseId: LeaseId): LeaseIdHash => hash('sha256', leaseId, 'base64url').slice(0, 22) as LeaseIdHash;

/** Whole, unlike the above: payloads are chosen by others, and one that got another's hash would be dropped as a repeat. */
export const hashPayload = (contentType: string, payload: string): PayloadHash => hash('sha256', `${contentType}\n${payload}`, 'base64url') as PayloadHash;
