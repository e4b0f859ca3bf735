import t from 'tap';
import { readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { openDatabaseFile } from '../../../../service/src/stores/embedded/database-file.ts';
import { freshFile } from './fresh-file.ts';

/** The driver's code of what `act` throws, sqlite.org/rescode.html. */
const codeOf = (act: () => void): unknown => {
  try {
    act();
  } catch (error) {
    return (error as { errcode?: unknown }).errcode;
  }
  return 'nothing thrown';
};

const pragma = (db: DatabaseSync, name: string): unknown => Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0];

t.test('a new file is made in WAL mode, with full synchronisation, for one process alone', async (t) => {
  const db = openDatabaseFile(freshFile(t), 'store-1');
  t.equal(pragma(db, 'journal_mode'), 'wal');
  t.equal(pragma(db, 'synchronous'), 2);
  t.equal(pragma(db, 'locking_mode'), 'exclusive');
  t.equal(pragma(db, 'user_version'), 2);
  t.equal(pragma(db, 'application_id'), 0x486f6c64);
  db.close();
});

t.test('a second opener is refused at once, in this process too', async (t) => {
  const file = freshFile(t);
  const first = openDatabaseFile(file, 'store-1');
  t.equal(codeOf(() => void openDatabaseFile(file, 'store-2')), 5);
  const stranger = new DatabaseSync(file);
  t.equal(codeOf(() => void stranger.prepare('SELECT * FROM facts').all()), 5, 'nor can anybody else read it');
  stranger.close();
  first.close();
  openDatabaseFile(file, 'store-2').close();
});

t.test('an empty file is as good as none', async (t) => {
  const file = freshFile(t);
  writeFileSync(file, '');
  const db = openDatabaseFile(file, 'store-1');
  t.match(db.prepare("SELECT value FROM facts WHERE name = 'store-id'").get(), { value: 'store-1' });
  db.close();
});

t.test("another program's database is refused, and left as it was", async (t) => {
  const file = freshFile(t);
  const theirs = new DatabaseSync(file);
  theirs.exec('CREATE TABLE notes (text TEXT)');
  theirs.close();
  const before = readFileSync(file);
  t.throws(() => openDatabaseFile(file, 'store-1'), { name: 'DatabaseRefusedError', message: 'it is a database of another program' });
  t.strictSame(readFileSync(file), before);
});

t.test('a newer schema is refused by number, and left as it was', async (t) => {
  const file = freshFile(t);
  openDatabaseFile(file, 'store-1').close();
  const raw = new DatabaseSync(file);
  raw.exec('PRAGMA user_version = 3');
  raw.close();
  const before = readFileSync(file);
  t.throws(() => openDatabaseFile(file, 'store-1'), {
    name: 'DatabaseRefusedError',
    message: 'it was written by a newer Holdfast (schema 3; this one knows 2)',
  });
  t.strictSame(readFileSync(file), before);
});

t.test('what is no database is refused', async (t) => {
  const file = freshFile(t);
  writeFileSync(file, 'this is a text, and not a database; '.repeat(200));
  t.equal(codeOf(() => openDatabaseFile(file, 'store-1')), 26);
});

t.test('a page of garbage in the middle is damage', async (t) => {
  const file = freshFile(t);
  const db = openDatabaseFile(file, 'store-1');
  const put = db.prepare("INSERT INTO sessions (namespace, key, live, state, checksum) VALUES ('default', ?, 1, ?, 0)");
  for (let n = 0; n < 500; n += 1) put.run(`session ${n}`, 'x'.repeat(200));
  db.close();
  const bytes = readFileSync(file);
  const pageBytes = 4_096;
  t.ok(bytes.length > 20 * pageBytes, 'it has a middle');
  bytes.fill(0xa5, 10 * pageBytes, 11 * pageBytes);
  writeFileSync(file, bytes);
  t.throws(() => openDatabaseFile(file, 'store-1'), { name: 'DatabaseRefusedError', message: /^it is damaged: [^\n]+$/ });
});

t.test('an index that does not fit its table is damage', async (t) => {
  const file = freshFile(t);
  const db = openDatabaseFile(file, 'store-1');
  db.exec("INSERT INTO sessions (namespace, key, live, state, checksum) VALUES ('default', 'a session key', 1, '{}', 0)");
  db.close();
  // The key stands in the table and in the index; one of the two is changed.
  const bytes = readFileSync(file);
  bytes.write('A', bytes.indexOf('a session key'));
  writeFileSync(file, bytes);
  t.throws(() => openDatabaseFile(file, 'store-1'), { name: 'DatabaseRefusedError', message: /^it is damaged: .*index/ });
});

t.test('a folder that is not there, a folder in place of the file, and one where nothing can be made', async (t) => {
  const file = freshFile(t);
  t.equal(codeOf(() => openDatabaseFile(`${file}/missing/holdfast.db`, 'store-1')), 14);
  t.equal(codeOf(() => openDatabaseFile('/tmp', 'store-1')), 14);
  t.equal(codeOf(() => openDatabaseFile('/proc/self/holdfast.db', 'store-1')), 14, 'not even root can write there');
});
