/** Refuses options that nobody could act on. What has a range in the service is left to the service, which names it. Pure. */
import { InvalidRequestError } from './errors.ts';
import { LEASE_ID_PATTERN } from './lease-id.ts';
import type { AcquireOptions, ExportedLease, LeaseClientOptions } from './options.ts';
import { checkSession } from './session-path.ts';

const HOLDER_CHARS_MAX = 128;
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;
const ON_HELD = ['wait', 'reject', 'interrupt'];

const demand = (fulfilled: boolean, message: string): void => {
  if (!fulfilled) throw new InvalidRequestError(message);
};

const isSpan = (value: unknown): boolean => typeof value === 'number' && value >= 0;

/** @throws InvalidRequestError names the option */
export const checkClientOptions = ({ holder, apiKey, baseUrl, baseUrls, requestTimeoutMs = 1 }: LeaseClientOptions): void => {
  demand(typeof holder === 'string' && holder.length > 0 && holder.length <= HOLDER_CHARS_MAX, `holder must have 1 to ${HOLDER_CHARS_MAX} characters.`);
  // The key itself must not appear in a message.
  demand(apiKey === undefined || VISIBLE_ASCII.test(apiKey), 'apiKey must consist of visible ASCII characters.');
  demand(baseUrl === undefined || baseUrls === undefined, 'baseUrl and baseUrls must not both be given.');
  demand(baseUrls === undefined || Array.isArray(baseUrls), 'baseUrls must be a list.');
  demand(Number.isFinite(requestTimeoutMs) && requestTimeoutMs > 0, 'requestTimeoutMs must be more than 0.');
};

/** @throws InvalidRequestError names the option */
export const checkAcquireOptions = ({ waitMs = 0, onHeld = 'wait', interrupt, progressTimeoutMs = 1, autoRenew = true }: AcquireOptions): void => {
  demand(isSpan(waitMs), 'waitMs must be at least 0.');
  demand(ON_HELD.includes(onHeld), `onHeld must be one of ${ON_HELD.join(', ')}.`);
  demand(interrupt === undefined || onHeld === 'interrupt', 'interrupt is for onHeld "interrupt".');
  demand(isSpan(progressTimeoutMs) && progressTimeoutMs > 0, 'progressTimeoutMs must be more than 0.');
  demand(typeof autoRenew === 'boolean', 'autoRenew must be true or false.');
};

/** @throws InvalidRequestError without the lease id in its message */
export const checkExported = ({ session, leaseId, holder, fencingToken }: ExportedLease): void => {
  checkSession(session);
  demand(typeof leaseId === 'string' && LEASE_ID_PATTERN.test(leaseId), 'The exported lease has no lease id.');
  demand(typeof holder === 'string' && holder.length > 0, 'The exported lease has no holder.');
  demand(Number.isSafeInteger(fencingToken), 'The exported lease has no fencing token.');
};
