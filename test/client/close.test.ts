import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { LeaseClient } from '../../client/src/index.ts';
import { clientOnApp } from '../support/client-on-app.ts';
import { startCuttingProxy } from '../support/cutting-proxy.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { listeningApp } from '../support/listening-app.ts';
import { scriptedServer } from '../support/scripted-server.ts';
import { until, within } from '../support/until.ts';

t.test('close releases all leases, and refuses everything after', async (t) => {
  const { client } = await clientOnApp(t);
  const clock = new FakeClock();
  const gateway = client('gateway-1', { clock });
  const leases = [await gateway.acquire('s1'), await gateway.acquire('s2', { autoRenew: false })];
  const closing = gateway.close();
  await t.rejects(gateway.acquire('s3'), { name: 'ClientClosedError', code: 'client-closed' });
  await closing;
  for (const lease of leases) {
    t.equal(lease.held, false);
    t.equal(lease.signal.aborted, false, 'closing is no loss');
    t.equal(await lease.release(), 'released');
  }
  for (const session of ['s1', 's2']) t.match(await client('operator').inspect(session), { held: false, previous: { endedBecause: 'released' } });
  await t.rejects(gateway.inspect('s1'), { code: 'client-closed' });
  await t.rejects(gateway.checkFence('s1', 1), { code: 'client-closed' });
  await t.rejects(gateway.adopt(leases[0]!.export()), { code: 'client-closed' });
  await t.rejects(gateway.withLease('s1', () => t.fail('is not run')), { code: 'client-closed' });
  t.throws(() => gateway.list(), { code: 'client-closed' });
  t.equal(gateway.close(), closing, 'once is enough');
  t.equal(clock.armed, 0, 'no timer is left');
});

t.test('leases that are left live on by themselves', async (t) => {
  const { client } = await clientOnApp(t);
  const gateway = client('gateway-1');
  const lease = await gateway.acquire('s');
  await gateway.close({ leases: 'leave' });
  t.equal(lease.held, false, 'but not here');
  t.throws(() => lease.assertHeld(), { code: 'lease-ended' });
  t.match(await client('operator').inspect('s'), { held: true, holder: 'gateway-1' });
});

t.test('who waits is told, and its place is given up', async (t) => {
  const { client, queued } = await clientOnApp(t);
  await client('gateway-1').acquire('s');
  const gateway = client('gateway-2');
  const rejected = t.rejects(gateway.acquire('s'), { code: 'client-closed' });
  await queued('s', 1);
  await gateway.close();
  await rejected;
  t.match(await client('operator').inspect('s'), { waiters: [] });
});

t.test('a retry that waits is ended by close', async (t) => {
  const { client } = await clientOnApp(t);
  const gateway = client('gateway-1');
  const lease = await gateway.acquire('s');
  const failed = Promise.withResolvers<void>();
  const retrying = lease.retry(() => {
    failed.resolve();
    throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });
  }, { baseMs: 60_000 });
  const rejected = t.rejects(retrying, { code: 'lease-ended' });
  await failed.promise;
  await gateway.close();
  await rejected;
});

t.test('what is under way is ended without a complaint, and all connections are closed', async (t) => {
  const { client, clock, baseUrl, app } = await clientOnApp(t);
  const proxy = await startCuttingProxy(t, Number(new URL(baseUrl).port));
  const complaints: string[] = [];
  const complain = (_: object, message: string): number => complaints.push(message);
  const gateway = client('gateway-1', { baseUrl: proxy.baseUrl, logger: { debug: complain, info: complain, warn: complain, error: complain } });
  await gateway.acquire('s');
  proxy.fateOf = ({ method }) => ({ kind: method === 'POST' ? 'swallow' : 'pass' });
  clock.advance(10_000);
  await until('the heartbeat is under way', () => proxy.requests.some(({ path }) => path === '/v1/heartbeats'));
  await gateway.close();
  t.same(complaints, []);
  await until('all connections are closed', () => new Promise((resolve) => app.server.getConnections((_, count) => resolve(count === 0))));
});

t.test('await using closes the client', async (t) => {
  const { client, baseUrl } = await clientOnApp(t);
  {
    await using gateway = new LeaseClient({ baseUrl, holder: 'gateway-1' });
    await gateway.acquire('s');
  }
  t.match(await client('operator').inspect('s'), { held: false });
});

const INDEX = fileURLToPath(new URL('../../client/src/index.ts', import.meta.url));

/** Runs a program that has a client, and resolves with its exit code when it ends by itself. */
const exitOf = async (baseUrl: string, body: string, options = ''): Promise<{ code: number | null; output: string }> => {
  const program = `
    import { LeaseClient } from ${JSON.stringify(INDEX)};
    const client = new LeaseClient({ baseUrl: ${JSON.stringify(baseUrl)}, holder: 'child', ${options} });
    ${body}
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  try {
    const [code] = (await within('the child ends by itself', once(child, 'exit'), 20_000)) as [number | null];
    return { code, output };
  } finally {
    child.kill('SIGKILL');
  }
};

t.test('after close nothing keeps the process alive', async (t) => {
  const { baseUrl } = await listeningApp(t);
  for (const how of ['release', 'leave']) {
    const ended = await exitOf(baseUrl, `
      const lease = await client.acquire('of ${how}');
      client.acquire('of ${how}').catch((error) => console.log(error.code));
      await client.inspect('s');
      await client.close({ leases: '${how}' });
    `);
    t.same(ended, { code: 0, output: 'client-closed\n' });
  }
});

t.test('a client that holds nothing does not keep the process alive either, closed or not', async (t) => {
  const { baseUrl } = await listeningApp(t);
  const ended = await exitOf(baseUrl, `await client.withLease('s', async (lease) => console.log(lease.held));`);
  t.same(ended, { code: 0, output: 'true\n' });
});

t.test('close comes to an end while the service is silent', async (t) => {
  const { baseUrl } = await scriptedServer(t, () => {});
  const ended = await exitOf(baseUrl, `
    client.acquire('s').catch((error) => console.log(error.code));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await client.close();
  `, 'requestTimeoutMs: 500');
  t.same(ended, { code: 0, output: 'client-closed\n' });
});

t.test('a process that holds a lease stays alive, and keeps it', async (t) => {
  const { baseUrl } = await listeningApp(t);
  const ended = await exitOf(baseUrl, `
    const lease = await client.acquire('s', { ttlMs: 1_000 });
    lease.signal.addEventListener('abort', () => console.log('lost'));
    setTimeout(() => lease.release().then(console.log), 1_300).unref();
  `);
  t.same(ended, { code: 0, output: 'released\n' });
});
