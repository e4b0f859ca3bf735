/** A reply as it is parked: any JSON value, or text of another content type. Pure. */
import { InvalidRequestError } from '../errors.ts';

/** What the service takes at most. Checked here too, for what goes into the spool and must not be refused later. */
export const PAYLOAD_BYTES_MAX = 262_144;
const DEPTH_MAX = 200;
const CONTENT_TYPE = /^(?=.{3,128}$)[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+( ?;[ -~]*)?$/;
export const JSON_TYPE = 'application/json';

export interface Payload {
  readonly payload: unknown;
  readonly contentType: string;
}

const textOf = (reply: unknown, contentType: string): string => {
  if (contentType !== JSON_TYPE) {
    if (typeof reply !== 'string') throw new InvalidRequestError(`A reply of the content type ${contentType} must be a string.`);
    if (!reply.isWellFormed()) throw new InvalidRequestError('A reply must not contain an unpaired surrogate.');
    return reply;
  }
  const text = JSON.stringify(reply) as string | undefined;
  if (text === undefined) throw new InvalidRequestError(`A reply must be a JSON value, not ${typeof reply}.`);
  return text;
};

const isNested = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Level by level: what is deep must not cost stack. */
const isTooDeep = (value: unknown): boolean => {
  let level: readonly unknown[] = [value];
  for (let depth = 0; depth < DEPTH_MAX; depth += 1) level = level.filter(isNested).flatMap((nested) => Object.values(nested));
  return level.some(isNested);
};

/** @throws InvalidRequestError it is no JSON value, or too large; the reply itself is not repeated in it */
export const payloadOf = (reply: unknown, contentType = JSON_TYPE): Payload => {
  if (!CONTENT_TYPE.test(contentType)) throw new InvalidRequestError('contentType must be a media type of at most 128 characters.');
  let text: string;
  try {
    text = textOf(reply, contentType);
  } catch (error) {
    throw error instanceof InvalidRequestError ? error : new InvalidRequestError('A reply must be a JSON value.', { cause: error });
  }
  const bytes = Buffer.byteLength(text);
  if (bytes > PAYLOAD_BYTES_MAX) {
    throw new InvalidRequestError(`A reply must be at most ${PAYLOAD_BYTES_MAX} bytes; this one has ${bytes}.`, { code: 'payload-too-large' });
  }
  // What is told later is what was measured now, whatever the caller does with its object meanwhile.
  const payload: unknown = contentType === JSON_TYPE ? JSON.parse(text) : text;
  if (isTooDeep(payload)) throw new InvalidRequestError(`A reply must be at most ${DEPTH_MAX} levels deep.`);
  return { payload, contentType };
};
