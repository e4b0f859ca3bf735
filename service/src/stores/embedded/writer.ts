/** The main thread's end of the writer thread. */
import { Worker } from 'node:worker_threads';
import type { Changes, Facts, KeyRange, Rows } from './database.ts';
import type { ReplyKey } from './reply-rows.ts';
import type { ListedReply, ReplyRange } from './reply-tables.ts';
import type { WriterAnswer, WriterFault, WriterRequest, WriterSettings } from './writer-thread.ts';

/** What the store needs of a database; each call resolves in the order of asking. */
export interface Writer {
  /** Resolves with the reason if the thread ends without having been asked to. */
  readonly ended: Promise<Error>;
  facts(): Promise<Facts>;
  rowsAfter(id: number): Promise<Rows>;
  /** Resolves when the disk has taken a write. */
  proveWritable(): Promise<void>;
  /** Resolves when the changes are on disk. */
  commit(changes: Changes): Promise<void>;
  liveKeys(range: KeyRange): Promise<readonly string[]>;
  /** A reply's payload; undefined when there is none (any more). */
  payload(key: ReplyKey): Promise<string | undefined>;
  listedReplies(range: ReplyRange): Promise<readonly ListedReply[]>;
  /** Lets go of the file, and of the thread. */
  close(): Promise<void>;
}

/** The database could not do what it was asked to. */
export class WriterError extends Error {
  override readonly name = 'WriterError';
  readonly fault: WriterFault;

  constructor(fault: WriterFault) {
    super(fault.message);
    this.fault = fault;
  }
}

interface Asked {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export const startWriter = (settings: WriterSettings): Writer => {
  // The thread's file stands beside this one, in the sources and in what is built from them.
  const worker = new Worker(new URL(import.meta.url.replace(/writer(\.[jt]s)$/, 'writer-thread$1')), { workerData: settings });
  const asked: Asked[] = [];
  const { promise: ended, resolve: tellEnded } = Promise.withResolvers<Error>();
  let gone: Error | undefined;
  let closing = false;
  const end = (error: Error): void => {
    gone ??= error;
    for (const { reject } of asked.splice(0)) reject(gone);
    if (!closing) tellEnded(gone);
  };
  worker.on('message', (answer: WriterAnswer) => {
    const first = asked.shift();
    if ('error' in answer) first?.reject(new WriterError(answer.error));
    else first?.resolve(answer.value);
  });
  worker.on('error', (error: Error) => end(error));
  worker.on('exit', () => end(new Error('the writer thread has ended')));
  const ask = <T>(request: WriterRequest): Promise<T> => {
    if (gone) return Promise.reject(gone);
    return new Promise<unknown>((resolve, reject) => {
      // What cannot be sent throws here, and will have no answer to wait for.
      worker.postMessage(request);
      asked.push({ resolve, reject });
    }) as Promise<T>;
  };
  return {
    ended,
    facts: () => ask<Facts>({ ask: 'facts' }),
    rowsAfter: (afterId) => ask<Rows>({ ask: 'rows', afterId }),
    proveWritable: () => ask<void>({ ask: 'prove-writable' }),
    commit: (changes) => ask<void>({ ask: 'commit', changes }),
    liveKeys: (range) => ask<readonly string[]>({ ask: 'live-keys', range }),
    payload: (key) => ask<string | undefined>({ ask: 'payload', key }),
    listedReplies: (range) => ask<readonly ListedReply[]>({ ask: 'listed-replies', range }),
    async close() {
      closing = true;
      try {
        await ask<void>({ ask: 'close' });
      } finally {
        await worker.terminate();
      }
    },
  };
};
