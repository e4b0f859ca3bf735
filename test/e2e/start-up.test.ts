// The program itself: what it says, what it refuses, and how it stops.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { LeaseApi, newLeaseId } from '../support/lease-api.ts';
import { RawHttp } from '../support/raw-http.ts';
import { RunMain } from '../support/run-main.ts';
import { until } from '../support/until.ts';

const newFolder = (t: Test): string => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-main-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

const storeIn = (folder: string): Record<string, string> => ({ HOLDFAST_STORE: `file:${join(folder, 'holdfast.db')}`, HOLDFAST_PORT: '0' });

const started = async (t: Test, env: Record<string, string>): Promise<RunMain & { baseUrl: string }> => {
  const run = new RunMain(t, [], env);
  await until('it says where it listens', () => run.baseUrl ?? (run.process.exitCode === null ? undefined : Promise.reject(new Error(run.stderr))));
  return run as RunMain & { baseUrl: string };
};

t.test('help and version are printed, and nothing is started', async (t) => {
  const help = new RunMain(t, ['--help']);
  t.equal(await help.ended, 0);
  t.match(help.stdout, /^Usage: holdfast-server \[flags\]\n/);
  const version = new RunMain(t, ['--version']);
  t.equal(await version.ended, 0);
  t.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
});

t.test('every fault of the settings is one line, and the exit code says so', async (t) => {
  const run = new RunMain(t, ['--port', 'x'], { HOLDFAST_HOST: '0.0.0.0' });
  t.equal(await run.ended, 1);
  t.equal(run.stdout, '');
  t.equal(run.stderr, 'HOLDFAST_PORT: must be an integer from 0 to 65535, not "x"\nHOLDFAST_KEYS: is needed to listen on "0.0.0.0", which is not a loopback address: make a key with "holdfast-server keys create --help", or set HOLDFAST_API_KEY\n');
});

t.test('a port in use is one line', async (t) => {
  const squatter = createServer().listen(0, '127.0.0.1');
  t.teardown(() => squatter.close());
  await once(squatter, 'listening');
  const { port } = squatter.address() as { port: number };
  const run = new RunMain(t, ['--port', String(port), '--log-level', 'silent'], storeIn(newFolder(t)));
  t.equal(await run.ended, 1);
  t.equal(run.stderr, `Cannot listen on 127.0.0.1:${port}: the port is in use.\n`);
});

t.test('a store that cannot be used is one line', async (t) => {
  const run = new RunMain(t, [], { HOLDFAST_PORT: '0', HOLDFAST_STORE: `file:${join(newFolder(t), 'no such folder', 'x.db')}` });
  t.equal(await run.ended, 1);
  t.match(run.stderr, /^Cannot use \/.*no such folder\/x\.db: [^\n]+\.\n$/);
});

t.test('it prints where its dashboard, API, Swagger UI and health are, and each is there', async (t) => {
  const run = await started(t, storeIn(newFolder(t)));
  t.match(run.stdout, /^Holdfast \d+\.\d+\.\d+ keeps its leases in \/.*holdfast\.db\n/);
  const urls = [...run.stdout.matchAll(/^ {2}(\S.*?) {2,}(http:\S+)$/gm)].map(([, what, url]) => [what, url]);
  t.strictSame(urls, [
    ['Dashboard', `${run.baseUrl}/`],
    ['API', `${run.baseUrl}/v1`],
    ['Swagger UI', `${run.baseUrl}/docs`],
    ['Health', `${run.baseUrl}/healthz`],
  ]);
  for (const [, url] of urls) t.equal((await fetch(url!)).status, 200);
  t.match(JSON.parse(run.stderr.split('\n')[0]!), { level: 30, msg: /^Server listening at/ });
});

t.test('with a key it lets nobody else in, and writes neither key nor lease ids', async (t) => {
  const run = await started(t, { ...storeIn(newFolder(t)), HOLDFAST_API_KEY: 'hunter2hunter2', HOLDFAST_LOG_LEVEL: 'trace' });
  t.equal((await fetch(`${run.baseUrl}/v1`)).status, 401);
  const leaseId = newLeaseId();
  const headers = { authorization: 'Bearer hunter2hunter2', 'lease-id': leaseId, 'content-type': 'application/json' };
  t.equal((await fetch(`${run.baseUrl}/v1/leases/s`, { method: 'PUT', headers, body: '{"holder":"a"}' })).status, 201);
  t.equal((await fetch(`${run.baseUrl}/v1/leases/s`, { method: 'PUT', headers, body: '{' })).status, 400);
  run.process.kill('SIGTERM');
  t.equal(await run.ended, 0);
  for (const secret of ['hunter2', leaseId]) t.notOk(`${run.stdout}${run.stderr}`.includes(secret));
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  t.test(`${signal} stops it cleanly: waiters are answered, leases stay`, async (t) => {
    const folder = newFolder(t);
    const run = await started(t, storeIn(folder));
    const api = new LeaseApi(run.baseUrl);
    t.teardown(() => api.close());
    const leaseId = newLeaseId();
    const { body: granted } = await api.acquire('s', leaseId, { holder: 'a' });
    const waiting = api.acquire('s', newLeaseId(), { holder: 'b', waitMs: 60_000 });
    await until('b waits', async () => (await api.inspect('s')).body.waiters?.length === 1);
    run.process.kill(signal);
    t.match(await waiting, { status: 503, body: { code: 'shutting-down' } });
    t.equal(await run.ended, 0);
    t.match(run.stdout, new RegExp(`${signal}: stopping\n$`));

    const again = await started(t, storeIn(folder));
    const later = new LeaseApi(again.baseUrl);
    t.teardown(() => later.close());
    t.match((await later.inspect('s')).body, { held: true, holder: 'a', fencingToken: granted.fencingToken });
    t.equal((await later.renew('s', leaseId)).status, 200);
    again.process.kill('SIGTERM');
    t.equal(await again.ended, 0);
  });
}

t.test('a second signal does not wait for anybody', async (t) => {
  const run = await started(t, storeIn(newFolder(t)));
  const busy = await RawHttp.open(Number(new URL(run.baseUrl).port));
  busy.send('GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n');
  await until('half a request is under way', async () => (await fetch(`${run.baseUrl}/healthz`)).ok);
  run.process.kill('SIGTERM');
  await until('it is stopping', () => run.stdout.includes('stopping'));
  // What follows within a second is the same wish, told twice; what follows later is impatience.
  await until('it has ended', () => run.process.exitCode !== null || (run.process.kill('SIGTERM'), false), { everyMs: 200 });
  t.equal(await run.ended, 1);
});
