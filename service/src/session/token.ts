/** Fencing tokens. */
import type { Draft } from './draft.ts';
import { FENCING_TOKEN_MAX } from './limits.ts';
import type { FencingToken } from './types.ts';

/**
 * Mints the next token and raises the floor to it, in the same step. Taking the wall clock where it is larger keeps
 * tokens ordered (by the clock) even after a store has lost everything; taking the floor keeps them ordered whatever the clock does.
 * @throws RangeError when no larger integer can be told in JSON
 */
export const mintToken = (draft: Draft): FencingToken => {
  const token = Math.max(draft.floor + 1, draft.now.wallUs);
  if (!Number.isSafeInteger(token)) throw new RangeError(`no fencing token above ${FENCING_TOKEN_MAX}`);
  draft.floor = token as FencingToken;
  return draft.floor;
};
