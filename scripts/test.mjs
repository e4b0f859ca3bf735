/**
 * `npm test`: sets up, checks the types, runs the tests with tap, and ends with one line of its own: `N passed, N failed`.
 *
 * The exit code is 0 only if nothing failed, was skipped or left as todo, and every test file gave at least one verdict.
 * `--faults` runs what needs root on Linux, `--long` runs everything at full size, file names run just those files, and
 * `--file-timeout <seconds>` bounds each file, `--no-types` leaves the types alone, and `--counts <file>` writes the two numbers
 * to a file as well, for whoever adds up several runs.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { run } from './child.mjs';
import { pinnedEnv, pinnedNode, root } from './pinned-node.mjs';
import { setUpOrExit } from './setup.mjs';
import { filesOf } from './test-files.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    faults: { type: 'boolean', default: false },
    long: { type: 'boolean', default: false },
    counts: { type: 'string' },
    'no-types': { type: 'boolean', default: false },
    'file-timeout': { type: 'string' },
  },
});

const print = (text) => process.stdout.write(`${text}\n`);
const kind = values.long ? 'long' : values.faults ? 'faults' : 'ordinary';
const faults = kind !== 'ordinary';

await setUpOrExit({ tests: true, faults });
// These need the packages that the set-up has just installed.
const { countTap } = await import('./tap-counts.mjs');
const { failureText, fileLine } = await import('./test-report.mjs');

// Hundreds of short processes load the same sources: half of a service's start is to compile them, which only the first one need do.
const compiled = join(root, 'node_modules', '.cache', 'compiled');
const env = { ...pinnedEnv(), NODE_COMPILE_CACHE: compiled, ...(values.long ? { HOLDFAST_LONG: '1' } : {}) };

const checkTypes = async () => {
  print('Checking types …');
  const { code } = await run(pinnedNode, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '--noEmit'], { cwd: root, env });
  return code === 0 ? [] : [{ path: ['tsc --noEmit'], why: 'failed', reason: 'its messages stand above' }];
};

// Fault runs mount disks and measure time; two at once would disturb each other.
const fileTimeoutS = values['file-timeout'] ?? (values.long ? 3600 : faults ? 600 : 300);
const jobs = faults ? 1 : 2;

const runTap = async (files) => {
  const tap = spawn(pinnedNode, [join(root, 'scripts', 'tap-files.mjs'), `${jobs}`, `${fileTimeoutS}`, ...files], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => tap.kill(signal));
  const exited = once(tap, 'exit');
  const counts = await countTap(tap.stdout, {
    onFile: (name, fileCounts, timeMs) => print(fileLine(name, fileCounts, timeMs)),
    onRemark: (remark, path) => print(`       ${path.at(-1) ?? ''} ${remark}`),
    onExtra: (line) => line && print(`       ${line}`),
  });
  const [code, signal] = await exited;
  return { ...counts, ended: signal ?? code };
};

/** What the run as a whole may have hidden: files that tap left out, and an end of tap itself that no test explains. */
const runFailures = ({ files, failures, ended }, asked) => {
  const unheard = asked.filter((file) => !files.includes(file));
  const found = unheard.map((file) => ({ path: [file], why: 'no verdict', reason: 'tap did not report this file' }));
  if (asked.length === 0) found.push({ path: [], why: 'no verdict', reason: 'there is no test to run' });
  if (ended !== 0 && failures.length + found.length === 0) found.push({ path: ['tap'], why: 'failed', reason: `it ended with ${ended}` });
  return found;
};

const typeFailures = values['no-types'] ? [] : await checkTypes();
const asked = positionals.length > 0 ? positionals.map((file) => relative(root, resolve(file))) : filesOf(kind);
const tested = asked.length > 0 ? await runTap(asked) : { passed: 0, failures: [], files: [], ended: 0 };
const failures = [...typeFailures, ...tested.failures, ...runFailures(tested, asked)];

for (const failure of failures) print(`\n${failureText(failure)}`);
const unrun = failures.filter(({ why }) => why === 'skipped' || why === 'todo').length;
if (unrun > 0) print(`\n${unrun} of the failed were skipped or todo: what did not run is not a pass.`);
if (values.counts) writeFileSync(values.counts, `${tested.passed} ${failures.length}\n`);
print(`\n${tested.passed} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 && tested.passed > 0 ? 0 : 1;
