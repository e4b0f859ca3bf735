import t from 'tap';
import { Acquisition, type Wanted } from '../../client/src/acquisition.ts';
import { Departures } from '../../client/src/departures.ts';
import { ServiceUnavailableError, UnauthorizedError } from '../../client/src/errors.ts';
import { silentLogger } from '../../client/src/logger.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { renewalOf } from '../support/holding-facts.ts';
import { ScriptedExchange, turns } from '../support/scripted-exchange.ts';

const GRANT = { session: 's', holder: 'g', fencingToken: 7, ttlMs: 30_000, remainingMs: 30_000, renewAfterMs: 10_000, waitedMs: 0, parkedReplies: 0 };
const HELD = { code: 'lease-held', holder: 'other', heldForMs: 5, remainingMs: 9, currentToken: 3, waiters: 1, waitedMs: 1 };
const ended = { code: 'lease-ended', detail: 'over' };
const lost = (): ServiceUnavailableError => new ServiceUnavailableError('cut off');
const refused = (): ServiceUnavailableError => new ServiceUnavailableError('refused', { outcome: 'not-applied' });

const begin = (more: Partial<Wanted> = {}, endpointCount = 1) => {
  const clock = new FakeClock();
  const exchange = new ScriptedExchange(clock);
  exchange.endpointCount = endpointCount;
  let ids = 0;
  const repeats = { exchange, clock, random: () => 0, closed: new AbortController().signal };
  const departures = new Departures({ ...repeats, logger: silentLogger, withinMs: 5_000 });
  const parts = { ...repeats, randomBytes: (size: number) => Buffer.alloc(size, (ids += 1)), departures, requestTimeoutMs: 5_000 };
  const controller = new AbortController();
  const wanted: Wanted = { session: 's', waitMs: 60_000, request: { holder: 'g' }, signal: controller.signal, ...more };
  const running = new Acquisition(parts, wanted).run();
  running.catch(() => {}); // Each test looks at it when its time has come.
  const idsUsed = (): (string | undefined)[] => exchange.calls.map(({ leaseId }) => leaseId);
  return { clock, exchange, controller, running, idsUsed };
};

t.test('the first request asks for a slice of the wait under an id of 32 random bytes', async (t) => {
  const { exchange, running } = begin();
  const pending = await exchange.next();
  t.match(pending.call, { method: 'PUT', path: '/v1/leases/s', purpose: 'waits', body: { holder: 'g', waitMs: 25_000 } });
  t.match(pending.call.leaseId, /^[A-Za-z0-9_-]{43}$/);
  pending.answer(201, GRANT);
  t.match(await running, { leaseId: pending.call.leaseId, unconfirmed: false, waitedMs: 0 });
});

t.test('without a wait nothing is said of one', async (t) => {
  const { exchange } = begin({ waitMs: 0 });
  const { call } = await exchange.next();
  t.same(call.body, { holder: 'g' });
  t.equal(call.purpose, 'calls');
});

t.test('a long wait is sent in slices, on one lease id, without a pause between them', async (t) => {
  const { clock, exchange, running, idsUsed } = begin();
  const slices: unknown[] = [];
  for (const sliceMs of [25_000, 25_000, 10_000]) {
    const pending = await exchange.next();
    slices.push((pending.call.body as { waitMs: number }).waitMs);
    clock.advance(sliceMs);
    pending.answer(409, { ...HELD, position: 1 });
    await turns();
  }
  t.same(slices, [25_000, 25_000, 10_000]);
  await t.rejects(running, { code: 'lease-held', holder: 'other', waitedMs: 60_000, position: 1 });
  await turns();
  const { call } = await exchange.next();
  t.match(call, { method: 'DELETE', path: '/v1/leases/s' }, 'the place is given up at once, not after its grace');
  t.equal(new Set(idsUsed()).size, 1);
});

t.test('a waited grant counts from the sending of the slice that was answered: the wait, then the offer', async (t) => {
  const { clock, exchange, running } = begin();
  const first = await exchange.next();
  clock.advance(25_000);
  first.answer(409, { ...HELD, position: 1 });
  const second = await exchange.next();
  const sentMs = clock.now().monoMs;
  clock.advance(8_000);
  second.answer(201, { ...GRANT, waitedMs: 7_900, remainingMs: 5_000, confirmWithinMs: 5_000, renewAfterMs: 0 });
  const { validity, unconfirmed, waitedMs } = await running;
  t.equal(validity.deadlineMonoMs, sentMs + 0.99 * 12_900 - 50);
  t.equal(unconfirmed, true);
  t.equal(waitedMs, 32_900, 'all slices together');
});

