/**
 * Runs test files, each in a process of its own, and writes one TAP stream of them all: `<jobs> <seconds each> <file> …`. By tap's own means, but
 * without its runner: that puts hooks for coverage into every process that a test starts, and what is tested here is started as its users start it.
 */
import { join } from 'node:path';
import t from 'tap';
import { root } from './pinned-node.mjs';

const [jobs, seconds, ...files] = process.argv.slice(2);

t.setTimeout(0);
t.jobs = Number(jobs);
for (const file of files) {
  void t.spawn(process.execPath, [join(root, file)], {
    name: file,
    cwd: root,
    at: null,
    stack: '',
    buffered: t.jobs > 1,
    timeout: Number(seconds) * 1_000,
    env: { ...process.env, TAP_CWD: root, TAP_TIMEOUT: seconds },
    externalID: file,
  });
}
