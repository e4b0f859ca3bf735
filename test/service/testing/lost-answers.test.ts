import t from 'tap';
import { startKit } from '../../support/kit.ts';

const SESSION = 'agent:main:feishu:oc_1';

// Services of their own, with clients, are much work for a machine that is busy.
t.setTimeout(120_000);

t.test('a lost grant is asked for again: the same lease, one fencing token', async (t) => {
  const { holdfast, client } = await startKit(t);
  const lost = holdfast.dropNextAnswer({ method: 'PUT', path: '/v1/leases/' });
  const acquiring = client('gateway-1').acquire(SESSION);
  t.match(await lost, { method: 'PUT', path: /^\/v1\/leases\//, status: 201 });
  await holdfast.advance(1_000);
  const lease = await acquiring;
  const { fencingToken, previous } = await client('operator').inspect(SESSION);
  t.equal(fencingToken, lease.fencingToken);
  t.equal(previous, undefined, 'it is the first lease of this session');
  await holdfast.advance(60_000);
  t.equal(lease.held, true);
});

t.test('a lost release is repeated, and ends nothing twice', async (t) => {
  const { holdfast, client } = await startKit(t);
  const lease = await client('gateway-1').acquire(SESSION);
  const lost = holdfast.dropNextAnswer({ method: 'DELETE' });
  const releasing = lease.release();
  t.match(await lost, { status: 204 });
  const next = await client('gateway-2').acquire(SESSION);
  await holdfast.advance(1_000);
  t.equal(await releasing, 'released');
  t.equal(next.held, true);
});

t.test('a lost renewal is repeated, and has counted', async (t) => {
  const { holdfast, client } = await startKit(t);
  const lease = await client('gateway-1', { events: false }).acquire(SESSION, { autoRenew: false });
  await holdfast.advance(20_000);
  const lost = holdfast.dropNextAnswer({ method: 'POST', path: /\/renew$/g });
  const renewing = lease.renew();
  t.match(await lost, { status: 200 });
  t.ok((await client('operator').inspect(SESSION)).remainingMs! > 29_000);
  await holdfast.advance(1_000);
  t.ok((await renewing).remainingMs > 29_000);
  t.equal(lease.held, true);
});

t.test('a lost heartbeat is repeated until it is answered', async (t) => {
  const { holdfast, client } = await startKit(t);
  const lease = await client('gateway-1', { events: false }).acquire(SESSION);
  const lost = [1, 2, 3].map(() => holdfast.dropNextAnswer({ path: '/v1/heartbeats' }));
  await holdfast.advance(60_000);
  await Promise.all(lost);
  t.equal(lease.held, true);
});

t.test('only one answer is lost, and only of a request that matches; event streams only when they are named', async (t) => {
  const { holdfast, client } = await startKit(t);
  const operator = client('operator', { requestTimeoutMs: 1_000 });
  const put = holdfast.dropNextAnswer({ method: 'PUT' });
  const any = holdfast.dropNextAnswer();
  const stream = new AbortController();
  const events = await fetch(`${holdfast.url}/v1/events`, { signal: stream.signal });
  t.equal(events.status, 200);
  stream.abort();
  await t.rejects(fetch(`${holdfast.url}/v1`), { cause: { code: 'ECONNRESET' } }, 'before the first byte');
  t.match(await any, { method: 'GET', path: '/v1', status: 200 });
  t.equal((await fetch(`${holdfast.url}/v1`)).status, 200);
  const acquiring = operator.acquire(SESSION);
  t.match(await put, { method: 'PUT' });
  await holdfast.advance(500);
  await acquiring;
  const named = holdfast.dropNextAnswer({ path: '/v1/events' });
  await t.rejects(fetch(`${holdfast.url}/v1/events`));
  t.match(await named, { path: '/v1/events', status: 200 });
});

t.test('a refusal can be lost as well', async (t) => {
  const { holdfast, client } = await startKit(t);
  await holdfast.takeOver(SESSION);
  const lost = holdfast.dropNextAnswer({ method: 'PUT' });
  const trying = client('gateway-1').tryAcquire(SESSION);
  t.match(await lost, { status: 409 });
  await holdfast.advance(500);
  t.equal(await trying, undefined);
});

t.test('a thousand answers may wait to be lost', async (t) => {
  const { holdfast } = await startKit(t);
  for (let wanted = 0; wanted < 1_000; wanted += 1) void holdfast.dropNextAnswer({ method: 'PATCH' });
  t.throws(() => void holdfast.dropNextAnswer(), /dropNextAnswer: 1000 answers are waiting to be lost already/);
});
