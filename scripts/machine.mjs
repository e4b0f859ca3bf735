/** Programs that tests drive and npm does not bring: found on the machine, or installed from Debian's packages. */
import { accessSync, constants, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { run } from './child.mjs';

/** Command, and the Debian packages that bring it. */
const FOR_TESTS = [
  ['chromium', ['chromium', 'fonts-liberation']],
  ['redis-server', ['redis-server']],
  ['nginx', ['nginx-light']],
  ['postgres', ['postgresql-15']],
];
const FOR_FAULTS = [
  ['strace', ['strace']],
  ['xfs_io', ['xfsprogs']],
  ['mkfs.ext4', ['e2fsprogs']],
  ['mount', ['mount']],
  ['gcc', ['gcc', 'libc6-dev']],
];

// Root's programs are not always on PATH, and Debian's PostgreSQL never is.
const folders = () => [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin', '/usr/lib/postgresql/15/bin'];

const isExecutable = (path) => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // not there, or not to be run: the same to us
  }
};

const isInstalled = (command) => folders().some((folder) => isExecutable(join(folder, command)));

const aptGet = async (...args) => {
  const { code } = await run('apt-get', ['-q', '-y', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return code === 0;
};

/** Debian starts a server as soon as it is installed, unless this program says no. */
const NO_START = { path: '/usr/sbin/policy-rc.d', text: '#!/bin/sh\nexit 101\n', mode: 0o755 };
/** Debian's PostgreSQL makes a database cluster when it is installed, unless this file says no. */
const NO_CLUSTER = { path: '/etc/postgresql-common/createcluster.d/holdfast-tests.conf', text: 'create_main_cluster = false\n', mode: 0o644 };

/** Installs packages, and neither starts a server nor makes a cluster that nobody asked for: the tests start and make their own. */
const aptInstall = async (packages) => {
  // A machine that says so itself goes on saying what it does.
  const files = [NO_START, ...(packages.includes('postgresql-15') ? [NO_CLUSTER] : [])].filter(({ path }) => !existsSync(path));
  for (const { path, text, mode } of files) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode });
  }
  try {
    return await aptGet('install', '--no-install-recommends', ...packages);
  } finally {
    for (const { path } of files) rmSync(path, { force: true }); // what somebody wants later is started and made as ever
  }
};

/** Installs what is missing where it may (root, on Debian); elsewhere says what to install. The tests that need it then fail, and say so too. */
export const installPrograms = async ({ faults = false }, say) => {
  const missing = [...FOR_TESTS, ...(faults ? FOR_FAULTS : [])].filter(([command]) => !isInstalled(command));
  if (missing.length === 0) return;
  const commands = missing.map(([command]) => command).join(', ');
  const packages = missing.flatMap(([, names]) => names);
  const byHand = `Install them (on Debian: sudo apt-get install ${packages.join(' ')}), or the tests that need them fail.`;
  if (process.getuid?.() !== 0 || !isInstalled('apt-get')) {
    say(`Not on this machine: ${commands}. ${byHand}`);
    return;
  }
  say(`Installing Debian packages for the tests: ${packages.join(', ')} …`);
  const done = (await aptGet('update')) && (await aptInstall(packages));
  if (!done) say(`apt-get failed. ${byHand}`);
};
