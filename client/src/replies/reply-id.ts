/** Names for replies whose turn was given none. */
import type { RandomBytes } from '../chance.ts';

const REPLY_ID_BYTES = 16;

export const mintReplyId = (randomBytes: RandomBytes): string => Buffer.from(randomBytes(REPLY_ID_BYTES)).toString('base64url');
