/** Turns whatever was thrown on the way into an error that can be told. */
import type { FastifyError, FastifyRequest } from 'fastify';
import { HoldfastError } from '../session/errors.ts';
import { validationFault, type Where } from './validation.ts';

const ofValidation = (error: FastifyError): HoldfastError => {
  const where = (error.validationContext ?? 'body') as Where;
  const [first] = error.validation ?? [];
  const isLeaseId = where === 'headers' && !first?.instancePath.includes('last-event-id');
  // A missing header and a malformed one are one fault to the caller, and one sentence.
  if (isLeaseId) return new HoldfastError('lease-id-invalid', 'Lease-Id: must be 22 to 128 of A-Z, a-z, 0-9, _ and -');
  return new HoldfastError('request-invalid', first ? validationFault(first, where) : error.message);
};

const isWellEncoded = (segment: string): boolean => {
  try {
    decodeURIComponent(segment);
    return true;
  } catch {
    // That it throws is the answer.
    return false;
  }
};

const badAddress = (request: FastifyRequest): HoldfastError => {
  const session = /^\/v1\/(?:leases|replies)\/([^/?]*)/.exec(request.raw.url ?? '')?.[1];
  const code = session !== undefined && !isWellEncoded(session) ? 'session-invalid' : 'request-invalid';
  return new HoldfastError(code, 'The address must be percent-encoded UTF-8: after "%" come two hexadecimal digits.');
};

/** A command whose handler broke may have been carried out. */
const broken = (request: FastifyRequest, cause: unknown): HoldfastError => {
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  return new HoldfastError('internal', 'The service failed; its log has the reason beside this request id.', { ...(!isRead && { outcome: 'unknown' }), cause });
};

export const toldError = (error: FastifyError | HoldfastError, request: FastifyRequest): HoldfastError => {
  if (error instanceof HoldfastError) return error;
  if (error.validation) return ofValidation(error);
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new HoldfastError('body-too-large', `The body must be at most ${request.routeOptions.bodyLimit} bytes.`);
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new HoldfastError('media-type-unsupported', 'Send the header "Content-Type: application/json".');
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return new HoldfastError('json-malformed', 'The body must be well-formed JSON, without a member named __proto__.');
    case 'FST_ERR_BAD_URL':
      return badAddress(request);
    default:
      // What Fastify itself refuses is the caller's fault when it says so.
      return error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500
        ? new HoldfastError('request-invalid', error.message)
        : broken(request, error);
  }
};
