import t from 'tap';
import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { Database, type Facts, type Rows } from '../../../../service/src/stores/embedded/database.ts';
import type { EndedRow, SessionRow } from '../../../../service/src/stores/embedded/rows.ts';
import { freshFile } from './fresh-file.ts';
import { NO_CHANGES as NONE } from './no-changes.ts';

const row = (id: number, more: Partial<SessionRow> = {}): SessionRow => ({ id, namespace: 'default', key: `s ${id}`, live: 1, state: '{}', ...more });

const ended = (sessionId: number, sequence: number): EndedRow => ({
  sessionId,
  sequence,
  leaseIdHash: `hash ${sequence}`,
  fencingToken: sequence % 2 === 0 ? null : 1_700_000_000_000_000 + sequence,
  endedBecause: 'released',
  endedAtWallMs: 1_700_000_000_000,
});

/** Everything, to the end; few enough to come in one piece. */
const readAll = (database: Database): Facts & Rows => {
  const rows = database.rowsAfter(0);
  database.rowsAfter(rows.sessions.at(-1)?.id ?? 0);
  return { ...database.facts(), ...rows };
};

/** What another process finds in the file after this one has let go of it. */
const reopened = (file: string, database: Database): Facts & Rows => {
  database.close();
  const again = new Database(file, 'another id');
  const read = readAll(again);
  again.close();
  return read;
};

t.test('what was committed is loaded again, with the id that the store got first', async (t) => {
  const file = freshFile(t);
  const database = new Database(file, 'store-1');
  t.strictSame(readAll(database), { storeId: 'store-1', floor: 0, sessions: [], ended: [], replies: [] });
  database.commit({ ...NONE, floor: 1_700_000_000_000_001, sessions: [row(1), row(2, { live: 0, key: '日本' })], ended: [ended(1, 0), ended(1, 1)] });
  database.commit({ ...NONE, floor: 1_700_000_000_000_002, sessions: [row(1, { live: 0, state: '{"lease":null}' })] });
  const loaded = reopened(file, database);
  t.equal(loaded.storeId, 'store-1');
  t.equal(loaded.floor, 1_700_000_000_000_002);
  t.match(loaded.sessions, [row(1, { live: 0, state: '{"lease":null}' }), row(2, { live: 0, key: '日本' })]);
  t.match(loaded.ended, [ended(1, 0), ended(1, 1)]);
});

t.test('the proof that the file can be written is a commit, each time', async (t) => {
  const file = freshFile(t);
  const database = new Database(file, 'store-1');
  const logBytes = (): number => statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  readAll(database);
  t.equal(logBytes(), 0, 'reading writes nothing');
  database.proveWritable();
  const once = logBytes();
  t.ok(once > 0);
  database.proveWritable();
  t.ok(logBytes() > once);
  database.close();
});

t.test('rows are read 5,000 sessions at a time, each with its ended ids', async (t) => {
  const database = new Database(':memory:', 'store-1');
  const ids = Array.from({ length: 5_001 }, (_, n) => 10 + 2 * n);
  database.commit({ ...NONE, sessions: ids.toReversed().map((id) => row(id)), ended: [ended(10, 0), ended(10_008, 0), ended(10_010, 0), ended(10_010, 1)] });
  const first = database.rowsAfter(0);
  t.strictSame([first.sessions.length, first.sessions[0]?.id, first.sessions.at(-1)?.id], [5_000, 10, 10_008]);
  t.strictSame(first.ended.map(({ sessionId }) => sessionId), [10, 10_008]);
  const second = database.rowsAfter(10_008);
  t.strictSame(second.sessions.map(({ id }) => id), [10_010]);
  t.strictSame(second.ended.map(({ sequence }) => sequence), [0, 1]);
  t.strictSame(database.rowsAfter(10_010), { sessions: [], ended: [], replies: [] });
  database.close();
});

t.test('the last 1,000 ended ids of a session are kept: at the limit, and one past it', async (t) => {
  const file = freshFile(t);
  const database = new Database(file, 'store-1');
  const sequences = (from: number, count: number): EndedRow[] => Array.from({ length: count }, (_, n) => ended(1, from + n));
  database.commit({ ...NONE, sessions: [row(1), row(2)], ended: [...sequences(0, 1_000), ended(2, 0)] });
  const keptOf = (sessionId: number): number[] => readAll(database).ended.filter((one) => one.sessionId === sessionId).map(({ sequence }) => sequence);
  t.strictSame([keptOf(1).length, keptOf(1)[0], keptOf(1).at(-1)], [1_000, 0, 999]);
  database.commit({ ...NONE, ended: [ended(1, 1_000)] });
  t.strictSame([keptOf(1).length, keptOf(1)[0], keptOf(1).at(-1)], [1_000, 1, 1_000], 'the oldest gave way');
  t.strictSame(keptOf(2), [0], 'those of other sessions did not');
  database.close();
});

t.test('ended ids are forgotten before new ones of the same commit are kept', async (t) => {
  const database = new Database(':memory:', 'store-1');
  database.commit({ ...NONE, sessions: [row(1)], ended: [ended(1, 0), ended(1, 1)] });
  database.commit({ ...NONE, endedForgotten: [1], ended: [ended(1, 2)] });
  t.strictSame(readAll(database).ended.map(({ sequence }) => sequence), [2]);
  database.close();
});

