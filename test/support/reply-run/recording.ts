/** An application that leaves a record: what it generated and kept stands in its log, what it committed in a transcript, and what it sent in the channel's record. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import type { CommitContext, DeliverContext, ParkMessage, ReplyHandlers } from '../../../client/src/index.ts';
import { openFileFence } from '../../../client/src/fences/file.ts';
import { monotonicMs } from '../monotonic.ts';
import type { LogLine, TranscriptLine } from './record.ts';

export interface RecordingSettings {
  readonly folder: string;
  readonly channelUrl: string;
}

export interface Recording {
  readonly handlers: ReplyHandlers<string>;
  readonly log: (line: Omit<LogLine, 'atMs' | 'pid'>) => void;
  /** To be told of each checkpoint: it remembers when an attempt was begun. */
  readonly onCheckpoint: (point: string) => void;
}

/** Says in the log what this process's turns have kept, from now on. */
export const record = ({ folder, channelUrl }: RecordingSettings): Recording => {
  const begun = new AsyncLocalStorage<{ readonly begunMs: number }>();
  const transcripts = join(folder, 'transcripts');
  mkdirSync(transcripts, { recursive: true });

  const log = (line: Omit<LogLine, 'atMs' | 'pid'>): void =>
    appendFileSync(join(folder, `log-${process.pid}.jsonl`), `${JSON.stringify({ atMs: monotonicMs(), pid: process.pid, ...line })}\n`);

  subscribe('holdfast:park', (message) => {
    const { session, replyId, fencingToken, where } = message as ParkMessage;
    if (where !== 'nowhere') log({ what: 'kept', session, replyId, fencingToken, where });
  });

  /** Once for each reply id: whoever came before may have died between the write and its answer. */
  const commit = async (text: string, { session, replyId, fencingToken }: CommitContext): Promise<void> => {
    await using fence = await openFileFence(join(transcripts, `${encodeURIComponent(session)}.jsonl`));
    await fence.raise(fencingToken);
    const { bytes } = await fence.read();
    const lines = Buffer.from(bytes).toString().split('\n').filter(Boolean);
    if (lines.some((line) => (JSON.parse(line) as TranscriptLine).replyId === replyId)) return;
    await fence.append(fencingToken, `${JSON.stringify({ session, replyId, text } satisfies TranscriptLine)}\n`);
  };

  const deliver = async (text: string, { session, replyId, fencingToken, maybeDelivered, signal }: DeliverContext): Promise<void> => {
    const begunMs = begun.getStore()?.begunMs ?? 0;
    const body = JSON.stringify({ session, replyId, text, fencingToken, maybeDelivered, begunMs });
    const { statusCode: status, body: answer } = await request(channelUrl, { method: 'POST', body, signal });
    await answer.dump();
    if (status >= 300) throw Object.assign(new Error(`the channel answered ${status}`), { status });
  };

  const onCheckpoint = (point: string): void => {
    if (point === 'attempt: before') begun.enterWith({ begunMs: monotonicMs() });
  };

  return { handlers: { commit, deliver }, log, onCheckpoint };
};
