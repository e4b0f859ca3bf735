/** Session keys, as they stand in a path. */
import { InvalidRequestError } from './errors.ts';

const KEY_BYTES_MAX = 512;
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
// Proxies decode, fold or refuse these in a path, percent-encoded or not; `~` itself announces the other form.
const MANGLED = /^~|[/\\%?#;]|\.\./;

const refuse = (why: string): never => {
  throw new InvalidRequestError(`The session key ${why}.`, { code: 'session-invalid' });
};

/** @throws {@link InvalidRequestError} `session-invalid` for what no service would take */
export const checkSession = (session: string): void => {
  if (typeof session !== 'string') refuse('must be a string');
  if (session === '') refuse('must not be empty');
  if (session === '.' || session === '..') refuse('must not be "." or ".."');
  if (CONTROL.test(session)) refuse('must not contain control characters');
  if (!session.isWellFormed()) refuse('must not contain unpaired surrogates');
  if (Buffer.byteLength(session) > KEY_BYTES_MAX) refuse(`must not be longer than ${KEY_BYTES_MAX} bytes of UTF-8`);
};

/** The path of a session's lease; `rest` begins with a slash. */
export const leasePath = (session: string, rest = ''): string => {
  checkSession(session);
  const segment = MANGLED.test(session) ? `~${Buffer.from(session).toString('base64url')}` : encodeURIComponent(session);
  return `/v1/leases/${segment}${rest}`;
};
