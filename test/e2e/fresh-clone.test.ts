/** A clone that nobody has prepared: `npm start` installs what is needed, with whatever Node.js the machine has, and serves. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, copyFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import t from 'tap';
import { npmEnvironment } from '../support/npm-environment.ts';
import { succeeding } from '../support/running.ts';
import { root, sourceFiles } from '../support/source-files.ts';
import { until } from '../support/until.ts';

t.setTimeout(300_000);

const clone = mkdtempSync(join(tmpdir(), 'holdfast-clone-'));
t.teardown(() => rmSync(clone, { recursive: true, force: true }));

for (const { path } of sourceFiles((path) => !/\.(db|db-wal|db-shm|log|tgz)$/.test(path))) {
  mkdirSync(dirname(join(clone, path)), { recursive: true });
  copyFileSync(join(root, path), join(clone, path));
}

// The machine's own Node.js, if it has one: the pinned one is what the clone has yet to install.
const path = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
const hasOwnNode = path.some((folder) => existsSync(join(folder, 'node')));
const env = { ...npmEnvironment(), PATH: hasOwnNode ? path.join(delimiter) : process.env['PATH'], HOLDFAST_PORT: '0' };

t.test('npm start', { timeout: 280_000 }, async (t) => {
  t.comment(`the machine's Node.js is ${(await succeeding('node', ['--version'], { env })).trim()}`);
  t.notOk(existsSync(join(clone, 'node_modules')), 'nothing is installed');
  const npm = spawn('npm', ['start'], { cwd: clone, env, stdio: ['ignore', 'pipe', 'pipe'] });
  t.teardown(() => npm.kill('SIGKILL'));
  const ended = once(npm, 'exit');
  let output = '';
  for (const stream of [npm.stdout, npm.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const baseUrl = await until(
    'the service names its address',
    () => {
      if (npm.exitCode !== null) throw new Error(`npm start ended with ${npm.exitCode}:\n${output}`);
      return /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(output)?.[0];
    },
    { withinMs: 240_000, everyMs: 100 },
  );
  t.match(output, /\[set-up\] Installing the npm packages/, 'it says what it does while nothing else happens');
  const granted = await fetch(`${baseUrl}/v1/leases/agent:main:demo`, {
    method: 'PUT',
    headers: { 'lease-id': 'a-lease-id-of-22-characters-or-more', 'content-type': 'application/json' },
    body: JSON.stringify({ holder: 'fresh' }),
  });
  t.equal(granted.status, 201, 'a lease is granted');
  npm.kill('SIGTERM');
  t.strictSame(await ended, [0, null], 'it stops cleanly');
  t.ok(existsSync(join(clone, 'holdfast.db')), 'the database is in the clone');
});