t.test('a lost answer is asked for again with the same id, and the repeat counts from its own sending', async (t) => {
  const { clock, exchange, running, idsUsed } = begin({ waitMs: 0 });
  const first = await exchange.next();
  clock.advance(1_000);
  first.fail(lost());
  await turns();
  clock.advance(25);
  const second = await exchange.next();
  const sentMs = clock.now().monoMs;
  second.answer(200, { ...GRANT, remainingMs: 28_900 });
  t.equal((await running).validity.deadlineMonoMs, sentMs + 0.99 * 28_900 - 50);
  t.equal(new Set(idsUsed()).size, 1);
  t.equal(exchange.untaken, 0, 'nothing is given back');
});

t.test('a wait whose endpoint dies goes on at the next at once: same id, what is left of the wait, and its own reckoning', async (t) => {
  const { clock, exchange, running, idsUsed } = begin({ waitMs: 20_000 }, 3);
  const first = await exchange.next();
  clock.advance(8_000);
  first.fail(new ServiceUnavailableError('given up'));
  await turns();
  const second = await exchange.next();
  t.match(second.call, { purpose: 'waits', body: { waitMs: 12_000 } });
  second.fail(refused());
  await turns();
  const third = await exchange.next();
  const sentMs = clock.now().monoMs;
  clock.advance(2_000);
  third.answer(200, { ...GRANT, waitedMs: 0, remainingMs: 4_000, renewAfterMs: 0 });
  const { validity, waitedMs } = await running;
  t.equal(validity.deadlineMonoMs, sentMs + 0.99 * 4_000 - 50);
  t.equal(waitedMs, 8_000);
  t.equal(new Set(idsUsed()).size, 1);
});

t.test('when all endpoints have failed there is a pause, and an answer that came too early is no failure of any', async (t) => {
  const { clock, exchange } = begin({}, 2);
  (await exchange.next()).fail(lost());
  await turns();
  (await exchange.next()).fail(lost());
  await turns();
  t.equal(exchange.untaken, 0);
  clock.advance(25);
  await turns();
  (await exchange.next()).answer(409, { ...HELD, position: 1 });
  await turns();
  t.equal(exchange.untaken, 0);
  t.equal(clock.armed, 1);
});

t.test('an id that is over before its repeat is answered is replaced by another', async (t) => {
  const { clock, exchange, running, idsUsed } = begin();
  (await exchange.next()).fail(lost());
  await turns();
  clock.advance(50);
  (await exchange.next()).answer(410, ended);
  (await exchange.next()).answer(201, GRANT);
  const { leaseId } = await running;
  t.same(idsUsed(), [idsUsed()[0], idsUsed()[0], leaseId]);
  t.not(leaseId, idsUsed()[0]);
});

t.test('ids that are over again and again end in an error, not in a loop', async (t) => {
  const { exchange, running } = begin();
  for (let ids = 0; ids < 3; ids += 1) (await exchange.next()).answer(410, ended);
  await t.rejects(running, { code: 'lease-ended', retryable: true });
  t.equal(exchange.calls.length, 3);
});

t.test('a service that is down: tried until wait and timeout are over, then a typed error', async (t) => {
  const { clock, exchange, running } = begin({ waitMs: 3_000 });
  const startMs = clock.now().monoMs;
  let settled = false;
  running.catch(() => (settled = true));
  while (!settled) {
    if (exchange.untaken > 0) (await exchange.next()).fail(refused());
    await turns(2);
    if (!settled) clock.advance(100);
  }
  await t.rejects(running, { code: 'service-unavailable', outcome: 'not-applied' });
  const tookMs = clock.now().monoMs - startMs;
  t.ok(tookMs > 5_000 && tookMs <= 8_000, `${tookMs} ms`);
  t.ok(exchange.calls.length < 30, `${exchange.calls.length} attempts, not a storm`);
  t.notOk(exchange.calls.some(({ method }) => method === 'DELETE'), 'nothing arrived, so nothing is given back');
});

