/** One face for the databases that the SQL fence is tested on, each through the driver that its users have. */
import { DatabaseSync } from 'node:sqlite';
import type { SqlFenceOptions } from '../../../client/src/fences/sql.ts';
import { connectPostgres } from '../own-postgres.ts';

/** Where a database is, in words that another process understands. */
export type DatabasePlace = { readonly kind: 'sqlite'; readonly path: string } | { readonly kind: 'postgresql'; readonly socketFolder: string };

export type Value = string | number | null;
export type Row = Record<string, unknown>;

export interface Database {
  readonly placeholders: SqlFenceOptions['placeholders'];
  /** Runs one statement. */
  query(text: string, values?: Value[]): Promise<Row[]>;
  /** Runs `work` in a transaction, and takes all of it back if it throws. */
  transaction(work: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

const openSqlite = (path: string): Omit<Database, 'transaction'> => {
  const database = new DatabaseSync(path, { timeout: 30_000 });
  database.exec('PRAGMA journal_mode = WAL');
  return {
    placeholders: '?',
    query: async (text, values = []) => database.prepare(text).all(...values),
    close: async () => database.close(),
  };
};

const openPostgres = async (socketFolder: string): Promise<Omit<Database, 'transaction'>> => {
  const client = await connectPostgres(socketFolder);
  return {
    placeholders: '$1',
    query: async (text, values = []) => (await client.query(text, values)).rows,
    close: () => client.end(),
  };
};

export const openDatabase = async (place: DatabasePlace): Promise<Database> => {
  const database = place.kind === 'sqlite' ? openSqlite(place.path) : await openPostgres(place.socketFolder);
  return {
    ...database,
    async transaction(work) {
      await database.query('BEGIN');
      try {
        await work();
        await database.query('COMMIT');
      } catch (error) {
        await database.query('ROLLBACK');
        throw error;
      }
    },
  };
};

/** The statement with the placeholders of the database; it names them `$1`, `$2` in their order. */
export const worded = ({ placeholders }: Database, text: string): string => (placeholders === '?' ? text.replace(/\$\d+/g, '?') : text);

/** The tables that the tests write: a row a session, and its messages in the order in which they were stored. */
export const createTables = async (database: Database): Promise<void> => {
  const counted = database.placeholders === '?' ? 'INTEGER PRIMARY KEY AUTOINCREMENT' : 'BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY';
  await database.query(`CREATE TABLE conversations (session TEXT PRIMARY KEY NOT NULL, fencing_token BIGINT NOT NULL,
    summary TEXT NOT NULL DEFAULT '', turns INTEGER NOT NULL DEFAULT 0)`);
  await database.query(`CREATE TABLE messages (place ${counted}, session TEXT NOT NULL, reply_id TEXT NOT NULL UNIQUE, fencing_token BIGINT NOT NULL)`);
};

/** Stores a message once. */
export const appendMessage = async (database: Database, session: string, replyId: string, fencingToken: number): Promise<void> => {
  const text = 'INSERT INTO messages (session, reply_id, fencing_token) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING';
  await database.query(worded(database, text), [session, replyId, fencingToken]);
};

/** A session's messages in the order in which they were stored. */
export const messagesOf = async (database: Database, session: string): Promise<{ replyId: string; fencingToken: number }[]> => {
  const rows = await database.query(worded(database, 'SELECT reply_id, fencing_token FROM messages WHERE session = $1 ORDER BY place'), [session]);
  return rows.map((row) => ({ replyId: String(row['reply_id']), fencingToken: Number(row['fencing_token']) }));
};

/** A session's row. */
export const conversationOf = async (database: Database, session: string): Promise<{ fencingToken: string; summary: string; turns: number } | undefined> => {
  const text = 'SELECT CAST(fencing_token AS TEXT) AS fencing_token, summary, turns FROM conversations WHERE session = $1';
  const [row] = await database.query(worded(database, text), [session]);
  return row && { fencingToken: String(row['fencing_token']), summary: String(row['summary']), turns: Number(row['turns']) };
};
