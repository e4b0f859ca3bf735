import t from 'tap';
import { DatabaseSync } from 'node:sqlite';
import { checksum } from '../../../../service/src/stores/embedded/checksum.ts';
import { openDatabaseFile } from '../../../../service/src/stores/embedded/database-file.ts';
import { writeSession } from '../../../../service/src/stores/embedded/rows.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { Scene } from '../../session/scene.ts';
import { freshFile } from './fresh-file.ts';
import { StoreScene } from './store-scene.ts';

/** The tables of version 1, as the first release made them. This text never changes. */
const VERSION_1 = `
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
  PRAGMA application_id = 0x486f6c64;
  PRAGMA user_version = 1;
`;

/** A file of version 1 with one leased session, `s`. */
const versionOne = (file: string): { token: number; wallUs: number } => {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA journal_mode = WAL');
  db.exec(VERSION_1);
  const scene = new Scene();
  const token = scene.take('a', { metadata: { draft: 'd-1' } });
  const fact = db.prepare('INSERT INTO facts VALUES (?, ?, ?)');
  fact.run('store-id', 'store-of-version-1', checksum('store-of-version-1'));
  fact.run('floor', scene.floor, checksum(scene.floor));
  const state = writeSession(scene.session, { monoMs: scene.nowMs, wallUs: scene.wallUs });
  if (state.includes('repl')) throw new Error(`version 1 wrote nothing of replies: ${state}`);
  db.prepare('INSERT INTO sessions VALUES (1, ?, ?, 1, ?, ?)').run('default', 's', state, checksum(1, 'default', 's', 1, state));
  db.close();
  return { token, wallUs: scene.wallUs };
};

const versionOf = (db: DatabaseSync): unknown => Object.values(db.prepare('PRAGMA user_version').get() ?? {})[0];
const tablesOf = (db: DatabaseSync): unknown[] =>
  db.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").all().map((row) => String(row['sql']).replace(/\s+/g, ' '));

t.test('a file of version 1 is brought up to date when it is opened, and has the tables of a new one', async (t) => {
  const [old, made] = [freshFile(t), freshFile(t)];
  versionOne(old);
  const [migrated, created] = [openDatabaseFile(old, 'another id'), openDatabaseFile(made, 'store-1')];
  t.equal(versionOf(migrated), 2);
  t.strictSame(tablesOf(migrated), tablesOf(created));
  migrated.close();
  created.close();
  const again = openDatabaseFile(old, 'another id');
  t.equal(versionOf(again), 2, 'once');
  again.close();
});

t.test('a store on a file of version 1 keeps its id, its leases and its tokens, and takes replies', async (t) => {
  const file = freshFile(t);
  const { token, wallUs } = versionOne(file);
  const scene = await StoreScene.start(file, new FakeClock({ monoMs: 1_000, wallUs }));
  t.equal(scene.store.storeId, 'store-of-version-1');
  t.match(await scene.inspect(), { held: true, fencingToken: token, parkedReplies: 0, metadata: { draft: 'd-1' } });
  t.match(await scene.replies.park('s', 'r'), { kind: 'parked' });
  const again = await scene.crashAndStart(file);
  t.match(await again.inspect(), { held: true, fencingToken: token, parkedReplies: 1 });
  t.match(await again.replies.read('s', 'r'), { payload: '"says r"' });
  again.writer.crash();
});

t.test('a file of version 1 that is refused is left as it was', async (t) => {
  const file = freshFile(t);
  versionOne(file);
  const raw = new DatabaseSync(file);
  raw.exec('PRAGMA application_id = 7');
  raw.close();
  t.throws(() => openDatabaseFile(file, 'store-1'), { message: 'it is a database of another program' });
  const after = new DatabaseSync(file);
  t.equal(versionOf(after), 1);
  t.equal(tablesOf(after).length, 4);
  after.close();
});

t.test('a migration that fails halfway changes nothing', async (t) => {
  const file = freshFile(t);
  versionOne(file);
  const raw = new DatabaseSync(file);
  raw.exec('CREATE TABLE payloads (mine TEXT)');
  raw.close();
  t.throws(() => openDatabaseFile(file, 'store-1'), /payloads already exists/);
  const after = new DatabaseSync(file);
  t.equal(versionOf(after), 1);
  t.equal(tablesOf(after).some((sql) => String(sql).includes('CREATE TABLE replies')), false);
  after.close();
});
