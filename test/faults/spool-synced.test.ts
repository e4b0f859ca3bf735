/** S11 for the spool, seen from below: under strace, no reply is told to be kept before its file was synchronised, put in its place, and its folder synchronised. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { spoolFolder } from '../support/spool-facts.ts';
import { until } from '../support/until.ts';

const KEEPER = join(import.meta.dirname, '../support/spool-keeper.ts');
const KEPT = 60;

const FILE_SYNCED = /f(data)?sync\(\d+<[^>]*\.unfinished>/;
const RENAMED = /rename(at2?)?\(.*\.unfinished", .*\.reply"/;
const folderSynced = (folder: string): RegExp => new RegExp(`fsync\\(\\d+<${folder}>`);
const TOLD = /write\(1<.*>, "a-\d+-\d+\\n/;
const ENDED = /= 0$/;
const UNFINISHED = /<unfinished \.\.\.>$/;

/** Each line as the whole call, at the place where the call ended; a write at the place where it began. */
const endsOf = (log: string): string[] => {
  const begun = new Map<string, string>();
  return log.split('\n').flatMap((line) => {
    const [, thread = '', call = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (UNFINISHED.test(call) && !TOLD.test(call)) return begun.set(thread, call.replace(UNFINISHED, '')), [];
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(call);
    return [resumed ? `${begun.get(thread) ?? ''}${resumed[1]}` : call];
  });
};

/** How many replies were durable at each moment when one more was told of. */
const judge = (log: string, folder: string): { readonly told: number; readonly violations: string[] } => {
  const steps = [FILE_SYNCED, RENAMED, folderSynced(folder)];
  let step = 0;
  let durable = 0;
  let told = 0;
  const violations: string[] = [];
  for (const call of endsOf(log)) {
    if (steps[step]!.test(call) && ENDED.test(call)) step += 1;
    if (step === steps.length) {
      step = 0;
      durable += 1;
    }
    if (!TOLD.test(call)) continue;
    told += 1;
    if (told > durable) violations.push(`${told} were told of when ${durable} were durable: ${call}`);
  }
  return { told, violations };
};

t.test('no reply is told to be kept before it is durable', async (t) => {
  const folder = await spoolFolder(t);
  const log = join(dirname(dirname(folder)), 'strace.log');
  const args = ['-f', '-yy', '-s', '200', '-e', 'trace=write,fsync,fdatasync,rename,renameat,renameat2', '-o', log, process.execPath, KEEPER, folder, 'a'];
  const traced = spawn('strace', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  traced.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  await until('enough is kept', () => out.split('\n').length > KEPT, { withinMs: 60_000 });
  // strace lets go of what it traces when it is ended, which then has nobody left to tell.
  const keeper = Number(/^(\d+) /.exec(readFileSync(log, 'utf8'))?.[1]);
  process.kill(keeper, 'SIGKILL');
  await once(traced, 'close');
  const { told, violations } = judge(readFileSync(log, 'utf8'), folder);
  t.ok(told >= KEPT, `${told} were told of`);
  t.same(violations, []);
});

t.test('the judge sees a reply that was told of too early', async (t) => {
  const kept = ['1 fsync(20</f/.x.unfinished>) = 0', '1 rename("/f/.x.unfinished", "/f/x.reply") = 0', '1 fsync(21</f>) = 0'];
  const told = '1 write(1<pipe:[5]>, "a-0-0\\n", 6) = 6';
  t.same(judge([...kept, told].join('\n'), '/f'), { told: 1, violations: [] });
  for (let missing = 0; missing < kept.length; missing += 1) t.equal(judge([...kept.toSpliced(missing, 1), told].join('\n'), '/f').violations.length, 1, `without ${kept[missing]}`);
  t.equal(judge([...kept.slice(0, 2), told, kept[2]].join('\n'), '/f').violations.length, 1);
  t.equal(judge([...kept.slice(0, 2), '1 fsync(21</f> <unfinished ...>', told, '1 <... fsync resumed>) = 0'].join('\n'), '/f').violations.length, 1, 'a sync that has only begun');
});
