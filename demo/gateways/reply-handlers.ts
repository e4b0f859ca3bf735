/** What gateway and courier do with a reply: write it into the transcript, once, through the fence; send it out under its id. */
import { type FileFence, openFileFence } from '../../client/src/fences/file.ts';
import { type ReplyHandlers, StaleFencingTokenError } from '../../client/src/index.ts';
import { type TranscriptEntry, transcriptPath } from '../records.ts';
import { deliver } from '../world/calls.ts';
import { parseLines } from '../world/durable-lines.ts';
import type { WriteEvent } from './recorder.ts';
import { replyIn } from './transcript.ts';

/** Opens each session's fence once, for all that this process does there. */
export const openFences = (folder: string): ((session: string) => Promise<FileFence>) => {
  const fences = new Map<string, Promise<FileFence>>();
  return (session) => {
    const fence = fences.get(session) ?? openFileFence(transcriptPath(folder, session));
    fences.set(session, fence);
    return fence;
  };
};

/** Answers what the transcript says, once no earlier holder can change it any more. */
export const readUnder = async (fence: FileFence, fencingToken: number): Promise<TranscriptEntry[]> => {
  await fence.raise(fencingToken);
  return parseLines<TranscriptEntry>(Buffer.from((await fence.read()).bytes).toString('utf8'));
};

export const write = async (fence: FileFence, entry: TranscriptEntry & { readonly fencingToken: number }): Promise<void> => {
  await fence.append(entry.fencingToken, `${JSON.stringify(entry)}\n`);
};

export interface ReplyHandlersParts {
  /** Who sends. */
  readonly name: string;
  readonly channelUrl: string;
  readonly record: WriteEvent;
  readonly fenceOf: (session: string) => Promise<FileFence>;
  /** Called right before a reply is written. */
  readonly beforeWrite?: (session: string) => Promise<void>;
}

/** A reply has the id of the message that it answers: whoever works on the message again finds it. */
export const replyHandlers = ({ name, channelUrl, record, fenceOf, beforeWrite }: ReplyHandlersParts): ReplyHandlers<string> => ({
  async commit(text, { session, replyId, fencingToken }) {
    try {
      const fence = await fenceOf(session);
      if (replyIn(await readUnder(fence, fencingToken), replyId) !== undefined) return;
      await beforeWrite?.(session);
      await write(fence, { role: 'assistant', messageId: replyId, text, fencingToken });
    } catch (error) {
      if (error instanceof StaleFencingTokenError) record({ event: 'write-refused', session, messageId: replyId, fencingToken });
      throw error;
    }
  },
  async deliver(text, { session, replyId, attempt, maybeDelivered, signal }) {
    record({ event: 'sending', session, messageId: replyId, attempt, maybeDelivered });
    await deliver(channelUrl, { replyId, messageId: replyId, session, kind: 'reply', text, from: name, attempt, maybeDelivered }, signal);
  },
});
