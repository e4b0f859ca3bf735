import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { LeaseClient } from '../../../client/src/index.ts';
import { startHoldfast } from '../../../service/src/testing.ts';
import { lossOf, startKit } from '../../support/kit.ts';
import { succeeding } from '../../support/running.ts';
import { root } from '../../support/source-files.ts';
import { until, within } from '../../support/until.ts';

const SESSION = 'agent:main:feishu:oc_1';

// Services of their own, with clients, are much work for a machine that is busy.
t.setTimeout(120_000);

t.test('many run in one process, and know nothing of each other', async (t) => {
  const kits = await Promise.all(Array.from({ length: 5 }, () => startKit(t)));
  const leases = await Promise.all(kits.map(({ client }) => client('gateway-1').acquire(SESSION)));
  await kits[0]!.holdfast.expire(SESSION);
  await lossOf(leases[0]!);
  await kits[1]!.holdfast.advance(60_000);
  t.strictSame(leases.map(({ held }) => held), [false, true, true, true, true]);
  t.equal(new Set(await Promise.all(kits.map(async ({ holdfast }) => (await fetch(`${holdfast.url}/v1`)).headers.get('holdfast-store')))).size, 5);
});

t.test('a key and bounds of the TTL are those of the service', async (t) => {
  const { client } = await startKit(t, { apiKey: 'secret', ttlMsMin: 10, ttlMsMax: 2_000 });
  await t.rejects(client('gateway-1').acquire(SESSION), { code: 'unauthorized' });
  const gateway = client('gateway-1', { apiKey: 'secret' });
  t.ok(await gateway.acquire(SESSION, { ttlMs: 200 }));
  await t.rejects(gateway.acquire('other', { ttlMs: 2_001 }), { code: 'request-invalid' });
});

t.test('what makes no sense is refused by name', async (t) => {
  const { holdfast } = await startKit(t);
  await t.rejects(holdfast.advance(-1), /advance: must be whole milliseconds from 0 to 2592000000, not -1/);
  await t.rejects(holdfast.advance(30 * 24 * 3_600_000 + 1), RangeError);
  t.throws(() => holdfast.stall(0.5), /stall: must be whole milliseconds from 0 to 2592000000, not 0.5/);
  await t.rejects(holdfast.expire(''), /session: must not be empty/);
  await t.rejects(holdfast.takeOver('a'.repeat(513)), /session: must be at most 512 bytes/);
  await t.rejects(holdfast.takeOver(SESSION, { holder: '' }), /holder: must be 1 to 128 characters, not 0/);
  await t.rejects(holdfast.takeOver(SESSION, { ttlMs: 0 }), /ttlMs: must be whole milliseconds from 1 to 86400000, not 0/);
  await t.rejects(holdfast.takeOver(SESSION, { holder: 'x'.repeat(129) }), /holder: must be 1 to 128 characters, not 129/);
  await t.rejects(holdfast.takeOver(SESSION, { ttlMs: 86_400_001 }), /ttlMs: must be whole milliseconds/);
  t.ok(await holdfast.takeOver(SESSION, { holder: 'x'.repeat(128), ttlMs: 86_400_000 }));
  await t.rejects(startHoldfast({ ttlMsMax: 86_400_001 }), /ttlMsMax: must be whole milliseconds from 1 to 86400000/);
  await t.rejects(startHoldfast({ ttlMsMin: 0 }), /ttlMsMin: must be whole milliseconds from 1 to 3600000, not 0/);
  await t.rejects(startHoldfast({ ttlMsMin: 10, ttlMsMax: 9 }), /ttlMsMin: must be whole milliseconds from 1 to 9, not 10/);
});

