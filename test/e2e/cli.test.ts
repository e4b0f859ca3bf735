// The CLI `holdfast`, as a shell runs it, over a real service: the lease is held while the command runs, and the exit status tells what became of it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { LeaseApi, newLeaseId } from '../support/lease-api.ts';
import { createKey } from '../support/create-key.ts';
import { root } from '../support/source-files.ts';
import { spawnService } from '../support/spawn-service.ts';
import { until } from '../support/until.ts';

t.setTimeout(240_000);

const PROGRAM = join(root, 'client', 'src', 'cli', 'main.ts');

const begin = async (test: Test) => {
  const service = await spawnService(test);
  const api = new LeaseApi(service.baseUrl);
  test.teardown(() => api.close());
  const start = (args: readonly string[], env: Record<string, string> = {}) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], { env: { ...process.env, HOLDFAST_URL: service.baseUrl, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const run = { child, out: '', err: '', ended: once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string) };
    child.stdout.on('data', (chunk) => void (run.out += chunk));
    child.stderr.on('data', (chunk) => void (run.err += chunk));
    test.teardown(() => child.kill('SIGKILL'));
    return run;
  };
  const runToEnd = async (...given: Parameters<typeof start>) => {
    const run = start(...given);
    return { status: await run.ended, out: run.out, err: run.err };
  };
  return { service, api, start, runToEnd };
};

t.test('the command runs under the lease, with its token, and its status is the status', async (test) => {
  const { api, start, runToEnd } = await begin(test);
  const run = start(['run', '--session', 's', '--', 'sh', '-c', 'echo "$HOLDFAST_SESSION $HOLDFAST_FENCING_TOKEN"; sleep 1; exit 7']);
  await until('it is held', async () => (await api.inspect('s')).body.held === true);
  const { fencingToken } = (await api.inspect('s')).body;
  test.equal(await run.ended, 7);
  test.equal(run.out, `s ${fencingToken}\n`);
  test.match((await api.inspect('s')).body, { held: false, previous: { endedBecause: 'released', fencingToken } });
  test.match(await runToEnd(['run', '--session', 's', '--', 'no-such-command']), { status: 127, err: /there is no such command/ });
  test.match(await runToEnd(['run', '--session', 's', '--', '/etc/passwd']), { status: 126 });
  test.equal((await runToEnd(['run', '--session', 's', '--', 'sh', '-c', 'kill -9 $$'])).status, 137);
  test.equal((await api.inspect('s')).body.held, false, 'it is free after each');
});

t.test('signals are passed on to the command', async (test) => {
  const { start } = await begin(test);
  const run = start(['run', '--session', 's', '--', 'sh', '-c', 'trap "echo told; exit 3" TERM; echo ready; while :; do sleep 0.05; done']);
  await until('it runs', () => run.out.includes('ready'));
  run.child.kill('SIGTERM');
  test.equal(await run.ended, 3);
  test.match(run.out, /told/);
});

t.test('when the lease is lost the command is ended, by TERM and then by KILL', async (test) => {
  const { api, start } = await begin(test);
  const obedient = start(['run', '--session', 's1', '--', 'sh', '-c', 'echo ready; exec sleep 60']);
  const stubborn = start(['run', '--session', 's2', '--kill-after', '300ms', '--', 'sh', '-c', 'trap "" TERM; echo ready; while :; do sleep 0.05; done']);
  await until('both run', () => obedient.out.includes('ready') && stubborn.out.includes('ready'));
  for (const session of ['s1', 's2']) await api.call({ method: 'POST', path: `/v1/leases/${session}/revoke`, body: { by: 'op', reason: 'test' } });
  test.equal(await obedient.ended, 80);
  test.match(obedient.err, /The lease of s1 is lost/);
  test.equal(await stubborn.ended, 80);
});

