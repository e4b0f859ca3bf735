/** The tables of the database file, and how an older file becomes one of today. */
import type { DatabaseSync } from 'node:sqlite';

export const SCHEMA_VERSION = 2;

const LEASES = `
  CREATE TABLE facts (name TEXT PRIMARY KEY, value ANY NOT NULL, checksum INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE sessions (
    id INTEGER PRIMARY KEY, namespace TEXT NOT NULL, key TEXT NOT NULL, live INTEGER NOT NULL, state TEXT NOT NULL, checksum INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX live_sessions ON sessions (namespace, key) WHERE live = 1;
  CREATE TABLE ended_ids (
    session_id INTEGER NOT NULL, slot INTEGER NOT NULL, sequence INTEGER NOT NULL, lease_id_hash TEXT NOT NULL,
    fencing_token INTEGER, ended_because TEXT NOT NULL, ended_at_wall_ms INTEGER NOT NULL, checksum INTEGER NOT NULL,
    PRIMARY KEY (session_id, slot)
  ) STRICT, WITHOUT ROWID;
`;

/** Payloads stand apart, so that a change of a reply's state does not write a quarter of a megabyte anew. */
const REPLIES = `
  CREATE TABLE replies (
    session_id INTEGER NOT NULL, number INTEGER NOT NULL, state TEXT NOT NULL, namespace TEXT NOT NULL, key TEXT NOT NULL,
    listed_at_wall_ms INTEGER NOT NULL, record TEXT NOT NULL, checksum INTEGER NOT NULL,
    PRIMARY KEY (session_id, number)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX listed_replies ON replies (namespace, state, listed_at_wall_ms, key, number);
  CREATE TABLE payloads (
    session_id INTEGER NOT NULL, number INTEGER NOT NULL, payload TEXT NOT NULL, checksum INTEGER NOT NULL,
    PRIMARY KEY (session_id, number)
  ) STRICT;
`;

/** What each version added to the one before it: a new file takes every step, an older one those that it lacks. */
const STEPS: readonly string[] = [LEASES, REPLIES];

/** Brings a file of an older version, or an empty one (0), up to today's. It belongs into the transaction in which the file was judged. */
export const bringUpToDate = (db: DatabaseSync, fromVersion: number): void => {
  for (const step of STEPS.slice(fromVersion)) db.exec(step);
  if (fromVersion < SCHEMA_VERSION) db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
};
