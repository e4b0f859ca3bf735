/** Opens the embedded store, or says in one sentence why it cannot be. */
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import type { Clock } from '../../clock.ts';
import { StoreFailedError } from '../store-failed-error.ts';
import { EmbeddedStore } from './embedded-store.ts';
import { load } from './loading.ts';
import { startWriter, WriterError, type Writer } from './writer.ts';
import type { WriterFault } from './writer-thread.ts';

export interface EmbeddedStoreSettings {
  /** The database file; it and its folder must be writable. `:memory:` keeps nothing. */
  readonly file: string;
  readonly clock: Clock;
  /** Called once when a commit failed: the process must end with this message, since its memory is ahead of its disk. */
  readonly onFatal: (error: StoreFailedError) => void;
  /** The id of the store if the file is made now. */
  readonly newStoreId?: string;
  readonly startWriter?: typeof startWriter;
}

/** @throws StoreFailedError */
export const openEmbeddedStore = async (settings: EmbeddedStoreSettings): Promise<EmbeddedStore> => {
  const { clock, onFatal, newStoreId = randomUUID() } = settings;
  const file = settings.file === ':memory:' ? settings.file : resolve(settings.file);
  const writer: Writer = (settings.startWriter ?? startWriter)({ file, newStoreId });
  try {
    const loaded = await load(writer, clock);
    return new EmbeddedStore({ clock, writer, loaded, onFatal: (error) => onFatal(failed(`Cannot write to ${file}`, error)) });
  } catch (error) {
    await writer.close().catch(() => {
      // The first error is the one that tells; the thread is gone either way.
    });
    throw failed(`Cannot use ${file}`, error);
  }
};

const failed = (what: string, error: unknown): StoreFailedError => {
  const why = error instanceof WriterError ? reason(error.fault) : error instanceof Error ? error.message : String(error);
  return new StoreFailedError(`${what}: ${why}.`, { cause: error });
};

// SQLite's primary result codes, sqlite.org/rescode.html.
const REASONS: Readonly<Record<number, string>> = {
  5: 'another process has it open; one service owns a file at a time',
  8: 'the file or its folder cannot be written',
  10: 'the disk failed',
  11: 'it is damaged',
  13: 'the disk is full',
  14: 'the file cannot be opened; its folder must exist and be writable',
  26: 'it is not a Holdfast database',
};

const reason = ({ sqliteCode, message, refused }: WriterFault): string => {
  const known = sqliteCode === undefined ? undefined : REASONS[sqliteCode];
  return refused || known === undefined ? message : `${known} (${message})`;
};
