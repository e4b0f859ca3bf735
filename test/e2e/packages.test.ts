/** Both packages as their users get them: packed, installed in an empty project, started by their names, their types checked. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import t, { type Test } from 'tap';
import { npmEnvironment } from '../support/npm-environment.ts';
import { startRedisServer } from '../support/redis-server.ts';
import { root } from '../support/source-files.ts';
import { running, succeeding } from '../support/running.ts';
import { until } from '../support/until.ts';

t.setTimeout(300_000);

const { version: versionOfClient }: { version: string } = JSON.parse(readFileSync(join(root, 'client', 'package.json'), 'utf8'));
const PACKAGES = ['service', 'client'] as const;
const OLDEST_NODE = '22.19.0';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-packages-'));
t.teardown(() => rmSync(folder, { recursive: true, force: true }));
const project = join(folder, 'project');

const env = npmEnvironment();
const inBin = (name: string): string => join(root, 'node_modules', '.bin', name);

interface Packed {
  readonly tarball: string;
  readonly files: readonly string[];
}

const pack = async (name: string): Promise<Packed> => {
  const [packed] = JSON.parse(await succeeding('npm', ['pack', '--silent', '--json', '--pack-destination', folder], { cwd: join(root, name), env }));
  return { tarball: join(folder, basename(packed.filename)), files: packed.files.map(({ path }: { path: string }) => path) };
};

const packed = { service: await pack('service'), client: await pack('client') };

const SMOKE = `
import { LeaseClient, LeaseHeldError } from '@holdfast/client';
import { DatabaseSync } from 'node:sqlite';
import { openFileFence } from '@holdfast/client/fences/file';
import { redisFence } from '@holdfast/client/fences/redis';
import { sqlFence } from '@holdfast/client/fences/sql';
const client = new LeaseClient({ baseUrl: process.env.BASE_URL, holder: 'smoke' });
const lease = await client.acquire('agent:main:smoke', { ttlMs: 5_000 });
lease.assertHeld();
const refused = await client.acquire('agent:main:smoke', { waitMs: 0, reentrant: false }).catch((error) => error instanceof LeaseHeldError);
const fence = await openFileFence(process.env.TRANSCRIPT);
await fence.append(lease.fencingToken, 'one line\\n');
await fence.close();
const database = new DatabaseSync(':memory:');
database.exec('CREATE TABLE chats (session TEXT PRIMARY KEY NOT NULL, fencing_token BIGINT NOT NULL)');
const chats = sqlFence({ table: 'chats', placeholders: '?' });
const query = (text, values) => database.prepare(text).all(...values);
await chats.raise(query, 'smoke', lease.fencingToken);
const stale = [await chats.raise(query, 'smoke', lease.fencingToken - 1).catch((error) => error.code)];
const newer = { eval: async () => ['stale', String(lease.fencingToken + 1)] };
stale.push(await redisFence(newer, 'smoke').raise(lease.fencingToken).catch((error) => error.code));
const released = await lease.release();
await client.close();
console.log(JSON.stringify({ token: Number.isSafeInteger(lease.fencingToken), refused, released, stale, node: process.versions.node }));
`;

// The testing kit needs the Node.js of the service.
const KIT = `
import { LeaseClient } from '@holdfast/client';
import { startHoldfast } from '@holdfast/service/testing';
const holdfast = await startHoldfast();
const client = new LeaseClient({ baseUrl: holdfast.url, clock: holdfast.clock, holder: 'smoke' });
const lease = await client.acquire('agent:main:smoke');
await holdfast.advance(600_000);
const { held } = lease;
const rival = await holdfast.takeOver('agent:main:smoke', { holder: 'rival' });
await holdfast.advance(1_000);
await client.close();
await holdfast.close();
console.log(JSON.stringify({ held, newer: rival.fencingToken > lease.fencingToken, successor: lease.signal.reason.successor.holder }));
`;

// Each expected error proves that the type is there, and is not any.
const CONSUMER = `
import { LeaseClient, LeaseLostError, type Lease, type LeaseClientOptions } from '@holdfast/client';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { openFileFence, type FileFence } from '@holdfast/client/fences/file';
import { startHoldfast, type Holdfast } from '@holdfast/service/testing';
import { redisFence, type RedisEvaluator, type RedisFence } from '@holdfast/client/fences/redis';
import { sqlFence, type SqlFence, type SqlQuery } from '@holdfast/client/fences/sql';

export const answer = async (client: LeaseClient, fence: FileFence): Promise<'released' | 'lost' | 'unknown'> => {
  const lease: Lease = await client.acquire('agent:main:feishu:oc_1', { waitMs: 60_000 });
  const token: number = lease.fencingToken;
  // @ts-expect-error a fencing token is a number
  const text: string = lease.fencingToken;
  // @ts-expect-error a wait is a number of milliseconds
  await client.acquire('agent:main:feishu:oc_1', { waitMs: 'long' });
  // @ts-expect-error a fence wants the token of the lease
  await fence.append('none', text);
  await fence.append(token, 'a line');
  return lease.release();
};
export const code = (error: LeaseLostError): string => error.code;
export const tested = async (): Promise<number> => {
  const holdfast: Holdfast = await startHoldfast({ ttlMsMin: 10 });
  const options: LeaseClientOptions = { baseUrl: holdfast.url, clock: holdfast.clock, holder: 'gateway' };
  const client = new LeaseClient(options);
  await client.acquire('agent:main:feishu:oc_1');
  // @ts-expect-error time passes in milliseconds
  await holdfast.advance('1 s');
  const { takenFrom, fencingToken } = await holdfast.takeOver('agent:main:feishu:oc_1');
  return takenFrom?.fencingToken ?? fencingToken;
};
export const open = (): Promise<FileFence> => openFileFence('/tmp/transcript.jsonl');
export const list = (redis: RedisEvaluator): RedisFence => redisFence(redis, 'oc_1');
const database = new DatabaseSync(':memory:');
const query: SqlQuery<SQLInputValue> = (text, values) => database.prepare(text).all(...values);
const rows: SqlFence = sqlFence({ table: 'chats', placeholders: '?' });
export const write = (token: number): Promise<void> => rows.write(query, 'oc_1', token, { summary: null });
// @ts-expect-error this driver takes no such value
export const wrong = (token: number): Promise<void> => rows.write(query, 'oc_1', token, { summary: new Map() });
`;

interface Started {
  readonly baseUrl: string;
  /** Stops it by SIGTERM, and gives its exit code and signal. */
  stop(): Promise<readonly unknown[]>;
}

