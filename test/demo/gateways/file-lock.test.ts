/** The file lock of the gateway without Holdfast works as well as such a lock can: it would be no fair comparison otherwise. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { takeFileLock } from '../../../demo/gateways/file-lock.ts';
import { until } from '../../support/until.ts';

t.test('the second waits until the first has let go', async (t) => {
  const file = join(t.testdir({}), 'chat.jsonl');
  const first = await takeFileLock(file);
  let taken = false;
  const second = takeFileLock(file).then((lock) => ((taken = true), lock));
  t.equal(readFileSync(`${file}.lock`, 'utf8'), String(process.pid));
  t.equal(taken, false);
  first.release();
  (await second).release();
  t.notOk(existsSync(`${file}.lock`));
});

t.test('releasing again leaves the lock of the next one alone', async (t) => {
  const file = join(t.testdir({}), 'chat.jsonl');
  const first = await takeFileLock(file);
  first.release();
  const second = await takeFileLock(file);
  first.release();
  t.ok(existsSync(`${file}.lock`));
  second.release();
});

t.test('the lock of a dead process is removed', async (t) => {
  const file = join(t.testdir({}), 'chat.jsonl');
  const dead = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(dead, 'exit');
  writeFileSync(`${file}.lock`, String(dead.pid));
  (await takeFileLock(file)).release();
});

t.test('whoever looks finds the owner in it, from its first moment', async (t) => {
  const file = join(t.testdir({}), 'chat.jsonl');
  const taking = `import { takeFileLock } from ${JSON.stringify(new URL('../../../demo/gateways/file-lock.ts', import.meta.url).href)};
    for (;;) (await takeFileLock(process.argv[1])).release();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', taking, file], { stdio: 'ignore' });
  const exited = once(child, 'exit');
  const found: string[] = [];
  try {
    await until('it was seen often enough', () => {
      for (let look = 0; look < 1_000; look += 1) {
        try {
          found.push(readFileSync(`${file}.lock`, 'utf8'));
        } catch {
          // Nobody has it at this moment.
        }
      }
      return found.length >= 2_000;
    });
  } finally {
    // Here, and not in a teardown: the folder cannot be removed while somebody writes in it.
    child.kill('SIGKILL');
    await exited;
  }
  t.strictSame([...new Set(found)], [String(child.pid)]);
});
