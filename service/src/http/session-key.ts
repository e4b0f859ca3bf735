/** Session keys as callers write them. */
import { isUtf8 } from 'node:buffer';
import { HoldfastError } from '../session/errors.ts';
import { SESSION_KEY_BYTES_MAX } from '../session/limits.ts';
import type { SessionKey } from '../session/types.ts';

const CONTROL_CHARACTER = /[\u0000-\u001f\u007f-\u009f]/;

/** What is wrong with a plain key, in words; undefined for a good one. */
export const keyFault = (key: string): string | undefined => {
  if (key === '') return 'must not be empty';
  if (key === '.' || key === '..') return 'must not be "." or ".."';
  if (!key.isWellFormed()) return 'must not contain an unpaired surrogate';
  if (CONTROL_CHARACTER.test(key)) return 'must not contain a control character';
  if (Buffer.byteLength(key) > SESSION_KEY_BYTES_MAX) return `must be at most ${SESSION_KEY_BYTES_MAX} bytes of UTF-8`;
  return undefined;
};

const invalid = (fault: string): HoldfastError => new HoldfastError('session-invalid', `session: ${fault}`);

/**
 * The key that a path names, after percent-decoding. A segment that begins with `~` is the base64url form, always: a
 * plain key that begins so would be two names for one thing.
 * @throws HoldfastError `session-invalid`
 */
export const keyOfPath = (segment: string): SessionKey => {
  const key = segment.startsWith('~') ? decodeTilde(segment.slice(1)) : segment;
  const fault = keyFault(key);
  if (fault !== undefined) throw invalid(fault);
  return key as SessionKey;
};

const decodeTilde = (encoded: string): string => {
  const bytes = Buffer.from(encoded, 'base64url');
  // Encoding it again is the whole check: padding, foreign characters and stray bits do not come back.
  if (bytes.toString('base64url') !== encoded) throw invalid('after "~" must be base64url, canonical and without padding');
  if (!isUtf8(bytes)) throw invalid('after "~" must be the base64url of UTF-8');
  return bytes.toString();
};