/** Starts the installed service by its name, in the project. */
const startInstalled = async (t: Test, store: string): Promise<Started> => {
  const service = spawn(process.execPath, [join(project, 'node_modules', '.bin', 'holdfast-server')], {
    cwd: project,
    env: { ...env, HOLDFAST_PORT: '0', HOLDFAST_STORE: store },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(service, 'exit');
  t.teardown(() => service.kill('SIGKILL'));
  let output = '';
  for (const stream of [service.stdout, service.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const baseUrl = await until('the service names its address', () => {
    if (service.exitCode !== null) throw new Error(`the service ended instead of starting:\n${output}`);
    return /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(output)?.[0];
  });
  const stop = async (): Promise<readonly unknown[]> => {
    service.kill('SIGTERM');
    return ended;
  };
  return { baseUrl, stop };
};

const TSCONFIG = { compilerOptions: { module: 'nodenext', target: 'es2022', strict: true, noEmit: true, types: ['node'] }, include: ['consumer.ts'] };

const write = (name: string, contents: string | object): void =>
  writeFileSync(join(project, name), typeof contents === 'string' ? contents : JSON.stringify(contents));

for (const name of PACKAGES) {
  t.test(`the ${name} package holds what is needed, and nothing else`, async (t) => {
    const { files } = packed[name];
    for (const file of ['package.json', 'LICENSE', 'README.md']) t.ok(files.includes(file), `has ${file}`);
    const others = files.filter((file) => !/^(package\.json|LICENSE|README\.md|dist\/.+\.(js|d\.ts|lua)|dist\/dashboard\/assets\/.+\.(css|svg))$/.test(file));
    t.strictSame(others, []);
    t.ok(files.some((file) => file.endsWith('.js')), 'has code');
  });

  t.test(`the ${name} package passes publint`, async (t) => {
    const { code, stdout } = await running(inBin('publint'), [packed[name].tarball, '--strict'], { env });
    t.equal(code, 0, 'publint is content', { stdout });
    t.match(stdout, /All good!/);
  });

  t.test(`the types of the ${name} package resolve for everybody who can import it`, async (t) => {
    const { code, stdout } = await running(inBin('attw'), [packed[name].tarball, '--profile', 'esm-only'], { env });
    t.equal(code, 0, 'attw is content', { stdout });
  });
}

t.test('in an empty project', async (t) => {
  await succeeding('mkdir', ['-p', project]);
  write('package.json', { name: 'empty', private: true, type: 'module', allowScripts: { node: true } });
  const wanted = [packed.service.tarball, packed.client.tarball, '@types/node@22', 'typescript@5', `node@${OLDEST_NODE}`];
  await succeeding('npm', ['install', '--no-audit', '--no-fund', ...wanted], { cwd: project, env });
  t.notOk(readdirSync(join(project, 'node_modules')).includes('tap'), 'development dependencies stay at home');

  const service = await startInstalled(t, 'file:./holdfast.db');
  t.ok(readdirSync(project).includes('holdfast.db'), 'its database is where it was started');

  write('smoke.mjs', SMOKE);
  const pinned22 = join(project, 'node_modules', 'node', 'bin', 'node');
  for (const [node, transcript] of [[process.execPath, 'a.jsonl'], [pinned22, 'b.jsonl']] as const) {
    const said = await succeeding(node, ['smoke.mjs'], { cwd: project, env: { ...env, BASE_URL: service.baseUrl, TRANSCRIPT: join(project, transcript) } });
    const { node: version, ...seen } = JSON.parse(said);
    t.strictSame(seen, { token: true, refused: true, released: 'released', stale: ['stale-fencing-token', 'stale-fencing-token'] }, `a lease is taken, refused to a second, and released, on Node.js ${version}`);
  }
  t.equal(await succeeding(join(project, 'node_modules', '.bin', 'holdfast'), ['--version'], { cwd: project, env }), `${versionOfClient}\n`, 'the command line is there');
  const oldest = (await succeeding(pinned22, ['--version'])).trim();
  t.equal(oldest, `v${OLDEST_NODE}`, 'one of them is the oldest that the client promises to run on');

  write('kit.mjs', KIT);
  const kitSaid = await succeeding(process.execPath, ['kit.mjs'], { cwd: project, env });
  t.strictSame(JSON.parse(kitSaid), { held: true, newer: true, successor: 'rival' }, 'a service of the testing kit runs in a program of its own, and lets it end');

  write('consumer.ts', CONSUMER);
  write('tsconfig.json', TSCONFIG);
  const tsc = join(project, 'node_modules', 'typescript', 'bin', 'tsc');
  const types = await running(process.execPath, [tsc, '-p', 'tsconfig.json'], { cwd: project, env });
  t.equal(types.stdout, '', 'a program in TypeScript is checked against the packed types, those of the libraries included');

  t.strictSame(await service.stop(), [0, null], 'the service stops cleanly');

  const redis = await startRedisServer(t);
  const overRedis = await startInstalled(t, redis.url);
  const smoke = await succeeding(process.execPath, ['smoke.mjs'], { cwd: project, env: { ...env, BASE_URL: overRedis.baseUrl, TRANSCRIPT: join(project, 'c.jsonl') } });
  t.match(JSON.parse(smoke), { token: true, refused: true, released: 'released' }, 'over a Redis it has the scripts that it needs');
  t.strictSame(await overRedis.stop(), [0, null]);
});
