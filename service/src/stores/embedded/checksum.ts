/** A sum kept beside every row, since SQLite keeps none: a flipped bit in a fencing token would otherwise pass for a token. */
import { crc32 } from 'node:zlib';

/** Values are told apart by a control character, which none of them contains. */
export const checksum = (...values: readonly (string | number | null)[]): number => crc32(values.join('\n'));
