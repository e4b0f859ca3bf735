import t from 'tap';
import { LeaseLostError } from '../../../client/src/index.ts';
import type { ForeignLease } from '../../../service/src/testing.ts';
import { lossOf, startKit } from '../../support/kit.ts';
import { within } from '../../support/until.ts';

const SESSION = 'agent:main:feishu:oc_1';

// Services of their own, with clients, are much work for a machine that is busy.
t.setTimeout(120_000);

t.test('taken over in the midst of a turn: the signal tells who came, and the turn goes on under a new lease', async (t) => {
  const { holdfast, client } = await startKit(t);
  const gateway = client('gateway-1');
  const lease = await gateway.acquire(SESSION);
  let rival: ForeignLease | undefined;
  const reply = await lease.retry(async () => {
    rival = await holdfast.takeOver(SESSION, { holder: 'gateway-2' });
    return 'a reply';
  });
  t.equal(reply, 'a reply', 'which is paid for, and not thrown away');
  t.ok(rival!.fencingToken > lease.fencingToken);
  t.match(rival!.takenFrom, { holder: 'gateway-1', fencingToken: lease.fencingToken });

  const loss = await lossOf(lease);
  t.ok(loss instanceof LeaseLostError);
  t.match(loss, { endedBecause: 'expired', currentToken: rival!.fencingToken, successor: { holder: 'gateway-2' } });
  t.throws(() => lease.assertHeld(), loss);
  await t.rejects(lease.verify(), { code: 'stale-fencing-token', successor: { holder: 'gateway-2' } });
  t.equal(await lease.release(), 'lost');

  const again = gateway.acquire(SESSION);
  await holdfast.advance(1_000);
  t.equal(await rival!.release(), 'released');
  t.match(await again, { previous: { holder: 'gateway-2', fencingToken: rival!.fencingToken, endedBecause: 'released' } });
});

t.test('a client without events hears of the takeover by its next heartbeat, and before it by asking', async (t) => {
  const { holdfast, client } = await startKit(t);
  const lease = await client('gateway-1', { events: false }).acquire(SESSION);
  await holdfast.takeOver(SESSION);
  t.equal(lease.held, true, 'it cannot know yet');
  await holdfast.advance(10_000);
  t.match(lease.signal.reason, { code: 'lease-lost', successor: { holder: 'another gateway' } });
});

t.test('who waits goes on waiting when the session is taken over, and is served after', async (t) => {
  const { holdfast, client } = await startKit(t);
  await client('gateway-1').acquire(SESSION);
  const waiting = client('gateway-2').acquire(SESSION, { waitMs: 120_000 });
  await holdfast.advance(1_000);
  const rival = await holdfast.takeOver(SESSION, { ttlMs: 5_000 });
  t.match(await client('operator').inspect(SESSION), { holder: 'another gateway', waiters: [{ holder: 'gateway-2' }] });
  await holdfast.advance(10_000);
  const next = await within('the waiter is served when the rival expires', waiting);
  t.ok(next.previous!.endedMsAgo < 100, `at the very moment, ${next.previous!.endedMsAgo} ms after`);
  t.match(next.previous, { fencingToken: rival.fencingToken, endedBecause: 'expired' });
  t.equal(await rival.release(), 'lost');
});

t.test('who holds a session that nobody held before has taken it from nobody', async (t) => {
  const { holdfast, client } = await startKit(t);
  const rival = await holdfast.takeOver(SESSION, { holder: 'gateway-9', ttlMs: 5_000 });
  t.equal(rival.takenFrom, undefined);
  t.equal(await client('gateway-1').tryAcquire(SESSION), undefined);
  await holdfast.advance(5_000);
  t.ok(await client('gateway-1').tryAcquire(SESSION));
});

t.test('expire: the lease ends as expired, and nobody else does', async (t) => {
  const { holdfast, client } = await startKit(t);
  const gateway = client('gateway-1');
  const lease = await gateway.acquire(SESSION);
  const other = await gateway.acquire('another session');
  t.match(await holdfast.expire(SESSION), { holder: 'gateway-1', fencingToken: lease.fencingToken });
  t.match(await lossOf(lease), { endedBecause: 'expired', successor: undefined });
  t.equal(other.held, true);
  const seen = await gateway.inspect(SESSION);
  t.match(seen, { held: false, previous: { holder: 'gateway-1', endedBecause: 'expired' } });
  await t.rejects(holdfast.expire(SESSION), { code: 'lease-not-held' });
});

t.test('expire: who waits is served at once', async (t) => {
  const { holdfast, client } = await startKit(t);
  await client('gateway-1').acquire(SESSION);
  const waiting = client('gateway-2').acquire(SESSION);
  await holdfast.advance(0);
  await holdfast.expire(SESSION);
  const next = await within('the waiter is served', waiting);
  await holdfast.advance(60_000);
  t.equal(next.held, true, 'and its offer was confirmed');
});
