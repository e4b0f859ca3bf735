/** `npm start` as a person uses it: it says where it listens, answers, and stops cleanly however it is asked to. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { npmEnvironment } from '../support/npm-environment.ts';
import { root } from '../support/source-files.ts';
import { until } from '../support/until.ts';

t.setTimeout(120_000);

interface Started {
  readonly process: ChildProcess;
  readonly baseUrl: string;
  readonly output: () => string;
  readonly ended: Promise<readonly [number | null, NodeJS.Signals | null]>;
}

/** Starts a command in a process group of its own, as a shell would, and waits until the service is ready. */
const start = async (test: Test, command: string, args: string[]): Promise<Started> => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-start-'));
  const env = { ...npmEnvironment(), HOLDFAST_PORT: '0', HOLDFAST_STORE: `file:${join(folder, 'holdfast.db')}` };
  const child = spawn(command, args, { cwd: root, env, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  const ended = once(child, 'exit').then(([code, signal]): [number | null, NodeJS.Signals | null] => [code, signal]);
  test.teardown(async () => {
    killGroup(child);
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const baseUrl = await until('the service names its address', () => /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(output)?.[0] ?? ending(child, output));
  await until('the service is ready', () => isReady(baseUrl));
  return { process: child, baseUrl, output: () => output, ended };
};

const ending = (child: ChildProcess, output: string): undefined => {
  if (child.exitCode !== null) throw new Error(`it ended instead of starting:\n${output}`);
};

const killGroup = ({ pid }: ChildProcess): void => {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // The group has ended already, as it should have.
  }
};

const isReady = async (baseUrl: string): Promise<boolean> => {
  try {
    return (await fetch(`${baseUrl}/readyz`)).ok;
  } catch {
    return false; // nobody listens
  }
};

const isGone = async (baseUrl: string): Promise<boolean> => {
  try {
    await fetch(`${baseUrl}/healthz`);
    return false;
  } catch {
    return true;
  }
};

t.test('it names the API, the documentation and the health check, and each of them answers', async (t) => {
  const { process, baseUrl, output, ended } = await start(t, 'npm', ['start']);
  for (const path of ['/v1', '/docs', '/healthz']) {
    t.match(output(), `${baseUrl}${path}`, `names ${path}`);
    t.equal((await fetch(`${baseUrl}${path}`)).status, 200, `${path} answers`);
  }
  process.kill('SIGTERM');
  t.strictSame(await ended, [0, null], 'SIGTERM to npm ends it cleanly');
  t.ok(await isGone(baseUrl), 'nobody listens any more');
});

t.test('SIGINT to npm alone ends it cleanly', async (t) => {
  const { process, baseUrl, ended } = await start(t, 'npm', ['start']);
  process.kill('SIGINT');
  t.strictSame(await ended, [0, null]);
  t.ok(await isGone(baseUrl), 'nobody listens any more');
});

t.test('SIGTERM to the whole group, as from a process supervisor, ends it cleanly', async (t) => {
  const { process: child, baseUrl, ended } = await start(t, 'npm', ['start']);
  process.kill(-child.pid!, 'SIGTERM');
  t.strictSame((await ended)[1] ?? 'ended by itself', 'ended by itself');
  await until('nobody listens any more', () => isGone(baseUrl));
});

/** A request that is never finished: shutting down takes a while then, and a second signal would find it under way. */
const dawdle = async (test: Test, baseUrl: string): Promise<void> => {
  const { hostname, port } = new URL(baseUrl);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {}); // the service cuts it, which is the point
  test.teardown(() => socket.destroy());
  // One whole request before it, in the same piece: once that is answered, the service has seen the half one too.
  const host = `GET /healthz HTTP/1.1\r\nHost: ${hostname}`;
  socket.write(`${host}\r\n\r\n${host}`);
  await once(socket, 'data');
};

t.test('Ctrl-C in a terminal ends it cleanly, although the signal reaches the service more than once', async (t) => {
  // `script` gives the command a terminal of its own; what we write is typed there.
  const { process, baseUrl, ended } = await start(t, 'script', ['-qefc', 'exec npm start', '/dev/null']);
  await dawdle(t, baseUrl);
  process.stdin?.write('\x03');
  t.strictSame(await ended, [0, null]);
  t.ok(await isGone(baseUrl), 'nobody listens any more');
});

const MAIN = join('service', 'src', 'main.ts');

t.test('signals that come close together are one wish, however long shutting down takes', async (t) => {
  const { process: service, baseUrl, output, ended } = await start(t, process.execPath, [MAIN]);
  await dawdle(t, baseUrl);
  service.kill('SIGINT');
  await until('the first signal was seen', () => output().includes('stopping'));
  service.kill('SIGINT');
  t.strictSame(await ended, [0, null]);
});

t.test('who asks again later does not want to wait', async (t) => {
  const { process: service, baseUrl, output, ended } = await start(t, process.execPath, [MAIN]);
  await dawdle(t, baseUrl);
  service.kill('SIGINT');
  await until('the first signal was seen', () => output().includes('stopping'));
  const again = setInterval(() => service.kill('SIGINT'), 200);
  t.teardown(() => clearInterval(again));
  t.strictSame(await ended, [1, null]);
});

t.test('arguments reach the service', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-start-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const child = spawn('npm', ['start', '--', '--no-such-setting=1'], { cwd: root, env: npmEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = await once(child, 'close');
  t.not(code, 0);
  t.match(output, /no-such-setting/);
});

t.test('when npm is killed, and can tell nobody, the service stops by itself', async (t) => {
  const { process, baseUrl } = await start(t, 'npm', ['start']);
  process.kill('SIGKILL');
  await until('nobody listens any more', () => isGone(baseUrl));
  t.pass('nobody listens any more');
});

t.test('killing the group leaves no service behind', async (t) => {
  const { process: child, baseUrl } = await start(t, 'npm', ['start']);
  process.kill(-child.pid!, 'SIGKILL');
  await until('nobody listens any more', () => isGone(baseUrl));
  t.pass('nobody listens any more');
});
