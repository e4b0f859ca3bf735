import t from 'tap';
import { startKit } from '../../support/kit.ts';
import { within } from '../../support/until.ts';

const SESSION = 'agent:main:feishu:oc_1';

// Services of their own, with clients, are much work for a machine that is busy.
t.setTimeout(120_000);

t.test('silence for less than the TTL costs nothing', async (t) => {
  const { holdfast, client } = await startKit(t);
  const lease = await client('gateway-1').acquire(SESSION);
  holdfast.goSilent();
  await holdfast.advance(20_000);
  t.equal(lease.held, true);
  holdfast.comeBack();
  await holdfast.advance(60_000);
  t.equal(lease.held, true);
  t.match(await client('operator').inspect(SESSION), { fencingToken: lease.fencingToken });
});

t.test('silence for more than the TTL: the client loses the lease by its own clock, before the service gives it away', async (t) => {
  const { holdfast, client } = await startKit(t);
  const lease = await client('gateway-1').acquire(SESSION);
  holdfast.goSilent();
  await holdfast.advance(29_000);
  t.equal(lease.held, true);
  await holdfast.advance(900);
  t.equal(lease.held, false);
  t.match(lease.signal.reason, { code: 'lease-lost', endedBecause: undefined });
  await holdfast.advance(10_000);
  holdfast.comeBack();
  const next = await client('gateway-2').acquire(SESSION);
  t.match(next.previous, { holder: 'gateway-1', endedBecause: 'expired' });
  t.equal(await lease.release(), 'lost');
});

t.test('a request that falls into a silence is not carried out, and its client learns that nothing will come of it', async (t) => {
  const { holdfast, client } = await startKit(t);
  const lease = await client('gateway-1').acquire(SESSION);
  const operator = client('operator');
  await operator.inspect(SESSION);
  holdfast.goSilent();
  const revoking = operator.revoke(SESSION, { reason: 'nobody will hear' });
  const acquiring = client('gateway-2').acquire('another session');
  await holdfast.advance(0);
  holdfast.comeBack();
  await t.rejects(revoking, { code: 'service-unavailable' }, 'a revoke is not repeated after a lost answer');
  t.equal(lease.held, true);
  t.match(await operator.inspect(SESSION), { fencingToken: lease.fencingToken });
  await holdfast.advance(1_000);
  t.equal((await acquiring).held, true, 'an acquire is repeated');
});

/** An open event stream, and what has come of it. */
const watching = async (t: { teardown(end: () => void): void }, url: string): Promise<{ readonly text: string; readonly ended: Promise<unknown> }> => {
  const leaving = new AbortController();
  t.teardown(() => leaving.abort());
  const { body } = await fetch(`${url}/v1/events`, { signal: leaving.signal });
  const watched = { text: '', ended: Promise.resolve() as Promise<unknown> };
  const read = async (): Promise<void> => {
    for await (const chunk of body!.pipeThrough(new TextDecoderStream())) watched.text += chunk;
  };
  watched.ended = read().catch((error: unknown) => error);
  return watched;
};

t.test('no event leaves in a silence, and none that was swallowed comes after it', async (t) => {
  const { holdfast } = await startKit(t);
  const watched = await watching(t, holdfast.url);
  await holdfast.takeOver('before');
  t.match(watched.text, /"before"/);
  holdfast.goSilent();
  await holdfast.takeOver('meanwhile');
  holdfast.comeBack();
  t.ok((await within('the stream is cut', watched.ended)) instanceof Error);
  t.notMatch(watched.text, /meanwhile/);
});

t.test('events wait until a stall is over', async (t) => {
  const { holdfast } = await startKit(t);
  const watched = await watching(t, holdfast.url);
  void holdfast.stall(1_000);
  await holdfast.takeOver(SESSION);
  t.notMatch(watched.text, /granted/);
  await holdfast.advance(1_000);
  t.match(watched.text, /event: granted/);
});

t.test('what a client missed in a silence it is told after it', async (t) => {
  const { holdfast, client } = await startKit(t);
  const lease = await client('gateway-1').acquire(SESSION);
  await holdfast.advance(100);
  holdfast.goSilent();
  await holdfast.takeOver(SESSION);
  await holdfast.advance(200);
  t.equal(lease.signal.aborted, false);
  holdfast.comeBack();
  await holdfast.advance(1_000);
  t.match(lease.signal.reason, { successor: { holder: 'another gateway' } });
});

t.test('a stall: nothing is answered until it is over, and then everything is', async (t) => {
  const { holdfast, client } = await startKit(t);
  const operator = client('operator');
  await operator.inspect(SESSION);
  const stalled = holdfast.stall(1_000);
  let answered = false;
  const inspecting = operator.inspect(SESSION).finally(() => (answered = true));
  await holdfast.advance(500);
  t.equal(answered, false);
  await holdfast.advance(500);
  await stalled;
  t.match(await inspecting, { held: false });
});

t.test('a stall for less than the TTL: a holder keeps its lease', async (t) => {
  const { holdfast, client } = await startKit(t);
  const lease = await client('gateway-1').acquire(SESSION);
  void holdfast.stall(15_000);
  await holdfast.advance(60_000);
  t.equal(lease.held, true);
  t.match(await client('operator').inspect(SESSION), { fencingToken: lease.fencingToken });
});

t.test('a stall for more than the TTL: what was due meanwhile comes first, and the late heartbeat is told of it', async (t) => {
  const { holdfast, client } = await startKit(t);
  const lease = await client('gateway-1').acquire(SESSION);
  const waiting = client('gateway-2').acquire(SESSION);
  await holdfast.advance(100);
  void holdfast.stall(40_000);
  await holdfast.advance(39_000);
  t.equal(lease.held, false);
  await holdfast.advance(2_000);
  t.match((await within('the waiter is served', waiting)).previous, { holder: 'gateway-1', endedBecause: 'expired' });
});

t.test('of two stalls the one that ends last counts', async (t) => {
  const { holdfast } = await startKit(t);
  let over = 0;
  void holdfast.stall(1_000).then(() => (over += 1));
  void holdfast.stall(3_000).then(() => (over += 1));
  await holdfast.advance(2_000);
  t.equal(over, 0);
  await holdfast.advance(1_000);
  t.equal(over, 2);
  t.equal((await fetch(`${holdfast.url}/healthz`)).status, 200);
});
