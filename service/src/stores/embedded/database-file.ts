/** Opens the SQLite file for one process alone: makes it if there is none, and refuses what is not ours or not whole. */
import { accessSync, constants } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { checksum } from './checksum.ts';
import { bringUpToDate, SCHEMA_VERSION } from './schema.ts';

/** Marks a file as Holdfast's: "Hold" in ASCII. */
const APPLICATION_ID = 0x486f6c64;

/** Why a file cannot be used; the message says it for an operator. */
export class DatabaseRefusedError extends Error {
  override readonly name = 'DatabaseRefusedError';
}

/**
 * Returns when the file is open, checked and of today's schema; one that is refused is left as it was.
 * @throws DatabaseRefusedError with one sentence for the operator, or the driver's error
 */
export const openDatabaseFile = (file: string, newStoreId: string): DatabaseSync => {
  refuseUnwritable(file);
  const db = new DatabaseSync(file, { timeout: 0 });
  try {
    // Exclusive mode before the first access: a second process is refused, and the log needs no shared memory.
    db.exec('PRAGMA locking_mode = EXCLUSIVE');
    db.exec('BEGIN EXCLUSIVE');
    const version = pragma(db, 'user_version');
    if (version === 0 && isEmpty(db)) create(db, newStoreId);
    else bringUpToDate(db, checkedVersion(db, version));
    db.exec('COMMIT');
    db.exec('PRAGMA journal_mode = WAL');
    db.exec('PRAGMA synchronous = FULL');
    // On macOS a plain fsync leaves data in the drive's cache; elsewhere these change nothing.
    db.exec('PRAGMA fullfsync = ON');
    db.exec('PRAGMA checkpoint_fullfsync = ON');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
};

/** SQLite itself would open such a file for reading, and later speak of a disk that failed. */
const refuseUnwritable = (file: string): void => {
  try {
    accessSync(file, constants.W_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Whatever is not there will be made, or else the driver says why it cannot be.
    if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') throw new DatabaseRefusedError(`the file cannot be written (${code})`);
  }
};

const pragma = (db: DatabaseSync, name: string): unknown => Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0];

const isEmpty = (db: DatabaseSync): boolean => db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.['tables'] === 0;

const create = (db: DatabaseSync, storeId: string): void => {
  bringUpToDate(db, 0);
  const put = db.prepare('INSERT INTO facts (name, value, checksum) VALUES (?, ?, ?)');
  put.run('store-id', storeId, checksum(storeId));
  put.run('floor', 0, checksum(0));
  db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
};

/** The version of a file that is ours and whole. */
const checkedVersion = (db: DatabaseSync, version: unknown): number => {
  if (pragma(db, 'application_id') !== APPLICATION_ID) throw new DatabaseRefusedError('it is a database of another program');
  if (typeof version !== 'number' || version > SCHEMA_VERSION) {
    throw new DatabaseRefusedError(`it was written by a newer Holdfast (schema ${String(version)}; this one knows ${SCHEMA_VERSION})`);
  }
  const verdict = pragma(db, 'integrity_check(1)');
  // The verdict is a heading and what was found, a line each.
  if (verdict !== 'ok') throw new DatabaseRefusedError(`it is damaged: ${String(verdict).trim().split('\n').at(-1)}`);
  return version;
};
