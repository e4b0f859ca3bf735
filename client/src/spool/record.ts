/**
 * What stands in a spool file: a line of JSON with the version and the checksum of the rest, then the reply as a line of JSON. A half of it, or a flipped
 * bit, is never taken for a reply. Pure.
 */
import { createHash } from 'node:crypto';

/** A finished reply that could not be parked in the service, with all that parking it later takes. */
export interface SpoolEntry {
  readonly session: string;
  readonly replyId: string;
  /** Of the lease under which it was generated. */
  readonly fencingToken: number;
  /** Who generated it. */
  readonly holder: string;
  /** Any JSON value; a string where `contentType` is not `application/json`. */
  readonly payload: unknown;
  readonly contentType: string;
  readonly sequence?: number;
  readonly reason?: string;
  /** How long it may stay undelivered once the service has it, in milliseconds. */
  readonly expiresInMs?: number;
  /** Whether the transcript has it already. */
  readonly committed: boolean;
  /** The store that the fencing token is of, where it is known: no other store is given the reply. */
  readonly storeId?: string;
}

/** The file is not what was written. */
export class DamagedRecordError extends Error {
  override readonly name = 'DamagedRecordError';
}

/** A later version of this client wrote the file. */
export class NewerRecordError extends Error {
  override readonly name = 'NewerRecordError';
}

const VERSION = 1;

interface Header {
  readonly version: number;
  readonly sha256: string;
}

const checksumOf = (text: string): string => createHash('sha256').update(text).digest('hex');

export const encodeRecord = (entry: SpoolEntry): string => {
  const body = `${JSON.stringify(entry)}\n`;
  return `${JSON.stringify({ version: VERSION, sha256: checksumOf(body) } satisfies Header)}\n${body}`;
};

const parseHeader = (line: string): Partial<Header> => {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch (error) {
    throw new DamagedRecordError('its first line is not JSON', { cause: error });
  }
};

/** What tells one writing of a record from another. @throws DamagedRecordError */
export const checksumIn = (text: string): string => parseHeader(text.slice(0, text.indexOf('\n') + 1)).sha256 ?? '';

/** @throws DamagedRecordError, NewerRecordError; neither repeats what the reply says */
export const decodeRecord = (text: string): SpoolEntry => {
  const cut = text.indexOf('\n') + 1;
  const { version, sha256 } = parseHeader(text.slice(0, cut));
  if (typeof version === 'number' && version > VERSION) throw new NewerRecordError(`it has version ${version}, and this client knows ${VERSION}`);
  const body = text.slice(cut);
  if (version !== VERSION || sha256 !== checksumOf(body)) throw new DamagedRecordError('its checksum does not fit');
  return JSON.parse(body) as SpoolEntry;
};
