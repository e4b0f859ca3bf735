import t from 'tap';
import { clientOnApp } from '../support/client-on-app.ts';
import { until } from '../support/until.ts';

t.test('an exported lease goes on in another client, under the same token, after its first renewal', async (t) => {
  const { client, clock, requests } = await clientOnApp(t);
  const parent = client('parent');
  const lease = await parent.acquire('s', { ttlMs: 21_000 });
  const exported = JSON.parse(JSON.stringify(lease.export()));
  lease.leave();
  clock.advance(20_000);
  const worker = client('worker', { events: false });
  const adopted = await worker.adopt(exported);
  t.ok(requests.includes('POST /v1/leases/s/renew'));
  t.match(adopted, { session: 's', holder: 'parent', fencingToken: lease.fencingToken, held: true, ttlMs: 21_000, remainingMs: 20_740 });
  t.equal(worker.held('s'), adopted);
  clock.advance(7_000);
  await until('the worker keeps it', () => adopted.remainingMs === 20_740);
  await parent.close();
  t.equal(adopted.held, true, 'the parent does not take it along');
  t.equal(await adopted.release(), 'released');
});

t.test('what the exporter believed is not believed: a lease that has ended is not adopted', async (t) => {
  const { client, clock } = await clientOnApp(t);
  const parent = client('parent', { events: false });
  const expired = (await parent.acquire('expired', { ttlMs: 1_000, autoRenew: false })).export();
  const revoked = (await parent.acquire('revoked')).export();
  clock.advance(1_000);
  await client('operator').revoke('revoked', { reason: 'wedged' });
  await client('gateway-2').acquire('revoked');
  const worker = client('worker');
  await t.rejects(worker.adopt(expired), { code: 'lease-lost', endedBecause: 'expired' });
  await t.rejects(worker.adopt(revoked), { code: 'lease-lost', endedBecause: 'revoked', successor: { holder: 'gateway-2' } });
  await t.rejects(worker.adopt({ ...revoked, leaseId: 'an-id-that-nobody-knows-00' }), { name: 'LeaseLostError', code: 'lease-lost', endedBecause: undefined });
  t.equal(worker.held('revoked'), undefined);
});

t.test('an export of another store, and one that is none, is refused', async (t) => {
  const { client } = await clientOnApp(t);
  const exported = (await client('parent').acquire('s')).export();
  await t.rejects(client('worker').adopt({ ...exported, storeId: 'st_other' }), { name: 'StoreMismatchError', code: 'store-mismatch' });
  const bound = client('worker');
  await bound.inspect('s');
  await t.rejects(bound.adopt({ ...exported, storeId: 'st_other' }), { code: 'store-mismatch' });
  for (const broken of [{ leaseId: 'short' }, { session: '' }, { holder: '' }, { fencingToken: 1.5 }]) {
    const error = (await bound.adopt({ ...exported, ...broken }).catch((thrown: unknown) => thrown)) as Error;
    t.match(error, { name: 'InvalidRequestError' }, JSON.stringify(broken));
    t.notMatch(error.message, exported.leaseId);
  }
  await t.rejects(bound.adopt({ ...exported, fencingToken: 1 }), { code: 'request-invalid', message: /fencing token/ });
});

t.test('an adopted lease can be renewed by its owner, too', async (t) => {
  const { client, clock } = await clientOnApp(t);
  const lease = await client('parent', { events: false }).acquire('s', { autoRenew: false });
  const adopted = await client('worker', { events: false }).adopt(lease.export(), { autoRenew: false });
  clock.advance(20_000);
  await adopted.renew();
  clock.advance(9_650);
  t.equal(lease.held, false, 'each counts from what it was told itself');
  t.equal(adopted.held, true);
});
