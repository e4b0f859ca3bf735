/**
 * The small SQLite file beside the data: what the fence remembers, and the exclusive step in which it is compared and changed.
 *
 * The step is an SQLite write transaction (`BEGIN IMMEDIATE`). Behind it stands a lock of the kernel, which the kernel
 * itself takes away from a process that dies. So nobody has to judge whether a holder is still alive, and a process that
 * was killed in the middle blocks nobody: what it had not committed never happened.
 */
import { DatabaseSync } from 'node:sqlite';
import { FenceBrokenError } from './errors.ts';

/** What the fence remembers about its file. */
export interface FenceRecord {
  /** The largest fencing token that has written; 0 before the first. */
  readonly fencingToken: number;
  /** Bytes of the file that are committed. What stands behind them is an unfinished append. */
  readonly lengthBytes: number;
  /** A replacement is committed, and may not have been moved to its place yet. */
  readonly replacing: boolean;
}

export interface FenceRecordFile {
  /**
   * Begins the exclusive step. The answer is `false`, at once, while another process is inside.
   * A step ends with `commit` or `rollback`.
   */
  begin(): boolean;
  read(): FenceRecord;
  write(record: FenceRecord): void;
  commit(): void;
  /** Ends a step without effect. Does nothing outside a step. */
  rollback(): void;
  close(): void;
}

const APPLICATION_ID = 0x48_46_46_31; // "HFF1", so that another program's database is not mistaken for a fence
const CHECKPOINT_PAGES = 50; // keeps the file beside the fence at some 200 KiB

const SQLITE_BUSY = 5;
const SQLITE_PROTOCOL = 15; // SQLite's word for losing the race to open the same file too many times in a row

const isBusy = (error: unknown): boolean => {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return false;
  const primary = error.errcode & 0xff; // the higher bits say which kind of busy
  return primary === SQLITE_BUSY || primary === SQLITE_PROTOCOL;
};

/** Runs `action`; `false` when another process was in the way, so that the caller can wait without blocking the event loop. */
const unlessBusy = (action: () => void): boolean => {
  try {
    action();
    return true;
  } catch (error) {
    if (isBusy(error)) return false;
    throw error;
  }
};

const number = (database: DatabaseSync, sql: string): number => Number(Object.values(database.prepare(sql).get() ?? {})[0]);

/** Creates the table in a new file, and refuses a file that holds something else. Runs inside a step. */
const prepareFile = (database: DatabaseSync, path: string, lengthBytes: () => number): void => {
  const applicationId = number(database, 'PRAGMA application_id');
  if (applicationId === APPLICATION_ID) return;
  if (applicationId !== 0 || number(database, 'SELECT count(*) FROM sqlite_schema') > 0) {
    throw new FenceBrokenError(`${path} is not a file fence, or one of a newer version.`);
  }
  database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
  database.exec(`CREATE TABLE fence (id INTEGER PRIMARY KEY CHECK (id = 1), fencing_token INTEGER NOT NULL,
    length_bytes INTEGER NOT NULL, replacing INTEGER NOT NULL) STRICT`);
  database.prepare('INSERT INTO fence VALUES (1, 0, ?, 0)').run(lengthBytes());
};

const setUp = (database: DatabaseSync, path: string, fsync: boolean, lengthBytes: () => number): boolean =>
  unlessBusy(() => {
    database.exec('PRAGMA journal_mode = WAL'); // one fsync a commit, where a rollback journal needs three
    database.exec(`PRAGMA synchronous = ${fsync ? 'FULL' : 'OFF'}`);
    database.exec('PRAGMA fullfsync = 1'); // macOS: an fsync that reaches the disk; elsewhere without effect
    database.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    database.exec('BEGIN IMMEDIATE');
    prepareFile(database, path, lengthBytes);
    database.exec('COMMIT');
  });

const stepsOf = (database: DatabaseSync): FenceRecordFile => {
  const select = database.prepare('SELECT fencing_token, length_bytes, replacing FROM fence');
  const update = database.prepare('UPDATE fence SET fencing_token = ?, length_bytes = ?, replacing = ?');
  return {
    begin: () => unlessBusy(() => database.exec('BEGIN IMMEDIATE')),
    read() {
      const row = select.get();
      if (!row) throw new FenceBrokenError('The file fence has lost its record.');
      return { fencingToken: Number(row.fencing_token), lengthBytes: Number(row.length_bytes), replacing: row.replacing === 1 };
    },
    write(record) {
      update.run(record.fencingToken, record.lengthBytes, record.replacing ? 1 : 0);
    },
    commit: () => database.exec('COMMIT'),
    rollback() {
      if (database.isTransaction) database.exec('ROLLBACK');
    },
    close: () => database.close(),
  };
};

/**
 * Opens the fence's own file, and creates it when it is missing. The answer is `undefined` while another process is in the way.
 * @param lengthBytes the size of the data at the moment of creation: what stood there before the fence came is kept
 * @throws FenceBrokenError it cannot be used
 */
export const openFenceRecord = (path: string, fsync: boolean, lengthBytes: () => number): FenceRecordFile | undefined => {
  let database: DatabaseSync | undefined;
  try {
    // A timeout of 0: SQLite's own waiting would block the event loop, and the heartbeats with it.
    database = new DatabaseSync(path, { timeout: 0 });
    if (setUp(database, path, fsync, lengthBytes)) return stepsOf(database);
  } catch (error) {
    database?.close();
    if (error instanceof FenceBrokenError) throw error;
    throw new FenceBrokenError(`${path} cannot be opened: ${error instanceof Error ? error.message : String(error)}.`, error);
  }
  database.close();
  return undefined;
};
