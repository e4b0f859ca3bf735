import t from 'tap';
import { DatabaseSync } from 'node:sqlite';
import { LIST_READ_MAX } from '../../../../service/src/session/limits.ts';
import { Database, type Changes } from '../../../../service/src/stores/embedded/database.ts';
import type { PayloadRow, ReplyRow } from '../../../../service/src/stores/embedded/reply-rows.ts';
import type { ReplyRange } from '../../../../service/src/stores/embedded/reply-tables.ts';
import type { SessionRow } from '../../../../service/src/stores/embedded/rows.ts';
import { freshFile } from './fresh-file.ts';
import { NO_CHANGES } from './no-changes.ts';

const AT = 1_700_000_000_000;

const session = (id: number): SessionRow => ({ id, namespace: 'default', key: `s ${id}`, live: 0, state: '{}' });
const reply = (sessionId: number, number: number, more: Partial<ReplyRow> = {}): ReplyRow => ({
  sessionId,
  number,
  state: 'parked',
  namespace: 'default',
  key: `s ${sessionId}`,
  listedAtWallMs: AT + number,
  record: `{"replyId":"r7"}`,
  ...more,
});
const payload = (sessionId: number, number: number): PayloadRow => ({ sessionId, number, payload: `"payload ${number} of ${sessionId}"` });
/** Sessions with so many replies each, all with payloads. */
const parked = (counts: Readonly<Record<number, number>>): Changes => {
  const keys = Object.entries(counts).flatMap(([id, count]) => Array.from({ length: count }, (_, n) => [Number(id), n + 1] as const));
  return {
    ...NO_CHANGES,
    sessions: Object.keys(counts).map((id) => session(Number(id))),
    replies: keys.map(([id, number]) => reply(id, number)),
    payloads: keys.map(([id, number]) => payload(id, number)),
  };
};

const withRows = (changes: Changes, file = ':memory:'): Database => {
  const database = new Database(file, 'store-1');
  database.commit(changes);
  return database;
};
const repliesOf = (database: Database): string[] => database.rowsAfter(0).replies.map(({ sessionId, number, state }) => `${sessionId}/${number} ${state}`);

t.test('replies and payloads are read again as they were committed', async (t) => {
  const file = freshFile(t);
  withRows(parked({ 1: 2, 2: 1 }), file).close();
  const database = new Database(file, 'another id');
  t.strictSame(database.rowsAfter(0).replies.map((row) => ({ ...row, checksum: undefined })), [reply(1, 1), reply(1, 2), reply(2, 1)].map((row) => ({ ...row, checksum: undefined })));
  t.equal(database.payload({ sessionId: 1, number: 2 }), '"payload 2 of 1"');
  t.equal(database.payload({ sessionId: 2, number: 2 }), undefined);
  database.close();
});

t.test('a reply that changes keeps its payload, until it is dropped', async (t) => {
  const database = withRows(parked({ 1: 1 }));
  const key = { sessionId: 1, number: 1 };
  database.commit({ ...NO_CHANGES, replies: [reply(1, 1, { state: 'sending' })] });
  t.strictSame([repliesOf(database), database.payload(key)], [['1/1 sending'], '"payload 1 of 1"']);
  database.commit({ ...NO_CHANGES, replies: [reply(1, 1, { state: 'delivered' })], payloadsDropped: [key] });
  t.strictSame([repliesOf(database), database.payload(key)], [['1/1 delivered'], undefined]);
  database.close();
});

t.test('what is forgotten takes its payload along, and so does its session', async (t) => {
  const database = withRows(parked({ 1: 2, 2: 1 }));
  database.commit({ ...NO_CHANGES, repliesForgotten: [{ sessionId: 1, number: 1 }] });
  t.strictSame([repliesOf(database), database.payload({ sessionId: 1, number: 1 })], [['1/2 parked', '2/1 parked'], undefined]);
  database.commit({ ...NO_CHANGES, sessionsForgotten: [1] });
  t.strictSame([repliesOf(database), database.payload({ sessionId: 1, number: 2 })], [['2/1 parked'], undefined]);
  database.close();
});

t.test('replies are read 10,000 at a time at most, and a session never in two pieces', async (t) => {
  const database = withRows(parked({ 1: 4_000, 2: 4_000, 3: 1_999, 4: 2_000, 5: 1 }));
  const pieces: string[] = [];
  for (let id: number | undefined = 0; id !== undefined; ) {
    const { sessions, replies } = database.rowsAfter(id);
    pieces.push(`${sessions.map((row) => row.id).join(' ')}: ${replies.length}`);
    id = sessions.at(-1)?.id;
  }
  t.strictSame(pieces, ['1 2 3: 9999', '4 5: 2001', ': 0']);
  database.close();
});

t.test('replies that fill a piece to the last row leave their session to the next one', async (t) => {
  const database = withRows(parked({ 1: 5_000, 2: 5_000, 3: 1 }));
  t.strictSame(database.rowsAfter(0).sessions.map(({ id }) => id), [1]);
  t.strictSame(database.rowsAfter(1).sessions.map(({ id }) => id), [2, 3]);
  database.close();
});

