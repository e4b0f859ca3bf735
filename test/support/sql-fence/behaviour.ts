/** What the SQL fence must do on every database, within one process. */
import { type Test } from 'tap';
import { InvalidRequestError, StaleFencingTokenError } from '../../../client/src/errors.ts';
import { FenceBrokenError, sqlFence } from '../../../client/src/fences/sql.ts';
import { appendMessage, conversationOf, createTables, type DatabasePlace, messagesOf, openDatabase } from './database.ts';

const LARGEST = Number.MAX_SAFE_INTEGER;
const stale = (fencingToken: number, currentToken: number | undefined) => ({
  name: 'StaleFencingTokenError',
  code: 'stale-fencing-token',
  verdict: 'superseded',
  outcome: 'not-applied',
  fencingToken,
  currentToken,
});

export const testSqlFence = async (t: Test, place: DatabasePlace): Promise<void> => {
  const database = await openDatabase(place);
  t.teardown(() => database.close());
  await createTables(database);
  const { placeholders, query } = database;
  const fence = sqlFence({ table: 'conversations', placeholders });

  await t.test('a larger token and an equal one write, a smaller one is refused and changes nothing', async (t) => {
    await fence.write(query, 'a', 10, { summary: 'of 10', turns: 1 });
    await fence.write(query, 'a', 10, { summary: 'of 10 again' });
    t.strictSame(await conversationOf(database, 'a'), { fencingToken: '10', summary: 'of 10 again', turns: 1 }, 'what is left out keeps its value');
    await fence.raise(query, 'a', 11);
    t.strictSame(await conversationOf(database, 'a'), { fencingToken: '11', summary: 'of 10 again', turns: 1 });
    await t.rejects(fence.write(query, 'a', 10, { summary: 'too late' }), stale(10, 11));
    await t.rejects(fence.raise(query, 'a', 10), StaleFencingTokenError);
    t.strictSame(await conversationOf(database, 'a'), { fencingToken: '11', summary: 'of 10 again', turns: 1 });
    await fence.write(query, 'b', 1, { turns: 7 });
    t.strictSame(await conversationOf(database, 'b'), { fencingToken: '1', summary: '', turns: 7 }, 'each session has its own token');
  });

  await t.test('tokens are exact up to 2^53 - 1', async (t) => {
    await fence.raise(query, 'exact', LARGEST - 1);
    await t.rejects(fence.raise(query, 'exact', LARGEST - 2), stale(LARGEST - 2, LARGEST - 1));
    await fence.write(query, 'exact', LARGEST, { turns: 1 });
    t.equal((await conversationOf(database, 'exact'))?.fencingToken, '9007199254740991');
    await t.rejects(fence.raise(query, 'exact', LARGEST - 1), stale(LARGEST - 1, LARGEST));
    await fence.raise(query, 'exact', LARGEST);
    await fence.raise(query, 'digits', 9);
    await fence.raise(query, 'digits', 10);
    await t.rejects(fence.raise(query, 'digits', 9), stale(9, 10), 'numbers are compared, not their digits');
  });

  await t.test('what is no fencing token or no key is refused before the database is asked', async (t) => {
    const never = async (): Promise<never> => t.fail('the database was asked') as never;
    for (const wrong of [0, -1, 1.5, 2 ** 53, Number.NaN, Infinity, '7' as unknown as number, 7n as unknown as number]) {
      await t.rejects(fence.raise(never, 'a', wrong), { code: 'request-invalid', message: /fencingToken is .*2\^53 - 1/ });
    }
    for (const wrong of ['', undefined, null, 5]) await t.rejects(fence.raise(never, wrong as string, 7), { code: 'request-invalid', message: /^key/ });
  });

  await t.test('a transaction that begins with the fence appends once, or not at all', async (t) => {
    const append = (fencingToken: number, replyId: string): Promise<void> =>
      database.transaction(async () => {
        await fence.raise(query, 'log', fencingToken);
        await appendMessage(database, 'log', replyId, fencingToken);
      });
    await append(20, 'r1');
    await append(20, 'r1');
    await append(21, 'r1');
    await append(21, 'r2');
    await t.rejects(append(20, 'r3'), stale(20, 21));
    t.strictSame(await messagesOf(database, 'log'), [
      { replyId: 'r1', fencingToken: 20 },
      { replyId: 'r2', fencingToken: 21 },
    ]);
    const failing = database.transaction(async () => {
      await fence.raise(query, 'log', 30);
      throw new Error('something else went wrong');
    });
    await t.rejects(failing, /something else/);
    t.equal((await conversationOf(database, 'log'))?.fencingToken, '21', 'a transaction that is taken back takes its token back');
  });

  await t.test('the bare statement is run and judged by the caller', async (t) => {
    const { text, values, check } = fence.statement('bare', 5, { summary: 'five' });
    t.strictSame(values, ['bare', 5, 'five']);
    check(await query(text, values));
    check(await query(text, values));
    const older = fence.statement('bare', 4);
    const rows = await query(older.text, older.values);
    t.throws(() => older.check(rows), stale(4, undefined));
    t.equal((await conversationOf(database, 'bare'))?.fencingToken, '5');
  });

  await t.test('names and values are never taken for SQL', async (t) => {
    const evil = [`x"; DROP TABLE messages; --`, `a" = 'x`, 'a.b.c', '', ' a', 'a b', 'ä', '1a', 'a\0', 'a'.repeat(64), `a'`, 'a`', '$1', '?'];
    for (const name of evil) {
      t.throws(() => sqlFence({ table: name, placeholders }), { code: 'request-invalid', message: /^table/ }, `table ${name}`);
      t.throws(() => sqlFence({ table: 'conversations', keyColumn: name, placeholders }), { code: 'request-invalid', message: /^keyColumn/ });
      t.throws(() => sqlFence({ table: 'conversations', tokenColumn: name, placeholders }), { code: 'request-invalid', message: /^tokenColumn/ });
      await t.rejects(fence.write(query, 'a', 99, { [name]: 'x' }), InvalidRequestError, `column ${name}`);
    }
    const key = `'; DROP TABLE messages; --"$1?`;
    await fence.write(query, key, 3, { summary: key });
    t.equal((await conversationOf(database, key))?.summary, key);
    t.ok((await messagesOf(database, 'log')).length > 0, 'the tables are there');
  });

  await t.test('the fence cannot be written around', async (t) => {
    for (const name of ['fencing_token', 'Fencing_Token', 'session', 'SESSION']) {
      await t.rejects(fence.write(query, 'a', 99, { [name]: 'x' }), { code: 'request-invalid', message: /the fence's own/ });
    }
    await t.rejects(fence.write(query, 'a', 99, { turns: 1, TURNS: 2 }), { code: 'request-invalid', message: /twice/ });
    t.throws(() => sqlFence({ table: 'conversations', keyColumn: 'same', tokenColumn: 'Same', placeholders }), { code: 'request-invalid' });
    t.throws(() => sqlFence({ table: 'conversations', placeholders: ':1' as '?' }), { code: 'request-invalid', message: /^placeholders/ });
    const wide = (count: number) => Object.fromEntries(Array.from({ length: count }, (_none, index) => [`c${index}`, 'x']));
    t.equal(fence.statement('a', 99, wide(100)).values.length, 102);
    t.throws(() => fence.statement('a', 99, wide(101)), { code: 'request-invalid', message: /101 members.*100 at most/ });
  });

  await t.test('reserved words, capitals and a name of 63 characters serve as names', async (t) => {
    const long = 'k'.repeat(63);
    await query(`CREATE TABLE "Order" ("${long}" TEXT PRIMARY KEY NOT NULL, "where" BIGINT NOT NULL, "select" TEXT)`);
    const odd = sqlFence({ table: placeholders === '?' ? 'main.Order' : 'public.Order', keyColumn: long, tokenColumn: 'where', placeholders });
    await odd.write(query, 'a', 2, { select: 'x' });
    await t.rejects(odd.write(query, 'a', 1, { select: 'y' }), stale(1, 2));
    t.strictSame((await query('SELECT "select" FROM "Order"')).map((row) => row['select']), ['x']);
  });

  await t.test('a table or a driver that keeps no exact token is found out', async (t) => {
    await query('CREATE TABLE careless (session TEXT PRIMARY KEY NOT NULL, fencing_token BIGINT)');
    await query(`INSERT INTO careless (session) VALUES ('a')`);
    const careless = sqlFence({ table: 'careless', placeholders });
    await t.rejects(careless.raise(query, 'a', 5), stale(5, undefined), 'a row that was never under a token refuses all of them');
    t.throws(() => fence.statement('a', 5).check([{ fencing_token: 6 }]), FenceBrokenError);
    t.throws(() => fence.statement('a', LARGEST).check([{ fencing_token: 2 ** 53 }]), FenceBrokenError);
    t.throws(() => fence.statement('a', 5).check([[5]]), { code: 'fence-broken', outcome: 'unknown' });
    for (const kept of [LARGEST, BigInt(LARGEST), String(LARGEST)]) fence.statement('a', LARGEST).check([{ fencing_token: kept }]);
    for (const answer of [undefined, { rowCount: 0 }]) {
      const withoutRows = async () => answer as unknown as [];
      await t.rejects(fence.raise(withoutRows, 'a', 5), { code: 'fence-broken', outcome: 'unknown' });
    }
  });
};
