/** Several processes write one session through the SQL fence, on any database, and are killed on the way. */
import type { ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Test } from 'tap';
import { sqlFence } from '../../../client/src/fences/sql.ts';
import { forkProgram } from '../fork-program.ts';
import { until } from '../until.ts';
import { conversationOf, type DatabasePlace, messagesOf, openDatabase } from './database.ts';
import type { SqlWriter, SqlWriterNews } from './writer.ts';

const WRITER = fileURLToPath(new URL('./writer.ts', import.meta.url));
const WRITERS = 4;
const KILLS = 12;
/** So high that a number with fewer than 53 bits would mix the tokens up, and with room to rise. */
const FROM = Number.MAX_SAFE_INTEGER - 1_000_000;

const startWriter = (t: Test, order: SqlWriter): ChildProcess => {
  const child = forkProgram(WRITER, order);
  t.teardown(() => child.kill('SIGKILL'));
  return child;
};

const kill = async (t: Test, child: ChildProcess): Promise<void> => {
  // What it told before it died may be read only after its exit was noticed.
  const gone = Promise.all([once(child, 'exit'), once(child, 'disconnect')]);
  t.equal(child.exitCode, null, 'it was alive');
  child.kill('SIGKILL');
  await gone;
};

/** The tables have to be there. */
export const testSqlFenceProcesses = async (t: Test, place: DatabasePlace): Promise<void> => {
  const database = await openDatabase(place);
  t.teardown(() => database.close());
  const { placeholders, query } = database;
  const fence = sqlFence({ table: 'conversations', placeholders });

  await t.test('of many processes whose tokens race each other, no older one stands behind a newer one, and nothing is half done', async (t) => {
    const session = 'raced';
    const acknowledged: string[] = [];
    const refusals: { refused: number; current: number }[] = [];
    let started = 0;
    const start = (): ChildProcess => {
      started += 1;
      const child = startWriter(t, { place, session, writer: `writer-${started}`, from: FROM });
      child.on('message', (news: SqlWriterNews) => {
        if ('refused' in news) refusals.push(news);
        if ('committed' in news) acknowledged.push(news.committed);
      });
      return child;
    };
    const progress = (commits: number): Promise<unknown> => {
      const goal = acknowledged.length + commits;
      return until(`${commits} commits more`, () => acknowledged.length >= goal, { everyMs: 1, withinMs: 60_000 });
    };

    const alive = Array.from({ length: WRITERS }, start);
    await progress(40);
    for (let kills = 0; kills < KILLS; kills += 1) {
      const victim = randomInt(WRITERS);
      await kill(t, alive[victim] as ChildProcess);
      alive[victim] = start();
      await progress(randomInt(5, 15));
    }
    for (const child of alive) await kill(t, child);

    const current = (await conversationOf(database, session))?.fencingToken;
    await fence.raise(query, session, Number(current));
    const messages = await messagesOf(database, session);
    const tokens = messages.map(({ fencingToken }) => fencingToken);
    t.strictSame(tokens, tokens.toSorted((one, other) => one - other), 'tokens never decrease');
    t.equal(String(tokens.at(-1)), current, 'the largest token is that of the last message');
    const firsts = messages.filter(({ replyId }) => replyId.endsWith('/first')).map(({ replyId }) => replyId.slice(0, -'/first'.length));
    const whole = firsts.flatMap((name) => [`${name}/first`, `${name}/second`]);
    t.strictSame(messages.map(({ replyId }) => replyId), whole, 'each transaction is there whole, and undisturbed');
    t.equal((await conversationOf(database, session))?.summary, firsts.at(-1), 'the row is that of the last transaction');
    const stored = new Set(firsts);
    t.strictSame(acknowledged.filter((name) => !stored.has(name)), [], 'whatever was acknowledged is there');
    t.ok(firsts.length - acknowledged.length <= started, 'beyond it only what a killed process could not report');
    t.ok(refusals.length > 0 && refusals.every(({ refused, current: larger }) => refused < larger), 'stale tokens were tried and refused');
    t.comment(`${firsts.length} transactions, ${refusals.length} refusals, ${KILLS + WRITERS} kills`);
  });

  await t.test('a process that is killed inside its transaction leaves neither its messages nor its token, and is in nobody\'s way', async (t) => {
    const session = 'killed-inside';
    await fence.write(query, session, 100, { summary: 'before' });
    const child = startWriter(t, { place, session, writer: 'victim', from: 100, stayInside: true });
    const [news] = (await once(child, 'message')) as [SqlWriterNews];
    t.strictSame(news, { inside: 101 });
    t.strictSame(await messagesOf(database, session), [], 'nobody sees what is not committed');
    await kill(t, child);
    await fence.raise(query, session, 100);
    t.strictSame(await conversationOf(database, session), { fencingToken: '100', summary: 'before', turns: 0 });
    t.strictSame(await messagesOf(database, session), []);
  });
};
