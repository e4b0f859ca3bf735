/**
 * A gateway or a courier in a process of its own, that can be killed at any moment. It is given messages over IPC; what it did stands in its log.
 * With `killAt` it kills itself at that checkpoint, the `killAtVisit`th time it comes by.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { LeaseClient, type CommitContext, type DeliverContext, type ParkMessage, type ReplyHandlers } from '../../../client/src/index.ts';
import { openFileFence } from '../../../client/src/fences/file.ts';
import { seededChance } from '../load/seeded-chance.ts';
import { monotonicMs } from '../monotonic.ts';
import { pause } from '../until.ts';
import type { LogLine, TranscriptLine } from './record.ts';

export interface WorkerSettings {
  readonly role: 'gateway' | 'courier';
  readonly baseUrl: string;
  readonly channelUrl: string;
  readonly folder: string;
  readonly name: string;
  readonly ttlMs: number;
  readonly seed: number;
  readonly spool: boolean;
  /** Kill here: `<point>: before` or `<point>: after`. */
  readonly killAt?: string;
  readonly killAtVisit?: number;
}

export interface Message {
  readonly session: string;
  readonly messageId: string;
  readonly text: string;
}

const settings = JSON.parse(process.argv[2] ?? '{}') as WorkerSettings;
const { role, baseUrl, channelUrl, folder, name, ttlMs, seed, spool, killAt, killAtVisit = 1 } = settings;
const chance = seededChance(seed);
const begun = new AsyncLocalStorage<{ readonly begunMs: number }>();
const points: Record<string, number> = {};

const onCheckpoint = (point: string): void => {
  points[point] = (points[point] ?? 0) + 1;
  if (point === killAt && points[point] === killAtVisit) process.kill(process.pid, 'SIGKILL');
  if (point === 'attempt: before') begun.enterWith({ begunMs: monotonicMs() });
};

const log = (line: Omit<LogLine, 'atMs' | 'pid'>): void =>
  appendFileSync(join(folder, `log-${process.pid}.jsonl`), `${JSON.stringify({ atMs: monotonicMs(), pid: process.pid, ...line })}\n`);

subscribe('holdfast:park', (message) => {
  const { session, replyId, fencingToken, where } = message as ParkMessage;
  if (where !== 'nowhere') log({ what: 'kept', session, replyId, fencingToken, where });
});

const client = new LeaseClient({ baseUrl, holder: name, ttlMs, onCheckpoint, ...(spool && { spoolFolder: join(folder, 'spool') }) });

const transcriptOf = (session: string): string => join(folder, 'transcripts', `${encodeURIComponent(session)}.jsonl`);

/** Once for each reply id: whoever came before may have died between the write and its answer. */
const commit = async (text: string, { session, replyId, fencingToken }: CommitContext): Promise<void> => {
  await using fence = await openFileFence(transcriptOf(session));
  await fence.raise(fencingToken);
  const { bytes } = await fence.read();
  const lines = Buffer.from(bytes).toString().split('\n').filter(Boolean);
  if (lines.some((line) => (JSON.parse(line) as TranscriptLine).replyId === replyId)) return;
  await fence.append(fencingToken, `${JSON.stringify({ session, replyId, text } satisfies TranscriptLine)}\n`);
};

const deliver = async (text: string, { session, replyId, fencingToken, maybeDelivered, signal }: DeliverContext): Promise<void> => {
  const begunMs = begun.getStore()?.begunMs ?? 0;
  const body = JSON.stringify({ session, replyId, text, fencingToken, maybeDelivered, begunMs });
  const response = await fetch(channelUrl, { method: 'POST', body, signal });
  if (!response.ok) throw Object.assign(new Error(`the channel answered ${response.status}`), { status: response.status });
};

const handlers: ReplyHandlers<string> = { commit, deliver };

/** A turn may be run again after a crash: the reply is named after the message, and is not generated anew if it is there. */
const answer = async ({ session, messageId, text }: Message): Promise<string> => {
  const replyId = `reply-to-${messageId}`;
  const generate = async (): Promise<string> => {
    await pause(chance() * 20);
    const reply = `${text} (by ${name}, ${process.pid})`;
    log({ what: 'generated', session, replyId, text: reply });
    return reply;
  };
  const { outcome } = await client.turn<string>(session, { generate, ...handlers }, { replyId, waitMs: 60_000 });
  log({ what: 'ended', session, replyId, outcome });
  return outcome;
};

mkdirSync(join(folder, 'transcripts'), { recursive: true });
if (role === 'courier') client.courier(handlers, { pollMs: 100, onError: (error) => process.send?.({ trouble: String(error) }) });
process.on('message', (message: Message | 'close' | 'points') => {
  if (message === 'close') void client.close().then(() => process.exit(0));
  else if (message === 'points') process.send?.({ points });
  else {
    answer(message).then(
      (outcome) => process.send?.({ answered: message.messageId, outcome }),
      (error: unknown) => process.send?.({ failed: message.messageId, error: String(error) }),
    );
  }
});
process.on('disconnect', () => process.exit(0));
process.send?.({ ready: true });
