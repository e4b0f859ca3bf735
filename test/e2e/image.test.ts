/** What the Dockerfile puts together runs: its steps are carried out in plain folders, its entry point is started, its health check is asked. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { lastValue, variablesOf } from '../support/dockerfile.ts';
import { buildImageTree } from '../support/image-tree.ts';
import { running } from '../support/running.ts';
import { root } from '../support/source-files.ts';
import { until } from '../support/until.ts';

t.setTimeout(120_000);

const folder = mkdtempSync(join(tmpdir(), 'holdfast-image-'));
t.teardown(() => rmSync(folder, { recursive: true, force: true }));

const image = await buildImageTree(root, folder);
const inImage = (text: string): string => text.replace(/^(file:)?\//, `$1${image.root}/`);
const variables = Object.fromEntries(Object.entries(variablesOf(image.stage)).map(([name, value]) => [name, inImage(value)]));
const command = (text: string): string[] => JSON.parse(text.replace(/^CMD /, '')).map(inImage);

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

/** The image listens on every address; here only loopback may be touched. */
const start = (env: NodeJS.ProcessEnv): ChildProcess => {
  const [program = '', ...args] = command(lastValue(image.stage, 'ENTRYPOINT') ?? '[]');
  return spawn(program, args, { cwd: image.root, env: { PATH: process.env['PATH'], ...variables, ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
};

t.test('it holds the service, its run-time packages, and nothing else', async (t) => {
  t.strictSame(readdirSync(join(image.root, 'app')).sort(), ['node_modules', 'service']);
  t.strictSame(readdirSync(join(image.root, 'app', 'service')).filter((name) => name !== 'node_modules').sort(), ['package.json', 'src']);
  for (const name of ['typescript', 'tap', 'node', 'pg', 'playwright-core', 'undici']) {
    t.notOk(existsSync(join(image.root, 'app', 'node_modules', name)), `${name} stays out`);
  }
  t.strictSame(readdirSync(join(image.root, 'data')), [], 'the data folder is there, and empty');
});

t.test('it starts, is healthy, keeps its database on the volume, and stops at SIGTERM', async (t) => {
  const env = { HOLDFAST_PORT: String(await freePort()), HOLDFAST_HOST: '127.0.0.1', HOLDFAST_API_KEY: 'a-key-for-this-test-and-no-other' };
  const [program = '', ...args] = command(lastValue(image.stage, 'HEALTHCHECK') ?? '[]');
  const check = { env: { PATH: process.env['PATH'], ...variables, ...env } };
  t.equal((await running(program, args, check)).code, 1, 'unhealthy while nobody listens');
  const service = start(env);
  t.teardown(() => service.kill('SIGKILL'));
  service.stderr!.pipe(process.stderr);
  const ended = once(service, 'exit');
  await until('the health check is content', async () => {
    if (service.exitCode !== null) throw new Error(`the service ended with ${service.exitCode} instead of starting`);
    return (await running(program, args, check)).code === 0;
  });
  t.ok(readdirSync(join(image.root, 'data')).includes('holdfast.db'));
  service.kill('SIGTERM');
  t.strictSame(await ended, [0, null]);
});

t.test('as it is, without a key, it says what is missing and ends', async (t) => {
  const service = start({ HOLDFAST_PORT: String(await freePort()) });
  t.teardown(() => service.kill('SIGKILL'));
  let complaint = '';
  service.stderr!.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const [code] = await once(service, 'close');
  t.equal(code, 1);
  t.match(complaint, /HOLDFAST_API_KEY/);
});
