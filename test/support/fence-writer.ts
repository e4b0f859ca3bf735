/**
 * A process that appends through a file fence as fast as it can, under tokens a little above and below the current one,
 * until its parent is gone or kills it. It tells its parent of each append that was acknowledged, and of each refusal.
 * Its argument is a {@link FenceWriter}.
 */
import { randomInt } from 'node:crypto';
import { StaleFencingTokenError } from '../../client/src/errors.ts';
import { openFileFence } from '../../client/src/fences/file.ts';

export interface FenceWriter {
  readonly path: string;
  readonly writer: string;
}

/** One line of the file. */
export interface FenceWriterLine {
  readonly writer: string;
  readonly number: number;
  readonly fencingToken: number;
  readonly padding: string;
}

export type FenceWriterNews =
  | { readonly appended: FenceWriterLine; readonly removedBytes: number }
  | { readonly refused: number; readonly current: number };

const { path, writer } = JSON.parse(process.argv[2] ?? '') as FenceWriter;
/** Resolves when the news has left this process, so that at most one append is unknown to the parent when it kills. */
const tell = (news: FenceWriterNews): Promise<void> => new Promise((resolve) => process.send?.(news, () => resolve()));
process.on('disconnect', () => process.exit(0));

const fence = await openFileFence(path, { waitMs: 30_000 });
let { fencingToken: current } = await fence.read();
for (let number = 1; ; number += 1) {
  const fencingToken = Math.max(1, current + randomInt(-2, 4));
  const line: FenceWriterLine = { writer, number, fencingToken, padding: 'x'.repeat(randomInt(500)) };
  try {
    const { removedBytes } = await fence.append(fencingToken, `${JSON.stringify(line)}\n`);
    current = fencingToken;
    await tell({ appended: line, removedBytes });
  } catch (error) {
    if (!(error instanceof StaleFencingTokenError)) throw error;
    current = error.currentToken ?? current;
    await tell({ refused: fencingToken, current });
  }
}