t.test('a session is forgotten with its ended ids, whatever else the commit said of it', async (t) => {
  const database = new Database(':memory:', 'store-1');
  database.commit({ ...NONE, sessions: [row(1), row(2)], ended: [ended(1, 0), ended(2, 0)] });
  database.commit({ ...NONE, ended: [ended(1, 1)], sessionsForgotten: [1] });
  const { sessions, ended: left } = readAll(database);
  t.strictSame([sessions.map(({ id }) => id), left.map(({ sessionId }) => sessionId)], [[2], [2]]);
  database.close();
});

t.test('a commit that fails leaves nothing of itself', async (t) => {
  const file = freshFile(t);
  const database = new Database(file, 'store-1');
  database.commit({ ...NONE, floor: 1, sessions: [row(1)] });
  const unwritable = { ...ended(1, 0), leaseIdHash: null as unknown as string };
  t.throws(() => database.commit({ ...NONE, floor: 2, sessions: [row(2)], ended: [unwritable] }), /NOT NULL/);
  t.match(reopened(file, database), { floor: 1, sessions: { length: 1 }, ended: { length: 0 } });
});

t.test('live keys come in byte order, of one namespace, by prefix, after a key, up to a limit', async (t) => {
  const database = new Database(':memory:', 'store-1');
  const keys = ['b', 'a', 'ab', 'a:1', 'a:2', '\u{1F600}', '\uFFFD', 'é'];
  database.commit({
    ...NONE,
    sessions: [...keys.map((key, n) => row(n + 1, { key })), row(90, { key: 'a:ended', live: 0 }), row(91, { key: 'a:other', namespace: 'tenant' })],
  });
  const keysIn = (range: Partial<Parameters<Database['liveKeys']>[0]>): string[] =>
    database.liveKeys({ namespace: 'default', prefix: '', after: '', limit: 100, ...range });
  t.strictSame(keysIn({}), ['a', 'a:1', 'a:2', 'ab', 'b', 'é', '\uFFFD', '\u{1F600}'], 'as bytes; UTF-16 would put the last two the other way round');
  t.strictSame(keysIn({ prefix: 'a:' }).slice(0, 2), ['a:1', 'a:2']);
  t.strictSame(keysIn({ prefix: 'a:', after: 'a:1' })[0], 'a:2');
  t.strictSame(keysIn({ after: 'b' }), ['é', '\uFFFD', '\u{1F600}']);
  t.strictSame(keysIn({ limit: 2 }), ['a', 'a:1']);
  t.strictSame(keysIn({ namespace: 'tenant' }), ['a:other']);
  database.close();
});

t.test('a listing reads the index of live sessions, and nothing else', async (t) => {
  const file = freshFile(t);
  new Database(file, 'store-1').close();
  const raw = new DatabaseSync(file);
  const plan = raw.prepare('EXPLAIN QUERY PLAN SELECT key FROM sessions WHERE live = 1 AND namespace = ? AND key >= ? AND key > ? ORDER BY key LIMIT ?').all('default', '', '', 1);
  raw.close();
  t.match(plan, [{ detail: /USING COVERING INDEX live_sessions|USING INDEX live_sessions/ }]);
  t.equal(plan.length, 1, 'nothing is sorted');
});

t.test('a row that is not as it was written is damage: every column of every table', async (t) => {
  const harms = [
    "UPDATE facts SET value = value + 1 WHERE name = 'floor'",
    "UPDATE facts SET value = 'another' WHERE name = 'store-id'",
    'UPDATE sessions SET key = key || 1',
    "UPDATE sessions SET namespace = 'x'",
    'UPDATE sessions SET live = 0',
    `UPDATE sessions SET state = replace(state, '7', '8')`,
    'UPDATE sessions SET id = id + 1',
    'UPDATE ended_ids SET session_id = session_id + 1',
    'UPDATE ended_ids SET sequence = sequence + 1000',
    "UPDATE ended_ids SET lease_id_hash = 'x'",
    'UPDATE ended_ids SET fencing_token = NULL',
    "UPDATE ended_ids SET ended_because = 'expired'",
    'UPDATE ended_ids SET ended_at_wall_ms = 0',
  ];
  for (const harm of harms) {
    const file = freshFile(t);
    const database = new Database(file, 'store-1');
    database.commit({ ...NONE, floor: 7, sessions: [row(1, { state: '{"token":7}' })], ended: [ended(1, 1)] });
    database.close();
    const raw = new DatabaseSync(file);
    t.equal(raw.prepare(harm).run().changes, 1, harm);
    raw.close();
    const damaged = new Database(file, 'store-1');
    t.throws(() => readAll(damaged), { name: 'DatabaseRefusedError', message: 'it is damaged: a row is not as it was written' }, harm);
    damaged.close();
  }
});

t.test('a file without its floor is refused', async (t) => {
  const file = freshFile(t);
  new Database(file, 'store-1').close();
  const raw = new DatabaseSync(file);
  raw.exec("DELETE FROM facts WHERE name = 'floor'");
  raw.close();
  const database = new Database(file, 'store-1');
  t.throws(() => readAll(database), { name: 'DatabaseRefusedError', message: 'it lacks its store id or its floor' });
  database.close();
});
