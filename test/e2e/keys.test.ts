/** Keys as an operator has them: made by the program, in force when the service starts or is told to look again, and never lost to a bad file. */
import { execFile } from 'node:child_process';
import { appendFileSync, chmodSync, copyFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { LeaseClient } from '../../client/src/index.ts';
import { childEnvironment } from '../support/child-environment.ts';
import { createKey } from '../support/create-key.ts';
import { RunMain } from '../support/run-main.ts';
import { spawnService } from '../support/spawn-service.ts';
import { until } from '../support/until.ts';

const MAIN = fileURLToPath(new URL('../../service/src/main.ts', import.meta.url));

const keys = async (...args: string[]): Promise<{ stdout: string; stderr: string }> => promisify(execFile)(process.execPath, [MAIN, 'keys', ...args], { env: childEnvironment() });

t.test('from no key to a gateway that renews across a change of keys', async (t) => {
  const file = join(t.testdir({}), 'keys.json');
  const made = await keys('create', '--keys', file, '--namespace', 'chat', '--scope', 'lease', '--scope', 'replies');
  t.match(made.stdout, /^hfk_[A-Za-z0-9_-]{43}\n$/, 'the key, and nothing else');
  const old = made.stdout.trim();
  const service = await spawnService(t, { env: { HOLDFAST_KEYS: file } });
  const statusWith = async (key: string): Promise<number> => (await fetch(`${service.baseUrl}/v1`, { headers: { authorization: `Bearer ${key}` } })).status;
  t.equal((await fetch(`${service.baseUrl}/v1`)).status, 401);
  t.equal(await statusWith(old), 200);

  const client = new LeaseClient({ baseUrl: service.baseUrl, apiKey: old, holder: 'gateway-1', ttlMs: 2_000 });
  t.teardown(() => client.close());
  const lease = await client.acquire('oc_1');
  await t.rejects(client.revoke('oc_1', { reason: 'not mine to do' }), { code: 'forbidden', retryable: false, requestId: /./ });

  const next = (await keys('create', '--keys', file, '--namespace', 'chat', '--scope', 'lease')).stdout.trim();
  t.equal(await statusWith(next), 401, 'a key is in force once the service has looked again');
  service.signal('SIGHUP');
  await until('the new key opens', async () => (await statusWith(next)) === 200);
  t.equal(await statusWith(old), 200, 'and so does the old one, for as long as both stand there');
  await lease.verify();

  copyFileSync(file, `${file}.good`);
  appendFileSync(file, 'x');
  service.signal('SIGHUP');
  await until('the fault is told', () => /the keys of before stay in force/.test(service.stderr));
  t.equal(await statusWith(next), 200, 'a file that cannot be used changes nothing');
  copyFileSync(`${file}.good`, file);

  const [oldId = ''] = (await keys('list', '--keys', file)).stdout.match(/^k[0-9a-f]{12}/m) ?? [];
  await keys('revoke', '--keys', file, oldId);
  service.signal('SIGHUP');
  await until('the old key is out of force', async () => (await statusWith(old)) === 401);
  await t.rejects(client.inspect('oc_1'), { code: 'unauthorized', retryable: false });
  t.notMatch(service.stderr, /hfk_/, 'no key stands in the log');
});

t.test('a key file that cannot be used is one line, and nothing starts', async (t) => {
  const folder = t.testdir({});
  const started = async (file: string): Promise<string> => {
    const run = new RunMain(t, ['--keys', file], { HOLDFAST_PORT: '0', HOLDFAST_STORE: `file:${join(folder, 'x.db')}` });
    t.equal(await run.ended, 1);
    t.equal(run.stdout, '');
    return run.stderr;
  };
  t.equal(await started(join(folder, 'none.json')), 'HOLDFAST_KEYS: It cannot be read (ENOENT).\n');
  writeFileSync(join(folder, 'bad.json'), '{"version":1,"keys":[{"hunter2":1}]}', { mode: 0o600 });
  const told = await started(join(folder, 'bad.json'));
  t.match(told, /^HOLDFAST_KEYS: keys\[0\]\.id must be [^\n]+\n$/);
  chmodSync(join(folder, 'bad.json'), 0o644);
  t.equal(await started(join(folder, 'bad.json')), 'HOLDFAST_KEYS: It is open to others (mode 644): chmod g-w,o= it.\n');
  const both = new RunMain(t, [], { HOLDFAST_KEYS: 'keys.json', HOLDFAST_API_KEY: 'k' });
  t.equal(await both.ended, 1);
  t.equal(both.stderr, 'HOLDFAST_KEYS: must not be given together with HOLDFAST_API_KEY\n');
});

t.test('a service that is still starting looks again too, instead of ending', async (t) => {
  const file = join(t.testdir({}), 'keys.json');
  createKey(file, 'a', ['read']);
  const silent = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
  t.teardown(() => void silent.close());
  await once(silent, 'listening');
  const isAsked = once(silent, 'connection');
  const run = new RunMain(t, [], { HOLDFAST_KEYS: file, HOLDFAST_PORT: '0', HOLDFAST_STORE: `redis://127.0.0.1:${(silent.address() as AddressInfo).port}` });
  await isAsked;
  run.process.kill('SIGHUP');
  t.equal(await run.ended, 1);
  t.match(run.stderr, /the key file was read again[^]*it accepts connections and does not answer/);
});

t.test('a file without a key lets nobody in, and says so', async (t) => {
  const file = join(t.testdir({}), 'keys.json');
  createKey(file, 'a', ['read']);
  writeFileSync(file, '{"version":1,"keys":[]}');
  const service = await spawnService(t, { env: { HOLDFAST_KEYS: file } });
  t.equal((await fetch(`${service.baseUrl}/v1`, { headers: { authorization: 'Bearer x' } })).status, 401);
  t.match(service.stderr, /the key file has no keys/);
});
