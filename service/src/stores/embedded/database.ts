/** What is read from the SQLite file and written to it. Synchronous; only the writer thread runs it. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { ENDED_IDS_MAX } from '../../session/limits.ts';
import { checksum } from './checksum.ts';
import { DatabaseRefusedError, openDatabaseFile } from './database-file.ts';
import type { ReplyRowChanges } from './pending-replies.ts';
import type { ReplyKey, ReplyRow } from './reply-rows.ts';
import { ReplyTables, type ListedReply, type ReplyRange } from './reply-tables.ts';
import type { EndedRow, SessionRow } from './rows.ts';
import { SCHEMA_VERSION } from './schema.ts';
import { whole, type Summed } from './whole-rows.ts';

/** One commit: all of it becomes durable, or none. */
export interface Changes extends ReplyRowChanges {
  readonly floor: number;
  readonly sessions: readonly SessionRow[];
  readonly ended: readonly EndedRow[];
  /** Sessions whose ended ids are past their use. */
  readonly endedForgotten: readonly number[];
  readonly sessionsForgotten: readonly number[];
}

export interface Facts {
  readonly storeId: string;
  readonly floor: number;
}

/** Some sessions, by rising id, all their ended ids, oldest first, and all their replies, by number. */
export interface Rows {
  readonly sessions: readonly SessionRow[];
  readonly ended: readonly EndedRow[];
  readonly replies: readonly ReplyRow[];
}

/** Sessions that are read at once: a million in one piece would need gigabytes. */
const ROWS_MAX = 5_000;

export interface KeyRange {
  readonly namespace: string;
  readonly prefix: string;
  readonly after: string;
  readonly limit: number;
}

export class Database {
  readonly #db: DatabaseSync;
  readonly #replies: ReplyTables;
  readonly #putSession: StatementSync;
  readonly #putEnded: StatementSync;
  readonly #putFloor: StatementSync;
  readonly #dropSession: StatementSync;
  readonly #dropEnded: StatementSync;
  readonly #liveKeys: StatementSync;
  readonly #sessionsAfter: StatementSync;
  readonly #endedBetween: StatementSync;

