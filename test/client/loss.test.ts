import t from 'tap';
import { StoreUnavailableError } from '../../service/src/session/errors.ts';
import { clientOnApp } from '../support/client-on-app.ts';
import { pumped } from '../support/pumped.ts';
import { until } from '../support/until.ts';

t.test('a revoked lease: its holder learns at once that it is gone, and why', async (t) => {
  const { client, clock, arrived } = await clientOnApp(t);
  const lease = await client('gateway-1').acquire('s');
  await arrived('POST /v1/heartbeats'); // what the opening of the stream asks for
  clock.advance(100);
  await client('operator').revoke('s', { reason: 'wedged' });
  const reason = await until('the signal is aborted', () => lease.signal.aborted && lease.signal.reason);
  t.match(reason, { name: 'LeaseLostError', code: 'lease-lost', session: 's', fencingToken: lease.fencingToken, endedBecause: 'revoked' });
  t.equal(lease.held, false);
  t.throws(() => lease.assertHeld(), reason);
  t.equal(await lease.release(), 'lost');
});

t.test('so does one who renews by himself', async (t) => {
  const { client, arrived } = await clientOnApp(t);
  const lease = await client('gateway-1').acquire('s', { autoRenew: false });
  await arrived('GET /v1/events');
  await client('operator').inspect('s'); // by now the stream is open
  await client('operator').revoke('s', { reason: 'wedged' });
  t.match(await until('the signal is aborted', () => lease.signal.aborted && lease.signal.reason), { endedBecause: 'revoked' });
});

t.test('without the event stream the next heartbeat tells, and who came after', async (t) => {
  const { client, clock } = await clientOnApp(t);
  const lease = await client('gateway-1', { events: false }).acquire('s');
  await client('operator').revoke('s', { reason: 'wedged' });
  const next = await client('gateway-2').acquire('s');
  clock.advance(10_000);
  const reason = await until('the signal is aborted', () => lease.signal.aborted && lease.signal.reason);
  t.match(reason, { endedBecause: 'revoked', currentToken: next.fencingToken, successor: { holder: 'gateway-2' } });
});

t.test('verify says who took over, and the lease is lost by it', async (t) => {
  const { client } = await clientOnApp(t);
  const lease = await client('gateway-1', { events: false }).acquire('s');
  await lease.verify();
  await client('operator').revoke('s', { reason: 'wedged' });
  const next = await client('gateway-2').acquire('s');
  await t.rejects(lease.verify(), {
    name: 'StaleFencingTokenError',
    code: 'stale-fencing-token',
    verdict: 'superseded',
    fencingToken: lease.fencingToken,
    currentToken: next.fencingToken,
    successor: { holder: 'gateway-2' },
  });
  t.match(lease.signal.reason, { code: 'lease-lost', successor: { holder: 'gateway-2' } });
  await next.release();
  await t.rejects(lease.verify(), { code: 'stale-fencing-token', successor: { holder: 'gateway-2' } }, 'also when nobody holds it any more');
});

t.test('a service that fails: the lease is held until the local deadline, and not a moment longer', async (t) => {
  const { client, clock, store } = await clientOnApp(t);
  const lease = await client('gateway-1').acquire('s');
  store.fault = new StoreUnavailableError('down', 'unknown');
  await clock.advanceAsync(29_600, 100);
  t.equal(lease.held, true);
  clock.advance(50);
  t.equal(lease.held, false);
  t.match(lease.signal.reason, { code: 'lease-lost', endedBecause: undefined });
  await t.rejects(pumped(clock, client('gateway-1').tryAcquire('s')), { code: 'store-unavailable', outcome: 'unknown' }, 'which is not contention');
});

t.test('a lease that was lost in silence is still given back by its release', async (t) => {
  const { client, clock, store } = await clientOnApp(t);
  const lease = await client('gateway-1', { ttlMs: 60_000 }).acquire('s');
  store.fault = new StoreUnavailableError('down', 'unknown');
  clock.advance(59_350);
  t.equal(lease.held, false);
  store.fault = undefined;
  t.match(await client('operator').inspect('s'), { held: true });
  t.equal(await lease.release(), 'released');
  t.match(await client('operator').inspect('s'), { held: false });
});

t.test('a wall clock that jumps: in doubt until the next renewal, which is asked for at once', async (t) => {
  const { client, clock, requests } = await clientOnApp(t);
  const lease = await client('gateway-1', { events: false }).acquire('s');
  for (const dayMs of [86_400_000, -86_400_000]) {
    clock.advance(200);
    clock.stepWall(dayMs);
    t.throws(() => lease.assertHeld(), { name: 'LeaseUncertainError', code: 'lease-uncertain' });
    t.equal(lease.signal.aborted, false);
    await until('it is held again', () => lease.held);
  }
  t.equal(requests.filter((request) => request.startsWith('POST /v1/heartbeats')).length, 2);
});

t.test('preempted after its grace: the holder knows beforehand, and loses it then', async (t) => {
  const { client, clock, queued } = await clientOnApp(t);
  const lease = await client('gateway-1').acquire('s', { ttlMs: 2_000 });
  const interrupting = client('gateway-2').acquire('s', { onHeld: 'interrupt', interrupt: { reason: 'newer message', graceMs: 5_000 } });
  await queued('s', 1);
  await clock.advanceAsync(4_800, 50);
  t.match(lease.yieldRequest, { by: 'gateway-2', reason: 'newer message' });
  t.equal(lease.held, true, 'renewed until the grace is over');
  await clock.advanceAsync(300, 50);
  t.equal(lease.held, false);
  t.equal((await interrupting).previous?.endedBecause, 'preempted');
});