/** What opening such a file says, after somebody has changed it. */
const afterHarm = (t: { teardown(end: () => void): void }, harm: string): string => {
  const file = freshFile(t);
  const changes = { ...parked({ 1: 1 }), replies: [reply(1, 1, { state: 'sending' }), reply(1, 2, { state: 'delivered' })] };
  withRows(changes, file).close();
  const raw = new DatabaseSync(file);
  if (raw.prepare(harm).run().changes !== 1) throw new Error(`changed not one row: ${harm}`);
  raw.close();
  const database = new Database(file, 'another id');
  try {
    for (let id: number | undefined = 0; id !== undefined; ) id = database.rowsAfter(id).sessions.at(-1)?.id;
    return 'nothing';
  } catch (error) {
    return (error as Error).message;
  } finally {
    database.close();
  }
};

t.test('a row of a reply that is not as it was written is damage: every column', async (t) => {
  for (const column of ['number = 3', "state = 'parked'", "namespace = 'x'", "key = 'x'", 'listed_at_wall_ms = 0', "record = replace(record, '7', '8')", 'checksum = 1']) {
    t.equal(afterHarm(t, `UPDATE replies SET ${column} WHERE number = 1`), 'it is damaged: a row is not as it was written', column);
  }
});

t.test('a reply without its session, a reply without its payload, and a payload without its reply are damage', async (t) => {
  t.equal(afterHarm(t, 'DELETE FROM sessions'), 'it is damaged: there are replies without their session');
  const lacks = 'it is damaged: a reply lacks its payload, or a payload its reply';
  t.equal(afterHarm(t, 'DELETE FROM payloads'), lacks);
  t.equal(afterHarm(t, 'DELETE FROM replies WHERE number = 1'), lacks);
  t.equal(afterHarm(t, 'UPDATE payloads SET number = 2'), lacks, 'of a delivered reply');
  t.equal(afterHarm(t, 'UPDATE payloads SET session_id = 9'), lacks, 'of no session at all');
  t.equal(afterHarm(t, 'UPDATE replies SET session_id = 9 WHERE number = 1'), lacks, 'a reply that has moved to another session');
});

t.test('a payload that is not as it was written is found when it is read, and not before', async (t) => {
  t.equal(afterHarm(t, `UPDATE payloads SET payload = replace(payload, '1', '2')`), 'nothing');
  const file = freshFile(t);
  withRows(parked({ 1: 2 }), file).close();
  for (const harm of [`payload = replace(payload, '1', '2')`, 'checksum = checksum + 1']) {
    const raw = new DatabaseSync(file);
    raw.prepare(`UPDATE payloads SET ${harm} WHERE number = 1`).run();
    raw.close();
    const database = new Database(file, 'another id');
    t.throws(() => database.payload({ sessionId: 1, number: 1 }), { name: 'DatabaseRefusedError', message: 'the payload of a reply is damaged: it is not as it was written' }, harm);
    t.equal(database.payload({ sessionId: 1, number: 2 }), '"payload 2 of 1"');
    database.close();
  }
});

const listedOf = (database: Database, range: Partial<ReplyRange> = {}): string[] =>
  database.listedReplies({ namespace: 'default', states: ['parked'], after: undefined, limit: LIST_READ_MAX, ...range }).map(({ key, number }) => `${key}/${number}`);

t.test('a listing is by time, then by the bytes of the key, then by number, over several states too', async (t) => {
  const rows = [
    reply(1, 2, { key: '\u{1F600}', listedAtWallMs: AT }),
    reply(1, 1, { key: '\u{1F600}', listedAtWallMs: AT }),
    reply(2, 1, { key: '\uE000', listedAtWallMs: AT }),
    reply(3, 1, { key: 'a', listedAtWallMs: AT + 1 }),
    reply(4, 1, { key: 'z', listedAtWallMs: AT - 1 }),
    reply(5, 1, { key: 'dead', state: 'dead', listedAtWallMs: AT }),
    reply(6, 1, { namespace: 'tenant' }),
  ];
  const database = withRows({ ...NO_CHANGES, replies: rows });
  const ordered = ['z/1', '\uE000/1', '\u{1F600}/1', '\u{1F600}/2', 'a/1'];
  t.strictSame(listedOf(database), ordered);
  t.strictSame(listedOf(database, { states: ['dead', 'parked'] }), ['z/1', 'dead/1', ...ordered.slice(1)]);
  t.strictSame(listedOf(database, { limit: 2 }), ordered.slice(0, 2));
  t.strictSame(listedOf(database, { states: ['dead', 'parked'], limit: 2 }), ['z/1', 'dead/1']);
  t.strictSame(listedOf(database, { after: { listedAtWallMs: AT, key: '\u{1F600}', number: 1 } }), ordered.slice(3));
  t.strictSame(listedOf(database, { after: { listedAtWallMs: AT, key: '\uE001', number: 0 } }), ordered.slice(2));
  t.strictSame(listedOf(database, { namespace: 'tenant' }), ['s 6/1']);
  database.close();
});

t.test('a listing reads its index, and sorts nothing', async (t) => {
  const file = freshFile(t);
  new Database(file, 'store-1').close();
  const raw = new DatabaseSync(file);
  const plan = raw
    .prepare(
      `EXPLAIN QUERY PLAN SELECT session_id, number, key, listed_at_wall_ms FROM replies
        WHERE namespace = ? AND state = ? AND (listed_at_wall_ms, key, number) > (?, ?, ?) ORDER BY listed_at_wall_ms, key, number LIMIT ?`,
    )
    .all('default', 'parked', 0, '', 0, 1);
  raw.close();
  t.match(plan, [{ detail: /USING COVERING INDEX listed_replies \(namespace=\? AND state=\? AND \(listed_at_wall_ms,key,number\)>\(\?,\?,\?\)\)/ }]);
  t.equal(plan.length, 1);
});
