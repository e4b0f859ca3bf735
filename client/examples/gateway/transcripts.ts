/** One transcript a session: a file of JSON lines behind the file fence, which refuses a writer whose lease is over. */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type FileFence, openFileFence } from '../../src/fences/file.ts';
import type { Reply } from './message.ts';

export interface Entry extends Reply {
  readonly replyId: string;
}

export class Transcripts {
  readonly #folder: string;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#folder = folder;
  }

  /** What was said so far. From here on no earlier holder of the session can change it. */
  read(session: string, fencingToken: number): Promise<readonly Entry[]> {
    return this.#inside(session, (fence) => entriesOf(fence, fencingToken));
  }

  /**
   * Writes a reply behind what is there, unless it is there: a commit is repeated when nobody knows whether it happened. Looking and writing are two steps,
   * and safe all the same, because nothing with a smaller fencing token comes between them, and one with a larger token makes the second step fail.
   * @throws StaleFencingTokenError the session is somebody else's by now
   */
  appendOnce(session: string, fencingToken: number, entry: Entry): Promise<void> {
    return this.#inside(session, async (fence) => {
      const entries = await entriesOf(fence, fencingToken);
      if (entries.some(({ replyId }) => replyId === entry.replyId)) return;
      await fence.append(fencingToken, `${JSON.stringify(entry)}\n`);
    });
  }

  /** A fence is opened for each step, so that the number of open files does not grow with the number of sessions. */
  async #inside<R>(session: string, step: (fence: FileFence) => Promise<R>): Promise<R> {
    const fence = await openFileFence(join(this.#folder, `${createHash('sha256').update(session).digest('hex')}.jsonl`));
    try {
      return await step(fence);
    } finally {
      await fence.close();
    }
  }
}

const entriesOf = async (fence: FileFence, fencingToken: number): Promise<readonly Entry[]> => {
  await fence.raise(fencingToken);
  const { bytes } = await fence.read();
  const lines = new TextDecoder().decode(bytes).split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Entry);
};
