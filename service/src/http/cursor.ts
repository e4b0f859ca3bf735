/** Cursors of listings: the last place that was looked at, opaque to callers. */
import type { ReplyPlace } from '../session/replies/commands.ts';
import { HoldfastError } from '../session/errors.ts';
import type { ListedPlace } from '../session/store.ts';
import type { FencingToken, SessionKey } from '../session/types.ts';
import { keyFault } from './session-key.ts';

const invalid = (cause?: unknown): HoldfastError => new HoldfastError('cursor-invalid', 'cursor: must be a nextCursor that this service gave', { cause });

export const cursorAfter = (key: SessionKey): string => Buffer.from(key).toString('base64url');

/** @throws HoldfastError `cursor-invalid` */
export const keyOfCursor = (cursor: string): SessionKey => {
  const key = Buffer.from(cursor, 'base64url').toString();
  if (Buffer.from(key).toString('base64url') !== cursor || keyFault(key) !== undefined) throw invalid();
  return key as SessionKey;
};

const written = (parts: readonly unknown[]): string => Buffer.from(JSON.stringify(parts)).toString('base64url');

const read = (cursor: string): readonly unknown[] => {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    // Written again it must be the same, so that each place has one cursor only.
    if (Array.isArray(parts) && parts.length === 3 && written(parts) === cursor) return parts;
  } catch (cause) {
    throw invalid(cause);
  }
  throw invalid();
};

const isCount = (part: unknown): part is number => Number.isSafeInteger(part) && (part as number) >= 0;

/** A place among the replies of one session. */
export const cursorAfterReply = ({ fencingToken, sequence, number }: ReplyPlace): string => written([fencingToken, sequence ?? null, number]);

/** @throws HoldfastError `cursor-invalid` */
export const replyPlaceOfCursor = (cursor: string): ReplyPlace => {
  const [fencingToken, sequence, number] = read(cursor);
  if (!isCount(fencingToken) || !(sequence === null || isCount(sequence)) || !isCount(number)) throw invalid();
  return { fencingToken: fencingToken as FencingToken, sequence: sequence ?? undefined, number };
};

/** A place among the replies of all sessions. */
export const cursorAfterListed = ({ atMs, key, number }: ListedPlace): string => written([atMs, key, number]);

/** @throws HoldfastError `cursor-invalid` */
export const listedPlaceOfCursor = (cursor: string): ListedPlace => {
  const [atMs, key, number] = read(cursor);
  if (typeof atMs !== 'number' || typeof key !== 'string' || keyFault(key) !== undefined || !isCount(number)) throw invalid();
  return { atMs, key: key as SessionKey, number };
};