t.test('what keeps it from running is told by its status', async (test) => {
  const { api, start, runToEnd } = await begin(test);
  await api.acquire('s', newLeaseId(), { holder: 'gateway-1', ttlMs: 60_000 });
  test.match(await runToEnd(['run', '--session', 's', '--wait', '100ms', '--', 'true']), { status: 75, err: /gateway-1/ });
  const waiting = start(['run', '--session', 's', '--wait', '1h', '--', 'true']);
  await until('it waits', async () => (await api.inspect('s')).body.waiters?.length === 1);
  waiting.child.kill('SIGTERM');
  test.equal(await waiting.ended, 143, 'who is told to stop waiting stops');
  await until('its place is free', async () => (await api.inspect('s')).body.waiters?.length === 0);
  test.match(await runToEnd(['run', '--', 'true']), { status: 64, err: /--session: is needed/ });
  test.match(await runToEnd(['run', '--session', 's']), { status: 64, err: /COMMAND is missing/ });
  test.match(await runToEnd(['status', '--url', 'http://127.0.0.1:1']), { status: 69 });
  test.match(await runToEnd(['--help']), { status: 0, out: /Usage: holdfast run/ });
  test.match(await runToEnd(['--version']), { status: 0, out: /^\d+\.\d+\.\d+\n$/ });
});

t.test('an operator looks, asks, revokes, replays and discards', async (test) => {
  const { api, runToEnd } = await begin(test);
  const leaseId = newLeaseId();
  const { body } = await api.acquire('agent:main:demo', leaseId, { holder: 'gateway-1', ttlMs: 60_000 });
  const listed = await runToEnd(['status']);
  test.match(listed.out, new RegExp(`^SESSION +HOLDER +TOKEN.*\\nagent:main:demo +gateway-1 +${body.fencingToken} `));
  const [lease] = JSON.parse((await runToEnd(['status', '--json'])).out);
  test.match(lease, { session: 'agent:main:demo', holder: 'gateway-1', fencingToken: body.fencingToken });
  test.match((await runToEnd(['status', 'agent:main:demo'])).out, /holder +gateway-1/);
  test.match((await runToEnd(['status', 'free'])).out, /holder +nobody/);
  test.match(await runToEnd(['yield', 'agent:main:demo', '--reason', 'a newer message']), { status: 0, out: 'gateway-1 is asked to yield.\n' });
  test.match(await runToEnd(['revoke', 'agent:main:demo']), { status: 64, err: /--reason: is needed/ });
  test.match(await runToEnd(['revoke', 'agent:main:demo', '--reason', 'wedged']), { status: 0, out: /is revoked/ });
  test.match(await runToEnd(['revoke', 'agent:main:demo', '--reason', 'wedged']), { status: 1, err: /Nobody holds/ });
  await api.call({ method: 'PUT', path: '/v1/replies/agent:main:demo/r1', body: { fencingToken: body.fencingToken!, holder: 'gateway-1', payload: 'a reply' } });
  test.match((await runToEnd(['replies', 'list'])).out, /agent:main:demo +r1 +parked/);
  test.match(await runToEnd(['replies', 'discard', 'agent:main:demo', 'r1', '--reason', 'by hand']), { status: 0, out: 'The reply is superseded.\n' });
  test.match(JSON.parse((await runToEnd(['replies', 'list', '--state', 'superseded', '--json'])).out), [{ replyId: 'r1', reason: 'by hand' }]);
  test.match(await runToEnd(['replies', 'replay', 'agent:main:demo', 'r1', '--reason', 'again']), { status: 0, out: 'The reply is parked.\n' });
  test.match(await runToEnd(['replies', 'replay', 'agent:main:demo', 'none', '--reason', 'again']), { status: 1, err: /no reply of this id/ });
});

t.test('the key comes from the environment, and a wrong one is told', async (test) => {
  const file = join(test.testdir({}), 'keys.json');
  const key = createKey(file, 'n', ['read']);
  const service = await spawnService(test, { env: { HOLDFAST_KEYS: file } });
  const { runToEnd } = await begin(test);
  const at = ['--url', service.baseUrl];
  test.match(await runToEnd(['status', ...at], { HOLDFAST_API_KEY: key }), { status: 0, out: /^SESSION/ });
  test.match(await runToEnd(['status', ...at], { HOLDFAST_API_KEY: 'hfk_wrong' }), { status: 77 });
  test.match(await runToEnd(['revoke', 's', '--reason', 'r', ...at], { HOLDFAST_API_KEY: key }), { status: 77, err: /admin/ });
});
