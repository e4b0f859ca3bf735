/** After which bytes of an answer a connection is cut: each of the status line, where half an answer is the least like one; then each so many, an odd number where cuts differ by turns. */
const STATUS_LINE_BYTES = 20;

export const sampledBytes = (bytesMax: number, every: number): readonly number[] =>
  Array.from({ length: bytesMax }, (_, bytes) => bytes).filter((bytes) => bytes < STATUS_LINE_BYTES || bytes % every === 0);