t.test('replies are parked, kept and listed, and grow old on the clock', async (t) => {
  const { holdfast } = await startKit(t);
  const { fencingToken } = await holdfast.takeOver(SESSION);
  await holdfast.expire(SESSION);
  const address = `${holdfast.url}/v1/replies/${encodeURIComponent(SESSION)}/r1`;
  const body = JSON.stringify({ fencingToken, holder: 'gateway-1', payload: { text: 'a reply' } });
  const parked = await fetch(address, { method: 'PUT', body, headers: { 'content-type': 'application/json' } });
  t.equal(parked.status, 201);
  t.match(await (await fetch(address)).json(), { state: 'parked', payload: { text: 'a reply' } });
  await holdfast.advance(24 * 3_600_000);
  t.match(await (await fetch(`${holdfast.url}/v1/replies?state=dead`)).json(), { replies: [{ session: SESSION, replyId: 'r1', state: 'dead' }] });
});

t.test('closing cuts everything: waiting, stalled, silent, streaming', async (t) => {
  const { holdfast, client } = await startKit(t);
  const gateway = client('gateway-1', { requestTimeoutMs: 100 });
  const lease = await gateway.acquire(SESSION);
  const waiting = client('gateway-2', { requestTimeoutMs: 100 }).acquire(SESSION, { waitMs: 500 }).catch((error: unknown) => error);
  await holdfast.advance(0);
  void holdfast.stall(60_000);
  const stalled = fetch(`${holdfast.url}/v1`).catch((error: unknown) => error);
  await holdfast.advance(0);
  holdfast.goSilent();
  const silent = fetch(`${holdfast.url}/v1`).catch((error: unknown) => error);
  const never = holdfast.dropNextAnswer({ method: 'DELETE' });
  await holdfast.advance(0);
  await within('it closes at once', holdfast.close(), 2_000);
  await holdfast.close();
  await t.rejects(never, /is closed/);
  for (const cut of [stalled, silent]) t.ok((await cut) instanceof Error);
  await holdfast.advance(1_000);
  t.ok((await waiting) instanceof Error);
  await t.rejects(holdfast.expire(SESSION), /is closed/);
  t.throws(() => holdfast.goSilent(), /is closed/);
  t.equal(await lease.release(), 'unknown', 'a client that is closed after it still comes to an end');
});

t.test('a closed one keeps no process alive, and a client that is closed after it is not left hanging', async (t) => {
  const program = `
    import { LeaseClient } from ${JSON.stringify(new URL('../../../client/src/index.ts', import.meta.url).href)};
    import { startHoldfast } from ${JSON.stringify(new URL('../../../service/src/testing.ts', import.meta.url).href)};
    const holdfast = await startHoldfast();
    const client = new LeaseClient({ baseUrl: holdfast.url, clock: holdfast.clock, holder: 'gateway-1', requestTimeoutMs: 500 });
    await client.acquire('s');
    await holdfast.close();
    await client.close();
    process.stdout.write('closed');
  `;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => void child.kill('SIGKILL'));
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  t.strictSame(await within('it ends', once(child, 'exit')), [0, null]);
  t.equal(said, 'closed');
});

t.test('the example of the README runs as it stands', async (t) => {
  const page = readFileSync(join(root, 'service', 'README.md'), 'utf8');
  const [, example = ''] = /```js\n(.*?)```/s.exec(page) ?? [];
  const program = example
    .replace(`'@holdfast/client'`, JSON.stringify(new URL('../../../client/src/index.ts', import.meta.url).href))
    .replace(`'@holdfast/service/testing'`, JSON.stringify(new URL('../../../service/src/testing.ts', import.meta.url).href));
  t.match(program, /takeOver/);
  t.equal(await succeeding(process.execPath, ['--input-type=module', '--eval', program], {}), '');
});

t.test('nothing of it is left in the process', async (t) => {
  const kinds = (): number => process.getActiveResourcesInfo().filter((kind) => /TCP|Pipe|Worker|Message|Timeout/.test(kind)).length;
  const before = kinds();
  const holdfast = await startHoldfast();
  const client = new LeaseClient({ baseUrl: holdfast.url, clock: holdfast.clock, holder: 'gateway-1' });
  await client.acquire(SESSION);
  await client.close();
  await holdfast.close();
  t.ok(await until('its sockets and timers are gone', () => kinds() <= before));
});
