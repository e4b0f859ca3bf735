/**
 * A fence for the rows of an SQL database that knows `INSERT … ON CONFLICT`, as PostgreSQL and SQLite do. The largest
 * fencing token stands in the row itself, and one statement compares it and writes:
 *
 *     INSERT INTO "conversations" AS "stored" ("session", "fencing_token", "summary") VALUES ($1, $2, $3)
 *     ON CONFLICT ("session") DO UPDATE SET "fencing_token" = excluded."fencing_token", "summary" = excluded."summary"
 *     WHERE "stored"."fencing_token" <= excluded."fencing_token"
 *     RETURNING "fencing_token" AS "fencing_token"
 *
 * It changes one row and gives it back, or none: then a larger token has been here, and nothing was written. An equal one is
 * the same holder writing again.
 *
 * Rows of other tables are fenced by a transaction that has this statement for its first (`raise`). It holds the session's
 * row until the commit: an older holder that is inside finishes first, and one that comes later waits and is refused. Roll
 * back when it throws. To store a reply once, however often it is tried, give its table the reply id as a unique column, and
 * insert `ON CONFLICT DO NOTHING`.
 *
 * What the table needs: the key as its primary key, or unique and NOT NULL; the fencing token as `BIGINT NOT NULL` (a text
 * column would compare 9 above 10, and a narrower number does not hold one); a default for each column that a write leaves out.
 *
 * Isolation. PostgreSQL's READ COMMITTED, its default, is right: the condition is judged on the newest row, under its lock.
 * REPEATABLE READ and SERIALIZABLE may end in error 40001 instead; it comes through as it is, repeat the whole transaction. In SQLite a
 * connection has one transaction: never `await` anything else between BEGIN and COMMIT on a connection that others use too. Its SQLITE_BUSY
 * comes through as well.
 *
 * Limits. Every writer goes through the fence. What the database forgets, the fence forgets: rows that are deleted while a
 * session may still have holders, a restored backup, a failover to a replica that lags, a crash without synchronous commits.
 */
import { InvalidRequestError } from '../errors.ts';
import { FenceBrokenError } from './errors.ts';
import { checkToken, readToken, refusal } from './fencing-token.ts';

export { FenceBrokenError } from './errors.ts';

/**
 * Runs one statement in the caller's database, or in the caller's open transaction, and gives its rows as objects. It must not be
 * an automatic repeat of statements whose answer was lost.
 *
 * @example
 * const query: SqlQuery<unknown> = async (text, values) => (await pool.query(text, values)).rows; // pg
 * const query: SqlQuery<SQLInputValue> = (text, values) => database.prepare(text).all(...values); // node:sqlite, better-sqlite3
 */
export type SqlQuery<Value> = (text: string, values: (string | number | Value)[]) => Promise<readonly unknown[]> | readonly unknown[];

/** What is written to a row, by column. */
export type SqlColumns<Value> = Readonly<Record<string, string | number | Value>>;

/** Where the tokens stand. Names are quoted, so upper and lower case count; letters, digits and `_`, at most 63. */
export interface SqlFenceOptions {
  /** The table, or `schema.table`. */
  readonly table: string;
  /** The column of the session, or of whatever else one token guards. Default `session`. */
  readonly keyColumn?: string;
  /** The column of the fencing token. Default `fencing_token`. */
  readonly tokenColumn?: string;
  /** How the driver wants its parameters: `$1` as pg does, `?` as SQLite's drivers do. */
  readonly placeholders: '$1' | '?';
}

/** One fenced statement, for drivers that answer at once (an SQLite transaction should not wait between its statements). */
export interface FencedStatement<Value> {
  readonly text: string;
  readonly values: (string | number | Value)[];
  /**
   * Judges the rows that the statement gave back.
   * @throws StaleFencingTokenError there is none: nothing was written. @throws FenceBrokenError it is not the one that was written: roll back.
   */
  check(rows: readonly unknown[]): void;
}

/** A table whose rows are written under fencing tokens. Get it from {@link sqlFence}. */
export interface SqlFence {
  /**
   * Shuts out every smaller token, and writes nothing else. Call it when a lease begins, before you read; and as the first
   * statement of each transaction that writes to other tables.
   * @throws StaleFencingTokenError a larger token has been here. @throws FenceBrokenError the table keeps no such token: roll back.
   */
  raise(query: SqlQuery<never>, key: string, fencingToken: number): Promise<void>;
  /** Writes columns of the row, at most 100, and creates the row if there is none. What is left out keeps its value. Throws as `raise` does. */
  write<Value>(query: SqlQuery<Value>, key: string, fencingToken: number, columns: SqlColumns<Value>): Promise<void>;
  /** The statement of `write` (or, without columns, of `raise`) for you to run, and the judge of its outcome. */
  statement<Value = never>(key: string, fencingToken: number, columns?: SqlColumns<Value>): FencedStatement<Value>;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;
const COLUMNS_MAX = 100;

/** Nothing that needs escaping gets through, so that no database's rules of quoting have to be right here. */
const quoted = (field: string, name: string): string => {
  if (typeof name === 'string' && NAME.test(name)) return `"${name}"`;
  throw new InvalidRequestError(`${field} is ${JSON.stringify(name)}, and must be a letter or _, then letters, digits or _, at most 63 in all.`);
};

const quotedTable = (table: string): string => {
  const names = String(table).split('.');
  if (names.length <= 2) return names.map((name) => quoted('table', name)).join('.');
  throw new InvalidRequestError(`table is ${JSON.stringify(table)}, and must be a name or schema.name.`);
};

const checkKey = (key: string): void => {
  // An SQLite primary key may be NULL, and NULL conflicts with nothing: there would be a new row each time.
  if (typeof key !== 'string' || key === '') throw new InvalidRequestError('key must be a string, and not empty.');
};

/** SQLite takes names that differ in case for one; a column that is written twice would get past the comparison. */
const checkDistinct = (names: readonly string[]): void => {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name.toLowerCase())) throw new InvalidRequestError(`columns: ${JSON.stringify(name)} is there twice, or is the fence's own.`);
    seen.add(name.toLowerCase());
  }
  if (names.length > COLUMNS_MAX + 2) throw new InvalidRequestError(`columns has ${names.length - 2} members, and may have ${COLUMNS_MAX} at most.`);
};