  /**
   * Opens the file for this process alone, and makes it if there is none.
   * @throws DatabaseRefusedError with one sentence for the operator
   */
  constructor(file: string, newStoreId: string) {
    this.#db = openDatabaseFile(file, newStoreId);
    this.#replies = new ReplyTables(this.#db);
    this.#putSession = this.#db.prepare(
      `INSERT INTO sessions (id, namespace, key, live, state, checksum) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET live = excluded.live, state = excluded.state, checksum = excluded.checksum`,
    );
    this.#putEnded = this.#db.prepare('INSERT OR REPLACE INTO ended_ids VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    this.#putFloor = this.#db.prepare("UPDATE facts SET value = ?, checksum = ? WHERE name = 'floor'");
    this.#dropSession = this.#db.prepare('DELETE FROM sessions WHERE id = ?');
    this.#dropEnded = this.#db.prepare('DELETE FROM ended_ids WHERE session_id = ?');
    this.#liveKeys = this.#db.prepare('SELECT key FROM sessions WHERE live = 1 AND namespace = ? AND key >= ? AND key > ? ORDER BY key LIMIT ?');
    this.#sessionsAfter = this.#db.prepare('SELECT id, namespace, key, live, state, checksum FROM sessions WHERE id > ? ORDER BY id LIMIT ?');
    this.#endedBetween = this.#db.prepare(
      `SELECT session_id AS sessionId, sequence, lease_id_hash AS leaseIdHash, fencing_token AS fencingToken, ended_because AS endedBecause,
        ended_at_wall_ms AS endedAtWallMs, checksum FROM ended_ids WHERE session_id BETWEEN ? AND ? ORDER BY session_id, sequence`,
    );
  }

  /** @throws DatabaseRefusedError when they are not there, or not as they were written */
  facts(): Facts {
    const storeId = this.#fact('store-id');
    const floor = this.#fact('floor');
    if (typeof storeId !== 'string' || typeof floor !== 'number') throw new DatabaseRefusedError('it lacks its store id or its floor');
    return { storeId, floor };
  }

  /**
   * The next sessions after the row of this id; none when all are read.
   * @throws DatabaseRefusedError when a row is not as it was written
   */
  rowsAfter(id: number): Rows {
    const read = whole(this.#sessionsAfter.all(id, ROWS_MAX) as unknown as Summed<SessionRow>[], sessionSum);
    // After the last session there must be nothing more; if there is, it is seen.
    const { replies, toId } = this.#replies.read(id + 1, read.at(-1)?.id ?? Number.MAX_SAFE_INTEGER);
    const sessions = read.filter((row) => row.id <= toId);
    const last = sessions.at(-1)?.id ?? Number.MAX_SAFE_INTEGER;
    const ids = new Set(sessions.map((row) => row.id));
    if (replies.some(({ sessionId }) => !ids.has(sessionId)) || sessions.length < Math.min(1, read.length)) {
      throw new DatabaseRefusedError('it is damaged: there are replies without their session');
    }
    this.#replies.checkPayloads(id + 1, last, replies);
    const ended = whole(this.#endedBetween.all(id + 1, last) as unknown as Summed<EndedRow>[], endedSum);
    return { sessions, ended, replies };
  }

  /** Commits something, so that a disk that takes no write is found out at the start, and not by the first caller. @throws the driver's error */
  proveWritable(): void {
    // Unlike an UPDATE, this is written even when it changes nothing.
    this.#db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  }

  #fact(name: string): unknown {
    const row = this.#db.prepare('SELECT value, checksum FROM facts WHERE name = ?').get(name) as Summed<{ value: string | number }> | undefined;
    return row && whole([row], ({ value }) => checksum(value))[0]?.value;
  }

  /** Returns when the changes are on disk. @throws the driver's error when they may not be */
  commit(changes: Changes): void {
    const { floor, sessions, ended, endedForgotten, sessionsForgotten } = changes;
    this.#db.exec('BEGIN IMMEDIATE');
    this.#putFloor.run(floor, checksum(floor));
    // Old ended ids go before new ones come: a session may have both in one commit.
    for (const id of endedForgotten) this.#dropEnded.run(id);
    for (const row of sessions) this.#putSession.run(row.id, row.namespace, row.key, row.live, row.state, sessionSum(row));
    for (const row of ended) {
      const { sessionId, sequence, leaseIdHash, fencingToken, endedBecause, endedAtWallMs } = row;
      this.#putEnded.run(sessionId, sequence % ENDED_IDS_MAX, sequence, leaseIdHash, fencingToken, endedBecause, endedAtWallMs, endedSum(row));
    }
    this.#replies.commit(changes);
    for (const id of sessionsForgotten) {
      this.#dropEnded.run(id);
      this.#replies.forgetSession(id);
      this.#dropSession.run(id);
    }
    this.#db.exec('COMMIT');
  }

  /** Keys of sessions that were leased at the last commit, in byte order. */
  liveKeys({ namespace, prefix, after, limit }: KeyRange): string[] {
    const rows = this.#liveKeys.all(namespace, prefix, after, limit) as { key: string }[];
    return rows.map(({ key }) => key);
  }

  /** Undefined when there is none. @throws DatabaseRefusedError when it is not as it was written */
  payload(key: ReplyKey): string | undefined {
    return this.#replies.payload(key);
  }

  /** Replies across sessions, as they were at the last commit. */
  listedReplies(range: ReplyRange): ListedReply[] {
    return this.#replies.listed(range);
  }

  close(): void {
    this.#db.close();
  }
}

const sessionSum = ({ id, namespace, key, live, state }: SessionRow): number => checksum(id, namespace, key, live, state);

const endedSum = ({ sessionId, sequence, leaseIdHash, fencingToken, endedBecause, endedAtWallMs }: EndedRow): number =>
  checksum(sessionId, sequence, leaseIdHash, fencingToken, endedBecause, endedAtWallMs);
