/** The limits of metadata that a schema cannot tell. */
import { HoldfastError } from '../session/errors.ts';
import { METADATA_BYTES_MAX, METADATA_DEPTH_MAX } from '../session/limits.ts';
import type { Metadata } from '../session/types.ts';
import { jsonFault } from './json-value.ts';

const invalid = (fault: string): HoldfastError => new HoldfastError('request-invalid', `metadata: ${fault}`);

/**
 * Metadata within its limits: as compact JSON at most 4096 bytes, at most 32 levels deep, text that survives UTF-8, numbers that survive JSON.
 * @throws HoldfastError `request-invalid`
 */
export const checkedMetadata = <M extends Metadata | undefined>(metadata: M): M => {
  if (metadata === undefined) return metadata;
  const fault = jsonFault(metadata, METADATA_DEPTH_MAX);
  if (fault !== undefined) throw invalid(fault);
  const text = JSON.stringify(metadata);
  if (Buffer.byteLength(text) > METADATA_BYTES_MAX) throw invalid(`must be at most ${METADATA_BYTES_MAX} bytes as JSON`);
  // Unpaired surrogates are what JSON.stringify escapes as \udxxx; an escaped backslash before it is text, not an escape.
  if (/(?<!\\)(?:\\\\)*\\ud[89a-f]/.test(text)) throw invalid('must not contain an unpaired surrogate');
  return metadata;
};