/** A driver without rows, or a column that rounds, must not pass for a fence that works. */
const checkKept = (row: unknown, fencingToken: number, at: string): void => {
  const kept = typeof row === 'object' && row !== null && 'fencing_token' in row ? row.fencing_token : undefined;
  if (readToken(kept) === fencingToken) return;
  throw new FenceBrokenError(`${at} gave back ${String(kept)} where fencing token ${fencingToken} was written.`, undefined, 'unknown');
};

const checkRows = (rows: unknown): void => {
  if (!Array.isArray(rows)) throw new FenceBrokenError('The query must give the rows of its statement, as a list.', undefined, 'unknown');
};

/**
 * Makes the fence of a table. It keeps nothing, so make it once for all sessions.
 *
 * @example
 * // CREATE TABLE conversations (session TEXT PRIMARY KEY, fencing_token BIGINT NOT NULL, summary TEXT NOT NULL DEFAULT '');
 * // CREATE TABLE messages (reply_id TEXT PRIMARY KEY, session TEXT NOT NULL, text TEXT NOT NULL);
 * const fence = sqlFence({ table: 'conversations', placeholders: '$1' });
 * const query = async (text: string, values: unknown[]) => (await connection.query(text, values)).rows; // pg, one connection of the pool
 *
 * await query('BEGIN', []);
 * await fence.write(query, 'oc_1', lease.fencingToken, { summary }); // StaleFencingTokenError if somebody took over: ROLLBACK
 * await query('INSERT INTO messages (reply_id, session, text) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [replyId, 'oc_1', text]);
 * await query('COMMIT', []);
 *
 * @throws InvalidRequestError an option is not what it must be
 */
export const sqlFence = ({ table, keyColumn = 'session', tokenColumn = 'fencing_token', placeholders }: SqlFenceOptions): SqlFence => {
  const at = quotedTable(table);
  const keyName = quoted('keyColumn', keyColumn);
  const tokenName = quoted('tokenColumn', tokenColumn);
  checkDistinct([keyColumn, tokenColumn]);
  if (placeholders !== '$1' && placeholders !== '?') throw new InvalidRequestError('placeholders must be "$1" or "?".');
  const place = (index: number): string => (placeholders === '?' ? '?' : `$${index + 1}`);

  const statement = <Value = never>(key: string, fencingToken: number, columns: SqlColumns<Value> = {}): FencedStatement<Value> => {
    checkKey(key);
    checkToken(fencingToken);
    const columnNames = Object.keys(columns);
    checkDistinct([keyColumn, tokenColumn, ...columnNames]);
    const written = [tokenName, ...columnNames.map((name) => quoted('columns', name))];
    const all = [keyName, ...written];
    const text = [
      `INSERT INTO ${at} AS "stored" (${all.join(', ')}) VALUES (${all.map((_name, index) => place(index)).join(', ')})`,
      `ON CONFLICT (${keyName}) DO UPDATE SET ${written.map((name) => `${name} = excluded.${name}`).join(', ')}`,
      `WHERE "stored".${tokenName} <= excluded.${tokenName}`,
      `RETURNING ${tokenName} AS "fencing_token"`,
    ].join('\n');
    const check = (rows: readonly unknown[]): void => {
      checkRows(rows);
      if (rows.length === 0) throw refusal(fencingToken);
      checkKept(rows[0], fencingToken, `${table}.${tokenColumn}`);
    };
    return { text, values: [key, fencingToken, ...Object.values(columns)], check };
  };

  /** The largest token so far, for the error's sake: tokens never decrease, so it may be asked for after the refusal. */
  const currentOf = async (query: SqlQuery<never>, key: string): Promise<number | undefined> => {
    const [row] = await query(`SELECT "stored".${tokenName} AS "fencing_token" FROM ${at} AS "stored" WHERE "stored".${keyName} = ${place(0)}`, [key]);
    return readToken((row as { fencing_token?: unknown } | undefined)?.fencing_token);
  };

  const write = async <Value>(query: SqlQuery<Value>, key: string, fencingToken: number, columns: SqlColumns<Value>): Promise<void> => {
    const { text, values, check } = statement(key, fencingToken, columns);
    const rows = await query(text, values);
    if (Array.isArray(rows) && rows.length === 0) throw refusal(fencingToken, await currentOf(query, key));
    check(rows);
  };

  return { raise: (query, key, fencingToken) => write(query, key, fencingToken, {}), write, statement };
};
