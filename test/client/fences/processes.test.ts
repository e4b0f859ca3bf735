/** Four processes write one file through its fence, under tokens that race each other, and one after another is killed on the way. */
import type { ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { openFileFence } from '../../../client/src/fences/file.ts';
import type { FenceWriterLine, FenceWriterNews } from '../../support/fence-writer.ts';
import { forkProgram } from '../../support/fork-program.ts';
import { until } from '../../support/until.ts';

const WRITER = fileURLToPath(new URL('../../support/fence-writer.ts', import.meta.url));
const WRITERS = 4;
const KILLS = 24;

const nameOf = ({ writer, number }: FenceWriterLine): string => `${writer}/${number}`;

t.test('no record is lost or torn, tokens never decrease, and the dead block nobody', async (t) => {
  const path = join(t.testdir({}), 'chat.jsonl');
  const acknowledged: FenceWriterLine[] = [];
  const refusals: { refused: number; current: number }[] = [];
  let started = 0;
  let repairs = 0;

  const start = (): ChildProcess => {
    started += 1;
    const child = forkProgram(WRITER, { path, writer: `writer-${started}` });
    t.teardown(() => child.kill('SIGKILL'));
    child.on('message', (news: FenceWriterNews) => {
      if ('refused' in news) return void refusals.push(news);
      acknowledged.push(news.appended);
      if (news.removedBytes > 0) repairs += 1;
    });
    return child;
  };
  const kill = async (child: ChildProcess): Promise<void> => {
    // What it told before it died may be read only after its exit was noticed.
    const gone = Promise.all([once(child, 'exit'), once(child, 'disconnect')]);
    t.equal(child.exitCode, null, 'it was alive');
    child.kill('SIGKILL');
    await gone;
  };
  const progress = (appends: number): Promise<unknown> => {
    const goal = acknowledged.length + appends;
    return until(`${appends} appends more`, () => acknowledged.length >= goal, { everyMs: 1 });
  };

  const alive = Array.from({ length: WRITERS }, start);
  await progress(40);
  for (let kills = 0; kills < KILLS; kills += 1) {
    const victim = randomInt(WRITERS);
    await kill(alive[victim] as ChildProcess);
    alive[victim] = start();
    await progress(randomInt(5, 15));
  }
  for (const child of alive) await kill(child);

  const fence = await openFileFence(path, { waitMs: 0 });
  const { bytes, fencingToken } = await fence.read();
  await fence.append(fencingToken, '');
  await fence.close();
  t.equal(readFileSync(path).compare(bytes), 0, 'nothing torn is left');
  const lines = Buffer.from(bytes).toString().split('\n').slice(0, -1).map((line) => JSON.parse(line) as FenceWriterLine);
  const tokens = lines.map((line) => line.fencingToken);
  t.strictSame(tokens, tokens.toSorted((one, other) => one - other), 'tokens never decrease');
  t.equal(tokens.at(-1), fencingToken);
  const written = new Map(lines.map((line) => [nameOf(line), line]));
  t.equal(written.size, lines.length, 'no record twice');
  t.strictSame(acknowledged.filter((line) => written.get(nameOf(line))?.padding !== line.padding), [], 'each acknowledged record is there, whole');
  t.ok(lines.length - acknowledged.length <= started, 'beyond them only what a killed process could not report');
  t.ok(refusals.length > 0 && refusals.every(({ refused, current }) => refused < current), 'stale tokens were tried and refused');
  t.comment(`${lines.length} records, ${refusals.length} refusals, ${KILLS + WRITERS} kills, ${repairs} torn tails cut off`);
});
