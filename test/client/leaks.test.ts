import { getEventListeners } from 'node:events';
import t from 'tap';
import { clientOnApp } from '../support/client-on-app.ts';
import { startCuttingProxy } from '../support/cutting-proxy.ts';
import { turns } from '../support/scripted-exchange.ts';
import { until } from '../support/until.ts';

t.test('a signal that outlives many calls is left without listeners', async (t) => {
  const { client } = await clientOnApp(t);
  const gateway = client('gateway-1');
  const app = new AbortController();
  for (let calls = 0; calls < 20; calls += 1) {
    const lease = await gateway.acquire('s', { signal: app.signal });
    await lease.retry(() => 'reply', { signal: app.signal });
    t.equal(await gateway.tryAcquire('s', { signal: app.signal }), undefined);
    await lease.release();
  }
  for await (const { session } of gateway.list({ signal: app.signal })) t.fail(session);
  await until('all are taken off', () => getEventListeners(app.signal, 'abort').length === 0);
});

t.test('calls that fail, are aborted and are cut off in any order reject where they were made, and nowhere else', async (t) => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): number => unhandled.push(reason);
  process.on('unhandledRejection', note);
  t.teardown(() => process.off('unhandledRejection', note));

  const { client, clock, baseUrl } = await clientOnApp(t);
  const proxy = await startCuttingProxy(t, Number(new URL(baseUrl).port));
  let requests = 0;
  proxy.fateOf = () => ((requests += 1) % 3 === 0 ? { kind: 'cut', afterAnswerBytes: requests % 200, how: 'rst' } : { kind: 'pass' });
  const gateways = [0, 1, 2].map((index) => client(`gateway-${index}`, { baseUrl: proxy.baseUrl, requestTimeoutMs: 1_000 }));
  const chatTurns = Array.from({ length: 30 }, async (_, index) => {
    const gateway = gateways[index % 3]!;
    const controller = new AbortController();
    const running = gateway.withLease(`s${index % 4}`, { waitMs: 3_000, signal: controller.signal }, async (lease) => {
      await lease.retry(({ attempt }) => (attempt === 1 ? Promise.reject(Object.assign(new Error('reset'), { code: 'ECONNRESET' })) : 'reply'), { baseMs: 100 });
      await lease.verify().catch(() => {});
    });
    if (index % 5 === 0) setImmediate(() => controller.abort(new Error('the user has left')));
    return running.catch((error: unknown) => error);
  });
  let over = false;
  const all = Promise.all(chatTurns).finally(() => (over = true));
  while (!over) await clock.advanceAsync(50, 10);
  await all;
  const closing = Promise.all(gateways.map((gateway) => gateway.close())).finally(() => (over = true));
  over = false;
  while (!over) await clock.advanceAsync(50, 10);
  await closing;
  await turns(20);
  t.same(unhandled, []);
  t.ok(proxy.cuts > 5, `${proxy.cuts} connections were cut`);
});
