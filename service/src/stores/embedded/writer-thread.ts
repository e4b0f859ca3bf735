/** The thread that owns the database. It is asked one thing at a time and answers in the same order. */
import { parentPort, workerData } from 'node:worker_threads';
import { Database, type Changes, type KeyRange } from './database.ts';
import { DatabaseRefusedError } from './database-file.ts';
import type { ReplyKey } from './reply-rows.ts';
import type { ReplyRange } from './reply-tables.ts';

export type WriterRequest =
  | { readonly ask: 'facts' }
  | { readonly ask: 'rows'; readonly afterId: number }
  | { readonly ask: 'prove-writable' }
  | { readonly ask: 'commit'; readonly changes: Changes }
  | { readonly ask: 'live-keys'; readonly range: KeyRange }
  | { readonly ask: 'payload'; readonly key: ReplyKey }
  | { readonly ask: 'listed-replies'; readonly range: ReplyRange }
  | { readonly ask: 'close' };

export type WriterAnswer = { readonly value: unknown } | { readonly error: WriterFault };

export interface WriterFault {
  readonly message: string;
  /** SQLite's primary result code, where the fault is the driver's. */
  readonly sqliteCode: number | undefined;
  /** True when the message was written for the operator. */
  readonly refused: boolean;
}

export interface WriterSettings {
  readonly file: string;
  readonly newStoreId: string;
}

const faultOf = (error: unknown): WriterFault => {
  const { errcode } = error as { errcode?: unknown };
  return {
    message: error instanceof Error ? error.message : String(error),
    sqliteCode: typeof errcode === 'number' ? errcode & 0xff : undefined,
    refused: error instanceof DatabaseRefusedError,
  };
};

const serve = (port: NonNullable<typeof parentPort>, { file, newStoreId }: WriterSettings): void => {
  let opened: Database | undefined;
  const database = (): Database => (opened ??= new Database(file, newStoreId));
  const perform = (request: WriterRequest): unknown => {
    switch (request.ask) {
      case 'facts':
        return database().facts();
      case 'rows':
        return database().rowsAfter(request.afterId);
      case 'prove-writable':
        return database().proveWritable();
      case 'commit':
        return database().commit(request.changes);
      case 'live-keys':
        return database().liveKeys(request.range);
      case 'payload':
        return database().payload(request.key);
      case 'listed-replies':
        return database().listedReplies(request.range);
      case 'close':
        return opened?.close();
    }
  };
  port.on('message', (request: WriterRequest) => {
    let answer: WriterAnswer;
    try {
      answer = { value: perform(request) };
    } catch (error) {
      answer = { error: faultOf(error) };
    }
    port.postMessage(answer);
    if (request.ask === 'close') port.close();
  });
};

if (parentPort) serve(parentPort, workerData as WriterSettings);