t.test('after an attempt whose fate is unknown the id is given back when the acquire gives up', async (t) => {
  const { clock, exchange, running } = begin({ waitMs: 0 });
  for (;;) {
    const { call, fail } = await exchange.next();
    if (call.method === 'DELETE') break;
    fail(lost());
    for (let waits = 0; waits < 100 && exchange.untaken === 0; waits += 1) {
      await turns(1);
      clock.advance(50);
    }
  }
  await t.rejects(running, { code: 'service-unavailable', outcome: 'unknown' });
});

t.test('an abort while waiting rejects with its reason, cuts the request, and gives the place up', async (t) => {
  const { exchange, controller, running, idsUsed } = begin();
  const { call } = await exchange.next();
  const reason = new Error('the user has left');
  controller.abort(reason);
  await t.rejects(running, reason);
  t.equal(call.signal?.aborted, true);
  t.match((await exchange.next()).call, { method: 'DELETE', leaseId: idsUsed()[0] });
});

t.test('an abort that comes with the grant gives the lease back', async (t) => {
  const { exchange, controller, running } = begin();
  (await exchange.next()).answer(201, GRANT);
  controller.abort(new Error('too late'));
  await t.rejects(running, /too late/);
  t.match((await exchange.next()).call, { method: 'DELETE' });
});

t.test('maxWaiters and a full queue are told at once, and leave nothing to give back', async (t) => {
  for (const [status, body, code] of [[409, HELD, 'lease-held'], [429, { code: 'waiters-full', detail: 'full' }, 'waiters-full']] as const) {
    const { exchange, running } = begin();
    (await exchange.next()).answer(status, body);
    await t.rejects(running, { code });
    await turns();
    t.equal(exchange.untaken, 0);
  }
});

t.test('an answer that comes too early does not make the wait spin', async (t) => {
  const { clock, exchange } = begin();
  (await exchange.next()).answer(409, { ...HELD, position: 1 });
  await turns();
  t.equal(exchange.calls.length, 1);
  clock.advance(100);
  await turns();
  t.equal(exchange.calls.length, 2);
});

t.test('a grant that arrives when nothing of it can be believed is renewed before it is handed over', async (t) => {
  const { clock, exchange, running } = begin();
  const pending = await exchange.next();
  clock.advance(6_000);
  pending.answer(201, { ...GRANT, remainingMs: 5_000, confirmWithinMs: 5_000, renewAfterMs: 0 });
  const renewal = await exchange.next();
  t.match(renewal.call, { method: 'POST', path: '/v1/leases/s/renew' });
  const sentMs = clock.now().monoMs;
  renewal.answer(200, renewalOf());
  const { validity, unconfirmed } = await running;
  t.equal(validity.deadlineMonoMs, sentMs + 29_650);
  t.equal(unconfirmed, false);
});

t.test('and when it has lapsed, the wait begins anew', async (t) => {
  const { clock, exchange, running, idsUsed } = begin();
  const pending = await exchange.next();
  clock.advance(6_000);
  pending.answer(201, { ...GRANT, remainingMs: 5_000, renewAfterMs: 0 });
  (await exchange.next()).answer(410, { code: 'lease-lost', fencingToken: 7, endedBecause: 'expired' });
  const anew = await exchange.next();
  t.match(anew.call, { method: 'PUT', body: { waitMs: 25_000 } });
  anew.answer(201, GRANT);
  await running;
  t.not(idsUsed()[0], idsUsed()[2]);
});

t.test('what another attempt cannot change is told at once', async (t) => {
  const { exchange, running } = begin();
  (await exchange.next()).fail(new UnauthorizedError('no key'));
  await t.rejects(running, { code: 'unauthorized' });
  const other = begin();
  (await other.exchange.next()).answer(400, { code: 'request-invalid', detail: 'body/ttlMs must be >= 1000', requestId: 'r-1' });
  await t.rejects(other.running, { code: 'request-invalid', message: 'body/ttlMs must be >= 1000', requestId: 'r-1' });
});

t.test('a grant without a usable span is an error, and is given back', async (t) => {
  const { exchange, running } = begin();
  (await exchange.next()).answer(201, { ...GRANT, remainingMs: null });
  await t.rejects(running, { code: 'answer-invalid' });
  t.match((await exchange.next()).call, { method: 'DELETE' });
});
