/** What `npm start` and its like hand on to the program they run: arguments, signals, and its end. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import t, { type Test } from 'tap';
import { npmEnvironment } from '../support/npm-environment.ts';
import { root } from '../support/source-files.ts';

// Says what reaches it. It ends by itself after a while, should nobody stop it.
const PROGRAM = `
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {
  console.log(signal);
  setTimeout(() => process.exit(signal === 'SIGINT' ? 7 : 0), 300);
});
setTimeout(() => process.exit(99), 20_000);
console.log('ready', process.version.split('.')[0], ...process.argv.slice(2));
`;

interface Started {
  readonly wrapper: ChildProcess;
  readonly lines: string[];
  readonly ready: Promise<unknown>;
  readonly ended: Promise<[number | null, NodeJS.Signals | null]>;
}

const start = (test: Test, program: string, ...args: string[]): Started => {
  const file = join(test.testdir({ 'program.mjs': program }), 'program.mjs');
  const wrapper = spawn(process.execPath, ['scripts/node24.mjs', file, ...args], { cwd: root, env: npmEnvironment(), stdio: ['ignore', 'pipe', 'inherit'] });
  test.teardown(() => wrapper.kill('SIGKILL'));
  const lines: string[] = [];
  const reader = createInterface({ input: wrapper.stdout });
  reader.on('line', (line) => lines.push(line));
  const ended = once(wrapper, 'close').then(([code, signal]): [number | null, NodeJS.Signals | null] => [code, signal]);
  return { wrapper, lines, ready: once(reader, 'line'), ended };
};

t.test('arguments arrive, and the pinned Node.js runs', async (t) => {
  const { wrapper, lines, ready, ended } = start(t, PROGRAM, '--port', '7421');
  await ready;
  t.equal(lines[0], 'ready v24 --port 7421');
  wrapper.kill('SIGTERM');
  t.strictSame(await ended, [0, null]);
});

t.test('a signal is handed on, and the program ends in its own way', async (t) => {
  const { wrapper, lines, ready, ended } = start(t, PROGRAM);
  await ready;
  wrapper.kill('SIGINT');
  t.strictSame(await ended, [7, null]);
  t.strictSame(lines.slice(1), ['SIGINT']);
});

t.test('a signal that comes twice at once, as from a terminal and from npm, is handed on once', async (t) => {
  const { wrapper, lines, ready, ended } = start(t, PROGRAM);
  await ready;
  wrapper.kill('SIGTERM');
  await once(createInterface({ input: wrapper.stdout! }), 'line');
  wrapper.kill('SIGTERM');
  t.strictSame(await ended, [0, null]);
  t.strictSame(lines.slice(1), ['SIGTERM']);
});

t.test('a program that a signal killed gives the code that a shell would give', async (t) => {
  const { ended } = start(t, `process.kill(process.pid, 'SIGKILL')`);
  t.strictSame(await ended, [137, null]);
});
