/** Programs that tests drive and npm does not bring: found on the machine, or installed from Debian's packages. */
import { accessSync, constants, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { run } from './child.mjs';

/** Command, and the Debian packages that bring it. */
const FOR_TESTS = [
  ['chromium', ['chromium', 'fonts-liberation']],
  ['redis-server', ['redis-server']],
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

/** Debian's PostgreSQL makes a database cluster when it is installed, and starts it, unless this file says no. */
const NO_CLUSTER = '/etc/postgresql-common/createcluster.d/holdfast-tests.conf';

/** Installs packages, and makes no PostgreSQL cluster that nobody asked for: the tests make their own. */
const aptInstall = async (packages) => {
  if (!packages.includes('postgresql-15')) return aptGet('install', '--no-install-recommends', ...packages);
  mkdirSync(dirname(NO_CLUSTER), { recursive: true });
  writeFileSync(NO_CLUSTER, 'create_main_cluster = false\n');
  try {
    return await aptGet('install', '--no-install-recommends', ...packages);
  } finally {
    rmSync(NO_CLUSTER, { force: true }); // a cluster that somebody wants later is made as ever
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
