/** The secret of a request, which goes no further than here. */
import type { FastifyRequest } from 'fastify';
import type { LeaseId, LeaseIdHash } from '../session/types.ts';

/** The hash of the `Lease-Id` header, which the route's schema has checked: a doubled header is joined by a comma, and fails there. */
export const leaseIdHashOf = (request: FastifyRequest, hash: (leaseId: LeaseId) => LeaseIdHash): LeaseIdHash =>
  hash(request.headers['lease-id'] as LeaseId);

/** The same where the header may be left out: undefined when it was. */
export const givenLeaseIdHash = (request: FastifyRequest, hash: (leaseId: LeaseId) => LeaseIdHash): LeaseIdHash | undefined =>
  request.headers['lease-id'] === undefined ? undefined : leaseIdHashOf(request, hash);
