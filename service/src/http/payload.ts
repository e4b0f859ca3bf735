/** Payloads of replies, within their limits, as the text that is kept. Nothing in here repeats what a payload says. */
import { HoldfastError } from '../session/errors.ts';
import { PAYLOAD_BYTES_MAX, PAYLOAD_DEPTH_MAX } from '../session/limits.ts';
import { jsonFault } from './json-value.ts';

export const JSON_CONTENT_TYPE = 'application/json';

export interface Payload {
  /** JSON, also of what is plain text. */
  readonly text: string;
  /** Of the compact JSON; of plain text, in UTF-8. */
  readonly bytes: number;
}

const invalid = (fault: string): HoldfastError => new HoldfastError('request-invalid', `payload: ${fault}`);

const checkSize = (bytes: number): void => {
  if (bytes <= PAYLOAD_BYTES_MAX) return;
  const members = { payloadBytes: bytes, payloadBytesMax: PAYLOAD_BYTES_MAX };
  throw new HoldfastError('payload-too-large', `payload: must be at most ${PAYLOAD_BYTES_MAX} bytes`, { outcome: 'not-applied', members });
};

const jsonPayload = (payload: unknown): Payload => {
  const fault = jsonFault(payload, PAYLOAD_DEPTH_MAX);
  if (fault !== undefined) throw invalid(fault);
  const text = JSON.stringify(payload);
  const bytes = Buffer.byteLength(text);
  checkSize(bytes);
  return { text, bytes };
};

const textPayload = (payload: unknown): Payload => {
  if (typeof payload !== 'string') throw invalid(`must be a string where contentType is not ${JSON_CONTENT_TYPE}`);
  if (!payload.isWellFormed()) throw invalid('must not contain an unpaired surrogate');
  const bytes = Buffer.byteLength(payload);
  checkSize(bytes);
  return { text: JSON.stringify(payload), bytes };
};

/**
 * A payload as it is kept: any JSON value, or text where the content type is another than `application/json`.
 * @throws HoldfastError `request-invalid`, `payload-too-large`
 */
export const checkedPayload = (payload: unknown, contentType: string): Payload =>
  contentType === JSON_CONTENT_TYPE ? jsonPayload(payload) : textPayload(payload);
