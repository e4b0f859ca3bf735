/** Members that the requests and answers about replies share, each with its limits, its meaning and an example. */
import { Type } from '@fastify/type-provider-typebox';
import {
  ATTEMPT_ERROR_BYTES_MAX,
  CONTENT_TYPE_CHARS_MAX,
  PAYLOAD_BYTES_MAX,
  PAYLOAD_DEPTH_MAX,
  REPLY_ID_CHARS_MAX,
  REPLY_LIFE_MS_DEFAULT,
  REPLY_LIFE_MS_MAX,
  REPLY_LIFE_MS_MIN,
  RETRY_AFTER_MS_MAX,
} from '../../session/limits.ts';
import { TEXT_PATTERN } from './fields.ts';

/** What stands in an address as it is. The two that clients and proxies take for steps in a path are none. */
export const REPLY_ID_PATTERN = `^(?!\\.{1,2}$)[A-Za-z0-9._~-]{1,${REPLY_ID_CHARS_MAX}}$`;

const TOKEN_CHAR = "[!#$%&'*+.^_`|~0-9A-Za-z-]";
/** A media type with its parameters (RFC 9110, section 8.3.1), in visible ASCII. */
export const CONTENT_TYPE_PATTERN = `^${TOKEN_CHAR}+/${TOKEN_CHAR}+(?: ?; ?${TOKEN_CHAR}+=(?:${TOKEN_CHAR}+|"[ !#-\\[\\]-~]*"))*$`;

export const replyId = Type.String({
  pattern: REPLY_ID_PATTERN,
  description: 'Names a reply within its session, for good: 1 to 128 of `A-Za-z0-9._~-`, not `.` or `..`, chosen by whoever parks it. What the receiver deduplicates by.',
  examples: ['turn-42'],
});

export const replyState = Type.Enum(['parked', 'sending', 'unknown', 'dead', 'delivered', 'superseded'], {
  type: 'string',
  description:
    '`parked`: waits for an attempt. `sending`: an attempt is under way. `unknown`: sent, and whether it arrived is not known. `dead`: refused for good, or too old. `delivered`. `superseded`: discarded.',
});

export const payload = Type.Unknown({
  description: `The reply itself: any JSON value, at most ${PAYLOAD_BYTES_MAX} bytes as compact JSON and ${PAYLOAD_DEPTH_MAX} levels deep; with another content type a string, at most ${PAYLOAD_BYTES_MAX} bytes of UTF-8. Numbers are kept as 64-bit floating point.`,
  examples: [{ text: 'Here is what I found.' }],
});
export const contentType = Type.String({
  maxLength: CONTENT_TYPE_CHARS_MAX,
  pattern: CONTENT_TYPE_PATTERN,
  description: 'A media type. `application/json` unless given: the payload is any JSON value. With any other, the payload is a string, its text.',
  examples: ['application/json'],
});
export const payloadBytes = Type.Integer({ minimum: 0, maximum: PAYLOAD_BYTES_MAX, description: 'Size of the payload: of its compact JSON, or of its text in UTF-8.' });
export const sequence = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'Orders the replies of one fencing token. One without comes after those that have one, in order of parking.',
});
export const committed = Type.Boolean({ description: 'Whether the transcript has the reply. Once true it stays true.' });
export const expiresInMs = Type.Integer({
  minimum: REPLY_LIFE_MS_MIN,
  maximum: REPLY_LIFE_MS_MAX,
  description: `How long it may stay undelivered before it is dead. ${REPLY_LIFE_MS_DEFAULT} unless given.`,
});

export const attempts = Type.Integer({ minimum: 0, description: 'Attempts to deliver it that were begun.' });
export const attempt = Type.Integer({
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'The number of the attempt: `attempts` + 1 with `sending`, `attempts` with every other outcome.',
});
export const outcome = Type.Enum(['sending', 'delivered', 'failed', 'unknown'], {
  type: 'string',
  description: '`sending`: the attempt begins. `delivered`, `failed`, `unknown` (sent, and the answer was lost): what came of it.',
});
export const error = Type.String({
  pattern: TEXT_PATTERN,
  description: `What went wrong, in words: at most ${ATTEMPT_ERROR_BYTES_MAX} bytes of UTF-8. Not with \`sending\`.`,
  examples: ['429 from the channel'],
});
export const retryAfterMs = Type.Integer({
  minimum: 0,
  maximum: RETRY_AFTER_MS_MAX,
  description: 'Only with `failed`: the next attempt is due after this span, or after the back-off, whichever is longer.',
});
export const permanent = Type.Boolean({ description: 'Only with `failed`: no further attempt can succeed, and the reply is dead. False unless given.' });
