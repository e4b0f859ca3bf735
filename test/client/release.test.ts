import t from 'tap';
import { StoreUnavailableError } from '../../service/src/session/errors.ts';
import { clientOnApp } from '../support/client-on-app.ts';
import { pumped } from '../support/pumped.ts';
import { until } from '../support/until.ts';

t.test('a release that nobody answers is unknown, and does not reject', async (t) => {
  const { client, clock, store } = await clientOnApp(t);
  const lease = await client('gateway-1').acquire('s');
  store.fault = new StoreUnavailableError('down', 'unknown');
  t.equal(await pumped(clock, lease.release()), 'unknown');
  t.equal(lease.held, false);
  store.fault = undefined;
  t.equal(await lease.release(), 'unknown', 'and stays so');
});

t.test('a release is repeated until it is answered', async (t) => {
  const { client, store, clock, requests } = await clientOnApp(t);
  const lease = await client('gateway-1').acquire('s');
  store.fault = new StoreUnavailableError('down', 'unknown');
  const releasing = lease.release();
  t.equal(lease.held, false, 'held by nobody here from the first moment');
  await until('the first try has failed', () => requests.filter((request) => request.startsWith('DELETE')).length === 1);
  await clock.advanceAsync(1_000, 10);
  store.fault = undefined;
  await clock.advanceAsync(3_000, 10);
  t.equal(await releasing, 'released');
  t.match(await client('operator').inspect('s'), { held: false });
});

t.test('a late release never ends the lease of another', async (t) => {
  const { client } = await clientOnApp(t);
  const lease = await client('gateway-1', { events: false }).acquire('s');
  await client('operator').revoke('s', { reason: 'wedged' });
  const next = await client('gateway-2').acquire('s');
  t.equal(await lease.release(), 'lost');
  await next.verify();
  t.equal(next.held, true);
});

t.test('a heartbeat that is under way when the lease is released changes nothing', async (t) => {
  const { client, clock, requests } = await clientOnApp(t);
  const lease = await client('gateway-1', { events: false }).acquire('s');
  clock.advance(10_000);
  t.equal(await lease.release(), 'released');
  await until('the heartbeat has arrived too', () => requests.some((request) => request.startsWith('POST /v1/heartbeats')));
  await clock.advanceAsync(60_000, 1_000);
  t.equal(lease.signal.aborted, false);
  t.equal(requests.filter((request) => request.startsWith('POST /v1/heartbeats')).length, 1);
});

t.test('await using releases, and does not hide the error of the block', async (t) => {
  const { client, clock, store } = await clientOnApp(t);
  const gateway = client('gateway-1');
  const fault = new Error('of the turn');
  const turn = async (session: string): Promise<void> => {
    await using lease = await gateway.acquire(session);
    lease.assertHeld();
    if (session === 'down') store.fault = new StoreUnavailableError('down', 'unknown');
    throw fault;
  };
  t.equal(await turn('s').catch((error: unknown) => error), fault);
  t.match(await gateway.inspect('s'), { held: false });
  t.equal(await pumped(clock, turn('down')).catch((error: unknown) => error), fault, 'not a SuppressedError, whatever becomes of the release');
  store.fault = undefined;
});

t.test('a failing release hides neither the result nor the error of withLease', async (t) => {
  const { client, clock, store } = await clientOnApp(t);
  const gateway = client('gateway-1');
  const goDown = (): void => void (store.fault = new StoreUnavailableError('down', 'unknown'));
  t.equal(await pumped(clock, gateway.withLease('s1', async () => (goDown(), 'reply'))), 'reply');
  store.fault = undefined;
  const fault = new Error('of the turn');
  t.equal(await pumped(clock, gateway.withLease('s2', async () => Promise.reject((goDown(), fault)))).catch((error: unknown) => error), fault);
  store.fault = undefined;
});
