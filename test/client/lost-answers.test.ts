import t, { type Test } from 'tap';
import { clientOnApp } from '../support/client-on-app.ts';
import { PASS, startCuttingProxy, type Fate } from '../support/cutting-proxy.ts';

const begin = async (t: Test) => {
  const built = await clientOnApp(t);
  const proxy = await startCuttingProxy(t, Number(new URL(built.baseUrl).port));
  const gateway = built.client('gateway-1', { baseUrl: proxy.baseUrl, events: false });
  const operator = built.client('operator', { events: false });
  /** Harms the first `times` requests of a method, and lets all others pass. */
  const harm = (method: string, fate: Fate, times: number): void => {
    let left = times;
    proxy.fateOf = (request) => (request.method === method && left-- > 0 ? fate : PASS);
  };
  /** Lets back-offs pass until the call has ended. */
  const ended = async <R>(running: Promise<R>): Promise<R> => {
    let over = false;
    const mark = (): void => void (over = true);
    running.then(mark, mark);
    while (!over) await built.clock.advanceAsync(10, 10);
    return running;
  };
  return { ...built, proxy, gateway, operator, harm, ended };
};

const CUTS: [string, Fate][] = [
  ['before its first byte', { kind: 'cut', afterAnswerBytes: 0, how: 'rst' }],
  ['after some bytes', { kind: 'cut', afterAnswerBytes: 40, how: 'fin' }],
];

for (const [where, fate] of CUTS) {
  t.test(`an acquire whose answer is cut ${where}, three times in a row, gets the one grant`, async (t) => {
    const { gateway, operator, harm, ended, proxy } = await begin(t);
    harm('PUT', fate, 3);
    const lease = await ended(gateway.acquire('s'));
    t.equal(proxy.cuts, 3);
    t.match(await operator.inspect('s'), { held: true, fencingToken: lease.fencingToken, holder: 'gateway-1' });
    t.notOk((await operator.inspect('s')).previous, 'and no grant before it');
    t.equal(await lease.release(), 'released');
  });

  t.test(`a renewal whose answer is cut ${where} is sent again, and counts from the sending that was answered`, async (t) => {
    const { gateway, clock, harm, ended } = await begin(t);
    const lease = await gateway.acquire('s', { autoRenew: false });
    clock.advance(20_000);
    harm('POST', fate, 2);
    const before = clock.now().monoMs;
    await ended(lease.renew());
    t.equal(lease.held, true);
    t.ok(lease.remainingMs <= 29_650 - 0 && lease.remainingMs > 29_650 - (clock.now().monoMs - before), `${lease.remainingMs} ms`);
  });

  t.test(`a release whose answer is cut ${where} is still a release`, async (t) => {
    const { gateway, operator, harm, ended } = await begin(t);
    const lease = await gateway.acquire('s');
    harm('DELETE', fate, 2);
    t.equal(await ended(lease.release()), 'released');
    t.match(await operator.inspect('s'), { held: false, previous: { endedBecause: 'released' } });
  });
}

t.test('an acquire that gives up after a lost answer leaves no lease behind', async (t) => {
  const { gateway, operator, harm, ended, requests } = await begin(t);
  harm('PUT', { kind: 'cut', afterAnswerBytes: 0, how: 'rst' }, 1_000);
  await t.rejects(ended(gateway.tryAcquire('s')), { name: 'ServiceUnavailableError', outcome: 'unknown' });
  await ended(gateway.close());
  t.ok(requests.some((request) => request.startsWith('DELETE')));
  t.match(await operator.inspect('s'), { held: false });
});

t.test('a yield request and a revoke are not sent again after a lost answer: they could hit the next holder', async (t) => {
  const { gateway, harm, requests } = await begin(t);
  await gateway.acquire('s');
  harm('POST', { kind: 'cut', afterAnswerBytes: 0, how: 'rst' }, 1);
  await t.rejects(gateway.revoke('s', { reason: 'wedged' }), { name: 'ServiceUnavailableError', outcome: 'unknown' });
  harm('POST', { kind: 'cut', afterAnswerBytes: 0, how: 'rst' }, 1);
  await t.rejects(gateway.requestYield('s'), { name: 'ServiceUnavailableError', outcome: 'unknown' });
  for (const path of ['/revoke', '/yield']) t.equal(requests.filter((request) => request.endsWith(path)).length, 1, path);
});
