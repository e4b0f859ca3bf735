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

const segmentOf = (session: string): string => {
  checkSession(session);
  return MANGLED.test(session) ? `~${Buffer.from(session).toString('base64url')}` : encodeURIComponent(session);
};

/** The path of a session's lease; `rest` begins with a slash. */
export const leasePath = (session: string, rest = ''): string => `/v1/leases/${segmentOf(session)}${rest}`;

/** The path of a session's replies. */
export const repliesPath = (session: string): string => `/v1/replies/${segmentOf(session)}`;

const REPLY_ID = /^(?!\.{1,2}$)[A-Za-z0-9._~-]{1,128}$/;

/** @throws {@link InvalidRequestError} for what no service would take */
export const checkReplyId = (replyId: string): void => {
  if (typeof replyId === 'string' && REPLY_ID.test(replyId)) return;
  throw new InvalidRequestError('replyId must be 1 to 128 of A-Z, a-z, 0-9, ".", "_", "~" and "-", and not "." or "..".');
};

/** The path of one reply; `rest` begins with a slash. */
export const replyPath = (session: string, replyId: string, rest = ''): string => {
  checkReplyId(replyId);
  return `${repliesPath(session)}/${replyId}${rest}`;
};
