/**
 * A process killed anywhere inside the fence blocks nobody, leaves nothing torn, and lets no older token in. Each place is
 * visited: the process is killed before its first operation, its second, and so on, until the call gets through.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { openFileFence } from '../../../client/src/fences/file.ts';
import { childEnvironment } from '../../support/child-environment.ts';
import type { KilledInFence } from '../../support/killed-in-fence.ts';

const KILLED = fileURLToPath(new URL('../../support/killed-in-fence.ts', import.meta.url));
const BEFORE = 'what stood there before\n';
const OPERATIONS_MAX = 60; // an emergency brake: the longest call has about twenty

/** Answers whether the process was killed; a failure of its own is an error. */
const wasKilled = async (order: KilledInFence): Promise<boolean> => {
  const child = spawn(process.execPath, [KILLED, JSON.stringify(order)], { env: childEnvironment(), stdio: ['ignore', 'ignore', 'inherit'] });
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  if (signal !== 'SIGKILL' && code !== 0) throw new Error(`the process failed: ${code ?? signal}`);
  return signal === 'SIGKILL';
};

const prepare = async (path: string): Promise<void> => {
  const fence = await openFileFence(path);
  await fence.append(5, BEFORE);
  await fence.close();
};

/** What the survivor finds, with nobody in its way; then an older and an equal holder write. */
const survey = async (path: string) => {
  const sizeBytes = statSync(path).size;
  const survivor = await openFileFence(path, { waitMs: 0 });
  const { bytes, fencingToken } = await survivor.read();
  const late = await survivor.append(6, 'of an older holder\n').then(() => 'written' as const, () => 'refused' as const);
  if (late === 'refused') await survivor.append(7, 'next\n');
  await survivor.close();
  return { text: Buffer.from(bytes).toString(), isAfter: fencingToken === 7, late, file: readFileSync(path, 'utf8'), isTorn: sizeBytes > bytes.length };
};

const CALLS: { call: 'append' | 'replace' | 'raise'; after: string }[] = [
  { call: 'append', after: `${BEFORE}{"text":"a whole line"}\n` },
  { call: 'replace', after: '{"text":"a whole line"}\n' },
  { call: 'raise', after: BEFORE },
];

for (const { call, after } of CALLS) {
  t.test(`killed anywhere in ${call}: all of it happened, or nothing`, async (t) => {
    const outcomes: string[] = [];
    let torn = false;
    for (let killAt = 1, killed = true; killed; killAt += 1) {
      t.ok(killAt < OPERATIONS_MAX);
      const path = join(t.testdir({}), 'chat.jsonl');
      await prepare(path);
      killed = await wasKilled({ path, call, fencingToken: 7, contents: '{"text":"a whole line"}\n', killAt });
      const found = await survey(path);
      torn ||= found.isTorn;
      t.equal(found.text, found.isAfter ? after : BEFORE, `killed before operation ${killAt}`);
      t.equal(found.late, found.isAfter ? 'refused' : 'written', 'the token counts exactly when the contents do');
      t.equal(found.file, found.text + (found.isAfter ? 'next\n' : 'of an older holder\n'), 'nothing torn stays behind');
      if (!killed) t.ok(found.isAfter, 'a call that got through has happened');
      outcomes.push(found.isAfter ? 'after' : 'before');
    }
    t.ok(outcomes.indexOf('after') >= 3, 'kills were tried before the commit');
    if (call === 'append') t.ok(torn, 'some kills left half a line in the file');
    t.strictSame(outcomes, outcomes.toSorted().reverse(), 'from some operation on it has happened, and stays so');
  });
}

t.test('killed anywhere in the first opening: the next one finds a fence that works, and the old contents', async (t) => {
  let killAt = 0;
  for (let killed = true; killed; ) {
    killAt += 1;
    t.ok(killAt < OPERATIONS_MAX);
    const path = join(t.testdir({ 'chat.jsonl': BEFORE }), 'chat.jsonl');
    killed = await wasKilled({ path, call: 'open', fencingToken: 7, contents: '', killAt });
    const fence = await openFileFence(path, { waitMs: 0 });
    await fence.append(1, 'next\n');
    await fence.close();
    t.equal(readFileSync(path, 'utf8'), `${BEFORE}next\n`, `killed before operation ${killAt}`);
  }
  t.ok(killAt > 5, 'kills were tried');
});
