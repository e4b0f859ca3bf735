import t from 'tap';
import { clientOnApp } from '../support/client-on-app.ts';
import { until } from '../support/until.ts';

t.test('inside withLease an acquire of the same session nests, however deep, and its release only leaves the nesting', async (t) => {
  const { client, requests } = await clientOnApp(t);
  const gateway = client('gateway-1', { events: false });
  await gateway.withLease('s', async (outer) => {
    const inner = await gateway.acquire('s', { waitMs: 0, ttlMs: 5_000 });
    t.match(inner, { nested: true, held: true, fencingToken: outer.fencingToken });
    const deeper = await Promise.resolve().then(() => gateway.tryAcquire('s'));
    t.equal(deeper?.nested, true);
    t.equal(await inner.release(), 'released');
    t.equal(await inner.release(), 'released', 'as often as one likes');
    t.equal(inner.held, false);
    t.throws(() => inner.assertHeld(), { code: 'lease-ended' });
    await t.rejects(inner.renew(), { code: 'lease-ended' });
    t.equal(inner.signal.aborted, false);
    t.equal(deeper?.held, true, 'the handles are counted one by one');
    t.equal(outer.held, true);
    await gateway.withLease('s', async (again) => t.equal(again.nested, true));
    t.equal(outer.held, true);
  });
  t.same(requests.map((request) => request.split(' ')[0]), ['PUT', 'DELETE'], 'one lease was taken and released');
});

t.test('another session does not nest', async (t) => {
  const { client } = await clientOnApp(t);
  const gateway = client('gateway-1');
  await gateway.withLease('a', async () => {
    await gateway.withLease('b', async (b) => {
      t.equal(b.nested, false);
      t.equal((await gateway.acquire('a')).nested, true, 'while the outer one still does');
    });
  });
});

t.test('after the outer release the context grants nothing, and a handle that is still open is told', async (t) => {
  const { client } = await clientOnApp(t);
  const gateway = client('gateway-1');
  await gateway.withLease('s', async (outer) => {
    const inner = await gateway.acquire('s');
    await outer.release();
    t.equal(inner.held, false);
    t.equal(inner.signal.aborted, true);
    t.match(inner.signal.reason, { code: 'lease-ended' });
    const anew = await gateway.acquire('s');
    t.equal(anew.nested, false);
    t.ok(anew.fencingToken > outer.fencingToken);
    await anew.release();
  });
});

t.test('work that outlives withLease is granted nothing by its context', async (t) => {
  const { client } = await clientOnApp(t);
  const gateway = client('gateway-1');
  let goOn = (): void => {};
  const outlived = await gateway.withLease('s', async () => {
    const later = new Promise<void>((resolve) => (goOn = resolve)).then(() => gateway.acquire('s'));
    return { later };
  });
  goOn();
  const lease = await outlived.later;
  t.equal(lease.nested, false);
});

t.test('nesting under a lost lease rejects with the loss, whatever the service would say', async (t) => {
  const { client, requests } = await clientOnApp(t);
  const gateway = client('gateway-1');
  await gateway.withLease('s', async (outer) => {
    await client('operator').revoke('s', { reason: 'wedged' });
    await t.rejects(outer.verify());
    await t.rejects(gateway.acquire('s'), { name: 'LeaseLostError', code: 'lease-lost', endedBecause: 'revoked' });
    await t.rejects(gateway.tryAcquire('s'), { code: 'lease-lost' });
    t.equal(requests.filter((request) => request.startsWith('PUT')).length, 1);
    const anew = await gateway.runDetached(() => gateway.acquire('s'));
    t.equal(anew.nested, false);
  });
});

t.test('a nested handle that is open learns of the loss', async (t) => {
  const { client, clock, arrived } = await clientOnApp(t);
  const gateway = client('gateway-1');
  await gateway.withLease('s', async () => {
    const inner = await gateway.acquire('s');
    await arrived('POST /v1/heartbeats');
    clock.advance(100);
    await client('operator').revoke('s', { reason: 'wedged' });
    await until('the nested handle is told', () => inner.signal.aborted);
    t.match(inner.signal.reason, { code: 'lease-lost', endedBecause: 'revoked' });
    t.equal(await inner.release(), 'lost');
  });
});

t.test('runDetached drops the context, reentrant: false turns it off', async (t) => {
  const { client } = await clientOnApp(t);
  const gateway = client('gateway-1');
  await gateway.withLease('s', async () => {
    t.equal(await gateway.runDetached(() => gateway.tryAcquire('s')), undefined);
    t.equal(await gateway.tryAcquire('s', { reentrant: false }), undefined);
    t.equal((await gateway.tryAcquire('s'))?.nested, true);
  });
  await gateway.withLease('s', { reentrant: false }, async () => t.equal(await gateway.tryAcquire('s'), undefined));
  const strict = client('gateway-2', { reentrant: false });
  await strict.withLease('s', async () => t.equal(await strict.tryAcquire('s'), undefined));
});

t.test('a plain acquire opens no context; lease.run does', async (t) => {
  const { client } = await clientOnApp(t);
  const gateway = client('gateway-1');
  const lease = await gateway.acquire('s');
  t.equal(await gateway.tryAcquire('s'), undefined);
  t.equal(await lease.run(async () => (await gateway.tryAcquire('s'))?.nested), true);
  t.equal(await gateway.tryAcquire('s'), undefined, 'and it does not leak out of it');
});

t.test('two turns at the same time do not see each other’s context', async (t) => {
  const { client, clock, queued } = await clientOnApp(t);
  const gateway = client('gateway-1');
  const order: string[] = [];
  const turn = (name: string): Promise<void> =>
    gateway.withLease('s', async (lease) => {
      t.equal(lease.nested, false);
      order.push(`${name} begins`);
      if (name === 'first') await queued('s', 1);
      order.push(`${name} ends`);
    });
  await Promise.all([turn('first'), turn('second')]);
  t.same(order, ['first begins', 'first ends', 'second begins', 'second ends']);
  clock.advance(1);
});
