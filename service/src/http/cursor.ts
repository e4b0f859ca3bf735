/** Cursors of listings: the last key that was looked at, opaque to callers. */
import { HoldfastError } from '../session/errors.ts';
import type { SessionKey } from '../session/types.ts';
import { keyFault } from './session-key.ts';

export const cursorAfter = (key: SessionKey): string => Buffer.from(key).toString('base64url');

/** @throws HoldfastError `cursor-invalid` */
export const keyOfCursor = (cursor: string): SessionKey => {
  const key = Buffer.from(cursor, 'base64url').toString();
  if (Buffer.from(key).toString('base64url') !== cursor || keyFault(key) !== undefined) {
    throw new HoldfastError('cursor-invalid', 'cursor: must be a nextCursor that this service gave');
  }
  return key as SessionKey;
};
