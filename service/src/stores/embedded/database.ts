/** The SQLite file: its schema, its settings, its statements. Synchronous; only the writer thread runs it. */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { ENDED_IDS_MAX } from '../../session/limits.ts';
import type { EndedRow, SessionRow } from './rows.ts';

/** Marks a file as Holdfast's: "Hold" in ASCII. */
const APPLICATION_ID = 0x486f6c64;
const SCHEMA_VERSION = 1;

const SCHEMA = `
  CREATE TABLE facts (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE sessions (id INTEGER PRIMARY KEY, namespace TEXT NOT NULL, key TEXT NOT NULL, live INTEGER NOT NULL, state TEXT NOT NULL) STRICT;
  CREATE INDEX live_sessions ON sessions (namespace, key) WHERE live = 1;
  CREATE TABLE ended_ids (
    session_id INTEGER NOT NULL, slot INTEGER NOT NULL, sequence INTEGER NOT NULL, lease_id_hash TEXT NOT NULL,
    fencing_token INTEGER, ended_because TEXT NOT NULL, ended_at_wall_ms INTEGER NOT NULL,
    PRIMARY KEY (session_id, slot)
  ) STRICT, WITHOUT ROWID;
`;

/** One commit: all of it becomes durable, or none. */
export interface Changes {
  readonly floor: number;
  readonly sessions: readonly SessionRow[];
  readonly ended: readonly EndedRow[];
  /** Sessions whose ended ids are past their use. */
  readonly endedForgotten: readonly number[];
  readonly sessionsForgotten: readonly number[];
}

export interface Loaded {
  readonly storeId: string;
  readonly floor: number;
  readonly sessions: readonly SessionRow[];
  readonly ended: readonly EndedRow[];
}

export interface KeyRange {
  readonly namespace: string;
  readonly prefix: string;
  readonly after: string;
  readonly limit: number;
}

/** Why a file cannot be used; the message says it for an operator. */
export class DatabaseRefusedError extends Error {
  override readonly name = 'DatabaseRefusedError';
}

export class Database {
  readonly #db: DatabaseSync;
  readonly #putSession: StatementSync;
  readonly #putEnded: StatementSync;
  readonly #putFloor: StatementSync;
  readonly #dropSession: StatementSync;
  readonly #dropEnded: StatementSync;
  readonly #liveKeys: StatementSync;

  /**
   * Opens the file for this process alone, and makes it if there is none.
   * @throws DatabaseRefusedError with one sentence for the operator
   */
  constructor(file: string, newStoreId: string) {
    this.#db = open(file, newStoreId);
    this.#putSession = this.#db.prepare(
      'INSERT INTO sessions (id, namespace, key, live, state) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET live = excluded.live, state = excluded.state',
    );
    this.#putEnded = this.#db.prepare('INSERT OR REPLACE INTO ended_ids VALUES (?, ?, ?, ?, ?, ?, ?)');
    this.#putFloor = this.#db.prepare("UPDATE facts SET value = ? WHERE name = 'floor'");
    this.#dropSession = this.#db.prepare('DELETE FROM sessions WHERE id = ?');
    this.#dropEnded = this.#db.prepare('DELETE FROM ended_ids WHERE session_id = ?');
    this.#liveKeys = this.#db.prepare('SELECT key FROM sessions WHERE live = 1 AND namespace = ? AND key >= ? AND key > ? ORDER BY key LIMIT ?');
  }

  load(): Loaded {
    const fact = (name: string): unknown => this.#db.prepare('SELECT value FROM facts WHERE name = ?').get(name)?.['value'];
    const storeId = fact('store-id');
    const floor = fact('floor');
    if (typeof storeId !== 'string' || typeof floor !== 'number') throw new DatabaseRefusedError('it lacks its store id or its floor');
    const ended = this.#db.prepare(
      `SELECT session_id AS sessionId, sequence, lease_id_hash AS leaseIdHash, fencing_token AS fencingToken,
        ended_because AS endedBecause, ended_at_wall_ms AS endedAtWallMs FROM ended_ids ORDER BY session_id, sequence`,
    );
    return {
      storeId,
      floor,
      sessions: this.#db.prepare('SELECT id, namespace, key, live, state FROM sessions').all() as unknown as SessionRow[],
      ended: ended.all() as unknown as EndedRow[],
    };
  }

  /** Returns when the changes are on disk. @throws the driver's error when they may not be */
  commit({ floor, sessions, ended, endedForgotten, sessionsForgotten }: Changes): void {
    this.#db.exec('BEGIN IMMEDIATE');
    this.#putFloor.run(floor);
    // Old ended ids go before new ones come: a session may have both in one commit.
    for (const id of endedForgotten) this.#dropEnded.run(id);
    for (const { id, namespace, key, live, state } of sessions) this.#putSession.run(id, namespace, key, live, state);
    for (const row of ended) {
      const { sessionId, sequence, leaseIdHash, fencingToken, endedBecause, endedAtWallMs } = row;
      this.#putEnded.run(sessionId, sequence % ENDED_IDS_MAX, sequence, leaseIdHash, fencingToken, endedBecause, endedAtWallMs);
    }
    for (const id of sessionsForgotten) {
      this.#dropEnded.run(id);
      this.#dropSession.run(id);
    }
    this.#db.exec('COMMIT');
  }

  /** Keys of sessions that were leased at the last commit, in byte order. */
  liveKeys({ namespace, prefix, after, limit }: KeyRange): string[] {
    const rows = this.#liveKeys.all(namespace, prefix, after, limit) as { key: string }[];
    return rows.map(({ key }) => key);
  }

  close(): void {
    this.#db.close();
  }
}

const open = (file: string, newStoreId: string): DatabaseSync => {
  const db = new DatabaseSync(file, { timeout: 0 });
  try {
    // Exclusive mode before the first access: a second process is refused, and the log needs no shared memory.
    db.exec('PRAGMA locking_mode = EXCLUSIVE');
    db.exec('BEGIN EXCLUSIVE');
    const version = pragma(db, 'user_version');
    if (version === 0 && isEmpty(db)) create(db, newStoreId);
    else check(db, version);
    db.exec('COMMIT');
    db.exec('PRAGMA journal_mode = WAL');
    db.exec('PRAGMA synchronous = FULL');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
};

const pragma = (db: DatabaseSync, name: string): unknown => Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0];

const isEmpty = (db: DatabaseSync): boolean => db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.['tables'] === 0;

const create = (db: DatabaseSync, storeId: string): void => {
  db.exec(SCHEMA);
  const put = db.prepare('INSERT INTO facts (name, value) VALUES (?, ?)');
  put.run('store-id', storeId);
  put.run('floor', 0);
  db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
  db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
};

const check = (db: DatabaseSync, version: unknown): void => {
  if (pragma(db, 'application_id') !== APPLICATION_ID) throw new DatabaseRefusedError('it is a database of another program');
  if (typeof version !== 'number' || version > SCHEMA_VERSION) {
    throw new DatabaseRefusedError(`it was written by a newer Holdfast (schema ${String(version)}; this one knows ${SCHEMA_VERSION})`);
  }
  const verdict = pragma(db, 'quick_check(1)');
  if (verdict !== 'ok') throw new DatabaseRefusedError(`it is damaged: ${String(verdict)}`);
};
