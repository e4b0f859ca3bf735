/** The numbers at the end of `npm test` are true: whatever is not a plain pass makes the run fail, and is counted. */
import { spawn } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { npmEnvironment } from '../support/npm-environment.ts';
import { root } from '../support/source-files.ts';

interface Ended {
  readonly code: number | null;
  readonly lines: string[];
}

const execute = async (command: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> => {
  const child = spawn(command, args, { cwd: root, env: { ...npmEnvironment(), ...env }, stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const output = await text(child.stdout);
  return { code: await ended, lines: output.trimEnd().split('\n') };
};

/** Runs `npm test`'s own script over sample files, with whatever Node.js runs this test. */
const runSamples = async (test: Test, samples: Record<string, string>): Promise<Ended> => {
  const folder = test.testdir(samples);
  const files = Object.keys(samples).map((name) => join(folder, name));
  return execute(process.execPath, ['scripts/test.mjs', '--no-types', ...files]);
};

const PASSING = `import t from 'tap'\nt.ok(true)\nt.test('inner', async (t) => { t.equal(1, 1); t.equal(2, 2) })\n`;

const CASES: { name: string; sample: string; code: number; last: string; says?: RegExp }[] = [
  { name: 'passing', sample: PASSING, code: 0, last: '3 passed, 0 failed' },
  {
    name: 'failing',
    sample: `import t from 'tap'\nt.ok(true)\nt.test('inner', async (t) => { t.equal(1, 2, 'one is two') })\n`,
    code: 1,
    last: '1 passed, 1 failed',
    says: /^FAILED: .*failing\.test\.ts › inner › one is two$/,
  },
  {
    name: 'throwing',
    sample: `import t from 'tap'\nt.test('inner', async () => { throw new Error('boom') })\n`,
    code: 1,
    last: '0 passed, 1 failed',
    says: /^FAILED: .* › inner › boom$/,
  },
  {
    name: 'skipped',
    sample: `import t from 'tap'\nt.ok(true)\nt.test('later', { skip: 'no engine' }, async (t) => { t.ok(true) })\n`,
    code: 1,
    last: '1 passed, 1 failed',
    says: /^SKIPPED: .* › later \(no engine\)$/,
  },
  {
    name: 'todo',
    sample: `import t from 'tap'\nt.ok(true)\nt.test('later', { todo: true }, async (t) => { t.ok(false) })\n`,
    code: 1,
    last: '1 passed, 1 failed',
    says: /^TODO: .* › later$/,
  },
  { name: 'empty', sample: `export {}\n`, code: 1, last: '0 passed, 1 failed', says: /^SKIPPED: .*empty\.test\.ts \(no tests found\)$/ },
  { name: 'crashing-at-load', sample: `import 'tap'\nthrow new Error('boom')\n`, code: 1, last: '0 passed, 1 failed' },
  {
    name: 'killed-after-a-pass',
    sample: `import t from 'tap'\nt.ok(true)\nsetImmediate(() => process.kill(process.pid, 'SIGKILL'))\nt.test('never ends', () => new Promise(() => {}))\n`,
    code: 1,
    last: '1 passed, 1 failed',
  },
  {
    name: 'bad-exit-after-a-pass',
    sample: `import t from 'tap'\nt.ok(true)\nprocess.on('exit', () => { process.exitCode = 3 })\n`,
    code: 1,
    last: '1 passed, 1 failed',
  },
  {
    name: 'bailing-out',
    sample: `import t from 'tap'\nt.ok(true)\nt.bailout('enough')\n`,
    code: 1,
    last: '0 passed, 2 failed',
    says: /bailed out: enough/,
  },
  {
    name: 'too-few-for-its-plan',
    sample: `import t from 'tap'\nt.plan(2)\nt.ok(true)\n`,
    code: 1,
    last: '1 passed, 1 failed',
  },
];

/** Each is a run of the whole harness; the others are variations of these. */
const ALWAYS = ['passing', 'failing', 'skipped', 'empty', 'killed-after-a-pass'];
const IS_LONG = process.env['HOLDFAST_LONG'] === '1';

for (const { name, sample, code, last, says } of CASES.filter((one) => IS_LONG || ALWAYS.includes(one.name))) {
  t.test(`a ${name} test file`, async (t) => {
    const ended = await runSamples(t, { [`${name}.test.ts`]: sample });
    t.equal(ended.code, code, 'exit code');
    t.equal(ended.lines.at(-1), last, 'last line');
    if (says) t.ok(ended.lines.some((line) => says.test(line)), `says ${says}`, { lines: ended.lines });
  });
}

t.test('several files are added up', async (t) => {
  const ended = await runSamples(t, { 'a.test.ts': PASSING, 'b.test.ts': PASSING, 'c.test.ts': `import t from 'tap'\nt.ok(false)\n` });
  t.equal(ended.code, 1);
  t.equal(ended.lines.at(-1), '6 passed, 1 failed');
});

// While the loop runs the file cannot speak for itself: tap gives up on it from outside, under no name of its own.
const SLOW = {
  waits: `import t from 'tap'\nt.ok(true)\nawait new Promise((go) => setTimeout(go, 20_000))\n`,
  spins: `import t from 'tap'\nt.ok(true)\nfor (const end = Date.now() + 20_000; Date.now() < end; );\n`,
};

for (const [how, sample] of Object.entries(SLOW).filter(([how]) => IS_LONG || how === 'spins')) {
  t.test(`a file that ${how} for too long is a failure, under its own name`, async (t) => {
    const file = join(t.testdir({ 'slow.test.ts': sample }), 'slow.test.ts');
    const ended = await execute(process.execPath, ['scripts/test.mjs', '--no-types', '--file-timeout=2', file]);
    t.equal(ended.code, 1);
    t.match(ended.lines.at(-1), /^[01] passed, 1 failed$/);
    t.ok(ended.lines.some((line) => /^FAILED.*slow\.test\.ts/.test(line)), 'the file is named', { lines: ended.lines });
  });
}

t.test('a file that is not there is a failure', async (t) => {
  const ended = await execute(process.execPath, ['scripts/test.mjs', '--no-types', 'test/house/no-such.test.ts']);
  t.equal(ended.code, 1);
  t.equal(ended.lines.at(-1), '0 passed, 1 failed');
});

/** Stands in for npm in front of `.ci/run`: writes the counts it is told for each script, and exits as it is told. */
const fakeNpm = (test: Test, parts: Record<string, { counts: string; code: number }>): string => {
  const folder = test.testdir({});
  const cases = Object.entries(parts).map(([script, { counts, code }]) => `  ${script}) printf '%s' '${counts}' >"$5"; exit ${code};;`);
  writeFileSync(join(folder, 'npm'), `#!/bin/sh\n# run --silent <script> -- --counts <file>\nshift\ncase "$2" in\n${cases.join('\n')}\nesac\n`);
  chmodSync(join(folder, 'npm'), 0o755);
  return folder;
};

const runCi = (test: Test, parts: Record<string, { counts: string; code: number }>): Promise<Ended> =>
  execute('.ci/run', [], { PATH: `${fakeNpm(test, parts)}:${process.env['PATH']}` });

t.test('.ci/run adds up both runs', async (t) => {
  const good = await runCi(t, { test: { counts: '12 0\n', code: 0 }, 'test:faults': { counts: '3 0\n', code: 0 } });
  t.equal(good.code, 0);
  t.equal(good.lines.at(-1), '15 passed, 0 failed');
});

t.test('.ci/run fails with either of its runs', async (t) => {
  const bad = await runCi(t, { test: { counts: '12 0\n', code: 0 }, 'test:faults': { counts: '3 2\n', code: 1 } });
  t.equal(bad.code, 1);
  t.equal(bad.lines.at(-1), '15 passed, 2 failed');
});

t.test('.ci/run fails when a run came to no count, or failed without naming a failure', async (t) => {
  const silent = await runCi(t, { test: { counts: '', code: 1 }, 'test:faults': { counts: '3 0\n', code: 0 } });
  t.equal(silent.code, 1);
  t.equal(silent.lines.at(-1), '3 passed, 1 failed');
  const unnamed = await runCi(t, { test: { counts: '12 0\n', code: 1 }, 'test:faults': { counts: '3 0\n', code: 0 } });
  t.equal(unnamed.code, 1);
  t.equal(unnamed.lines.at(-1), '15 passed, 1 failed');
});
