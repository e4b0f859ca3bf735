/** Problem documents: the one place where a code becomes an HTTP status. */
import type { FastifyReply } from 'fastify';
import { ERRORS, type ErrorCode, type HoldfastError } from '../session/errors.ts';

export const STATUSES: Readonly<Record<ErrorCode, number>> = {
  'request-invalid': 400,
  'session-invalid': 400,
  'lease-id-invalid': 400,
  'cursor-invalid': 400,
  'json-malformed': 400,
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  'lease-unknown': 404,
  'lease-not-held': 404,
  'reply-unknown': 404,
  'method-not-allowed': 405,
  'request-timeout': 408,
  'lease-held': 409,
  'reply-settled': 409,
  'reply-not-next': 409,
  'reply-sending': 409,
  'attempt-superseded': 409,
  'attempt-not-taken': 409,
  'lease-ended': 410,
  'lease-lost': 410,
  'body-too-large': 413,
  'payload-too-large': 413,
  'media-type-unsupported': 415,
  misdirected: 421,
  'lease-id-reused': 422,
  'reply-id-reused': 422,
  'fencing-token-unknown': 422,
  'waiters-full': 429,
  'replies-full': 429,
  'quota-exceeded': 429,
  'rate-limited': 429,
  'streams-full': 429,
  'headers-too-large': 431,
  internal: 500,
  'store-unavailable': 503,
  'shutting-down': 503,
  overloaded: 503,
  'not-ready': 503,
};

export const PROBLEM_TYPE = 'application/problem+json';
export const PROBLEMS_PATH = '/problems/';

/** The document that tells a caller what went wrong. */
export const problemDocument = (error: HoldfastError, requestId: string): Record<string, unknown> => ({
  type: PROBLEMS_PATH + error.code,
  title: ERRORS[error.code].title,
  status: STATUSES[error.code],
  detail: error.message,
  code: error.code,
  requestId,
  retryable: ERRORS[error.code].retryable,
  ...(error.outcome && { outcome: error.outcome }),
  ...error.members,
});

/** Whether trying again is a matter of time, so that `Retry-After` says when. */
export const saysWhen = (code: ErrorCode): boolean => code === 'lease-held' || STATUSES[code] === 429 || STATUSES[code] === 503;

/** Whole seconds after which to try again; undefined where trying again is not a matter of time. */
export const retryAfterSeconds = ({ code, members }: HoldfastError): number | undefined => {
  if (code === 'lease-held') return Math.max(1, Math.ceil(Number(members['remainingMs']) / 1000));
  return saysWhen(code) ? 1 : undefined;
};

export const sendProblem = (reply: FastifyReply, error: HoldfastError): FastifyReply => {
  const retryAfter = retryAfterSeconds(error);
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
  if (error.code === 'unauthorized') reply.header('www-authenticate', 'Bearer');
  return reply
    .code(STATUSES[error.code])
    .header('content-type', PROBLEM_TYPE)
    .send(JSON.stringify(problemDocument(error, reply.request.id)));
};
