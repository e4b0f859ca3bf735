import t from 'tap';
import { sqlFence } from '../../../client/src/fences/sql.ts';
import { ownPostgres } from '../../support/own-postgres.ts';
import { testSqlFence } from '../../support/sql-fence/behaviour.ts';
import { appendMessage, conversationOf, type Database, messagesOf, openDatabase } from '../../support/sql-fence/database.ts';
import { testSqlFenceProcesses } from '../../support/sql-fence/processes.ts';
import { until } from '../../support/until.ts';

const place = { kind: 'postgresql', socketFolder: await ownPostgres(t) } as const;
const open = async (): Promise<Database> => {
  const database = await openDatabase(place);
  t.teardown(() => database.close());
  return database;
};
const [first, second, watcher] = [await open(), await open(), await open()];

t.test('on PostgreSQL', (t) => testSqlFence(t, place));
t.test('on PostgreSQL, several processes', (t) => testSqlFenceProcesses(t, place));

const fence = sqlFence({ table: 'conversations', placeholders: '$1' });

/** Resolves when a connection waits for another's row. */
const someoneWaits = (): Promise<unknown> =>
  until('a connection waits for a row', async () => {
    const waiting = await watcher.query(`SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'`);
    return waiting.length > 0;
  });

/** What becomes of `second` when it comes while `first` is inside, and `first` then ends so. */
const meet = async (session: string, { firstToken, secondToken, end, isolation = 'READ COMMITTED' }: {
  readonly firstToken: number;
  readonly secondToken: number;
  readonly end: 'COMMIT' | 'ROLLBACK';
  readonly isolation?: string;
}): Promise<'done' | Error> => {
  await first.query('BEGIN');
  await fence.raise(first.query, session, firstToken);
  await second.query(`BEGIN ISOLATION LEVEL ${isolation}`);
  await second.query('SELECT 1'); // from here on a repeatable read sees what it sees
  const came = fence.raise(second.query, session, secondToken).then(() => 'done' as const, (error: Error) => error);
  await someoneWaits();
  await appendMessage(first, session, `${session}/first`, firstToken);
  await first.query(end);
  const outcome = await came;
  if (outcome === 'done') await appendMessage(second, session, `${session}/second`, secondToken);
  await second.query(outcome === 'done' ? 'COMMIT' : 'ROLLBACK');
  return outcome;
};

for (const isNew of [true, false]) {
  const about = isNew ? 'new' : 'known';
  const prepared = async (name: string): Promise<string> => {
    if (!isNew) await fence.raise(watcher.query, `${name} ${about}`, 1);
    return `${name} ${about}`;
  };

  t.test(`a ${about} session: who comes with an older token while a newer one is inside waits, and is refused by what was committed`, async (t) => {
    const session = await prepared('older-waits');
    t.match(await meet(session, { firstToken: 6, secondToken: 5, end: 'COMMIT' }), { name: 'StaleFencingTokenError', fencingToken: 5, currentToken: 6 });
    t.strictSame(await messagesOf(watcher, session), [{ replyId: `${session}/first`, fencingToken: 6 }]);
  });

  t.test(`a ${about} session: who comes with a newer token writes after the older one that is inside`, async (t) => {
    const session = await prepared('newer-waits');
    t.equal(await meet(session, { firstToken: 5, secondToken: 6, end: 'COMMIT' }), 'done');
    t.strictSame((await messagesOf(watcher, session)).map(({ fencingToken }) => fencingToken), [5, 6]);
  });

  t.test(`a ${about} session: a newer token whose transaction was taken back refuses nobody`, async (t) => {
    const session = await prepared('taken-back');
    t.equal(await meet(session, { firstToken: 6, secondToken: 5, end: 'ROLLBACK' }), 'done');
    t.equal((await conversationOf(watcher, session))?.fencingToken, '5');
  });

  for (const isolation of ['REPEATABLE READ', 'SERIALIZABLE']) {
    t.test(`a ${about} session: under ${isolation} who waited is told to repeat the transaction, and is then judged`, async (t) => {
      const session = await prepared(isolation);
      t.match(await meet(session, { firstToken: 6, secondToken: 5, end: 'COMMIT', isolation }), { code: '40001' });
      await t.rejects(fence.raise(second.query, session, 5), { name: 'StaleFencingTokenError', currentToken: 6 });
      t.strictSame(await messagesOf(watcher, session), [{ replyId: `${session}/first`, fencingToken: 6 }]);
    });
  }
}

t.test('a column too narrow for a token refuses it loudly', async (t) => {
  await watcher.query('CREATE TABLE narrow (session TEXT PRIMARY KEY, fencing_token INTEGER NOT NULL)');
  await watcher.query('CREATE TABLE rounded (session TEXT PRIMARY KEY, fencing_token REAL NOT NULL)');
  const raise = (table: string): Promise<void> => sqlFence({ table, placeholders: '$1' }).raise(watcher.query, 'a', 2 ** 53 - 1);
  await t.rejects(raise('narrow'), { code: '22003' });
  await t.rejects(raise('rounded'), { code: 'fence-broken', outcome: 'unknown' });
});

t.test('the server is PostgreSQL 15', async (t) => {
  const [row] = await watcher.query('SHOW server_version');
  t.match(row, { server_version: /^15\./ });
});
