import { AsyncLocalStorage } from 'node:async_hooks';
import t from 'tap';
import { Heartbeats } from '../../client/src/heartbeats.ts';
import { Holding, type HoldingFacts } from '../../client/src/holding.ts';
import { ServiceUnavailableError } from '../../client/src/errors.ts';
import { validityOf } from '../../client/src/validity.ts';
import { silentLogger } from '../../client/src/logger.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { factsOf, renewalOf } from '../support/holding-facts.ts';
import { ScriptedExchange, turns, type PendingCall } from '../support/scripted-exchange.ts';

const leasesIn = ({ call }: PendingCall): { session: string; leaseId: string }[] => (call.body as { leases: { session: string; leaseId: string }[] }).leases;
const answerHeld = (pending: PendingCall, more: object = {}): void =>
  pending.answer(200, { results: leasesIn(pending).map(() => ({ status: 'held', ...renewalOf(more) })) });

const begin = (random = () => 0) => {
  const clock = new FakeClock();
  const exchange = new ScriptedExchange(clock);
  const heartbeats = new Heartbeats({ exchange, clock, random, logger: silentLogger });
  const hold = (session: string, more: Partial<HoldingFacts> = {}, unconfirmed = false): Holding => {
    const facts = factsOf(clock, { session, leaseId: `id of ${session}`, ...more });
    const holding = new Holding(facts, { clock, onUncertain: (one) => heartbeats.ask(one), onOver: (one) => heartbeats.remove(one) });
    heartbeats.add(holding, { renewAtMs: clock.now().monoMs + (unconfirmed ? 0 : 10_000), unconfirmed });
    return holding;
  };
  return { clock, exchange, heartbeats, hold };
};

t.test('one request carries all leases of the client', async (t) => {
  const { clock, exchange, hold } = begin();
  const holdings = ['a', 'b', 'c'].map((session) => hold(session));
  await turns();
  clock.advance(9_999);
  t.equal(exchange.calls.length, 0);
  clock.advance(1);
  const pending = await exchange.next();
  t.match(pending.call, { method: 'POST', path: '/v1/heartbeats', purpose: 'heartbeats' });
  t.same(leasesIn(pending), ['a', 'b', 'c'].map((session) => ({ session, leaseId: `id of ${session}` })));
  answerHeld(pending);
  await turns();
  t.ok(holdings.every(({ remainingMs }) => remainingMs === 29_650));
  clock.advance(9_999);
  t.equal(exchange.calls.length, 1, 'and the next goes an interval later');
  clock.advance(1);
  t.equal(exchange.calls.length, 2);
});

t.test('1,000 leases go in one request, 1,001 in two', async (t) => {
  for (const [count, requests] of [[1_000, 1], [1_001, 2]] as const) {
    const { clock, exchange, hold } = begin();
    for (let index = 0; index < count; index += 1) hold(`s${index}`);
    await turns();
    clock.advance(10_000);
    t.equal(exchange.calls.length, requests, `${count}`);
  }
});

t.test('validity counts from the sending, however long the answer takes', async (t) => {
  const { clock, exchange, hold } = begin();
  const holding = hold('a');
  await turns();
  clock.advance(10_000);
  const pending = await exchange.next();
  clock.advance(2_000);
  answerHeld(pending);
  await turns();
  t.equal(holding.remainingMs, 29_650 - 2_000);
});

t.test('an offer is confirmed in the same turn, also for an owner who renews by himself, and until it is answered', async (t) => {
  const { clock, exchange, hold } = begin();
  const holding = hold('a', { autoRenew: false }, true);
  await Promise.resolve();
  const pending = await exchange.next();
  pending.fail(new ServiceUnavailableError('down'));
  await turns();
  clock.advance(100);
  answerHeld(await exchange.next());
  await turns();
  clock.advance(20_000);
  t.equal(exchange.calls.length, 2, 'after that its owner renews');
  t.equal(holding.held, true);
});

t.test('a failed heartbeat is no loss: it is repeated until the deadline, and then the lease is lost', async (t) => {
  const { clock, exchange, hold } = begin();
  const holding = hold('a');
  await turns();
  clock.advance(10_000);
  for (let failures = 0; clock.now().monoMs < holding.deadlineMonoMs - 500; failures += 1) {
    (await exchange.next()).fail(new ServiceUnavailableError('down'));
    await turns();
    t.equal(holding.held, true, `failure ${failures}`);
    while (exchange.untaken === 0 && holding.phase === 'live') clock.advance(50);
  }
  clock.advance(500);
  t.equal(holding.phase, 'lost');
  t.ok(exchange.calls.length > 8, `${exchange.calls.length} attempts`);
  t.ok(exchange.calls.length < 40, 'and not a storm of them');
  clock.advance(60_000);
  const { length } = exchange.calls;
  clock.advance(60_000);
  t.equal(exchange.calls.length, length, 'a lost lease is not renewed');
});

t.test('each lease of a batch has its own verdict', async (t) => {
  const { clock, exchange, hold } = begin();
  const [held, lost, unknown, gone, newer] = ['a', 'b', 'c', 'd', 'e'].map((session) => hold(session)) as [Holding, Holding, Holding, Holding, Holding];
  await turns();
  clock.advance(10_000);
  (await exchange.next()).answer(200, {
    results: [
      { status: 'held', ...renewalOf() },
      { status: 'lost', fencingToken: 7, endedBecause: 'preempted', currentToken: 9, successor: { holder: 'gateway-2' } },
      { status: 'unknown' },
      { status: 'not-found' },
      { status: 'a status of tomorrow' },
    ],
  });
  await turns();
  t.equal(held.remainingMs, 29_650);
  t.match(lost.lossSignal.reason, { code: 'lease-lost', endedBecause: 'preempted', successor: { holder: 'gateway-2' } });
  t.match(gone.lossSignal.reason, { code: 'lease-lost', endedBecause: undefined });
  for (const holding of [unknown, newer]) t.equal(holding.held, true);
  clock.advance(100);
  t.same(leasesIn(await exchange.next()).map(({ session }) => session), ['c', 'e'], 'no verdict is asked for again, soon');
});

for (const [what, body] of [
  ['too few results', { results: [] }],
  ['no results', {}],
  ['a span that is none', { results: [{ status: 'held', ...renewalOf({ remainingMs: 'long' }) }] }],
  ['nothing', undefined],
] as const) {
  t.test(`an answer with ${what} is no answer`, async (t) => {
    const { clock, exchange, hold } = begin();
    const holding = hold('a');
    await turns();
    clock.advance(10_000);
    (await exchange.next()).answer(200, body);
    await turns();
    t.equal(holding.remainingMs, 19_650, 'neither renewed nor lost');
    clock.advance(100);
    t.equal(exchange.calls.length, 2);
  });
}

t.test('a batch stays a batch, whatever jitter says, and after a failure too', async (t) => {
  let fraction = 0;
  const { clock, exchange, hold } = begin(() => (fraction = (fraction + 0.37) % 1));
  for (let index = 0; index < 100; index += 1) hold(`s${index}`);
  await turns();
  for (const outcome of ['held', 'failed', 'failed', 'held', 'held']) {
    while (exchange.untaken === 0) clock.advance(10);
    t.equal(exchange.untaken, 1);
    const pending = await exchange.next();
    t.equal(leasesIn(pending).length, 100, outcome);
    if (outcome === 'held') answerHeld(pending);
    else pending.fail(new ServiceUnavailableError('down'));
    await turns();
  }
});

t.test('a service that wants the next renewal at once does not make it spin', async (t) => {
  const { clock, exchange, hold } = begin();
  hold('a');
  await turns();
  clock.advance(10_000);
  answerHeld(await exchange.next(), { renewAfterMs: 0 });
  await turns();
  clock.advance(99);
  t.equal(exchange.calls.length, 1);
  clock.advance(1);
  t.equal(exchange.calls.length, 2);
});

t.test('an event asks for a heartbeat at once, many in a row for one more', async (t) => {
  const { clock, exchange, heartbeats, hold } = begin();
  const holding = hold('a');
  await turns();
  heartbeats.ask(holding);
  heartbeats.ask(holding);
  const first = await exchange.next();
  heartbeats.ask(holding);
  heartbeats.ask(holding);
  answerHeld(first);
  await turns();
  t.equal(exchange.calls.length, 1);
  clock.advance(99);
  t.equal(exchange.calls.length, 1);
  clock.advance(1);
  t.equal(exchange.calls.length, 2, 'what came while one was under way is asked again: the answer may be older');
  answerHeld(await exchange.next());
  await turns();
  clock.advance(1_000);
  t.equal(exchange.calls.length, 2);
});

t.test('a holder that makes no progress is not renewed, until it does', async (t) => {
  const { clock, exchange, heartbeats, hold } = begin();
  const holding = hold('a', { progressTimeoutMs: 5_000 });
  await turns();
  clock.advance(12_000);
  t.equal(exchange.calls.length, 0);
  heartbeats.ask(holding);
  await turns();
  t.equal(exchange.calls.length, 0, 'whoever waits');
  holding.progress();
  heartbeats.resume(holding);
  answerHeld(await exchange.next());
  await turns();
  t.equal(holding.remainingMs, 29_650);
});

t.test('a holder that makes no progress does not go along with others either', async (t) => {
  const { clock, exchange, hold } = begin();
  hold('a');
  await turns();
  clock.advance(1_000);
  hold('stalled', { progressTimeoutMs: 5_000 });
  await turns();
  clock.advance(9_000);
  t.same(leasesIn(await exchange.next()).map(({ session }) => session), ['a']);
});

t.test('the endpoints are asked one after another at once: even a lease of 1 s survives two that are silent', async (t) => {
  const { clock, exchange, heartbeats } = begin();
  exchange.endpointCount = 3;
  const facts = factsOf(clock, { ttlMs: 1_000, validity: validityOf(clock.now(), 1_000) });
  const holding = new Holding(facts, { clock, onUncertain: () => {}, onOver: (one) => heartbeats.remove(one) });
  heartbeats.add(holding, { renewAtMs: clock.now().monoMs + 333, unconfirmed: false });
  await turns();
  clock.advance(333);
  for (let silent = 1; silent <= 2; silent += 1) {
    const { call, fail } = await exchange.next();
    t.equal(call.timeoutMs, 250);
    clock.advance(call.timeoutMs);
    fail(new ServiceUnavailableError('silent', { code: 'service-silent' }));
    await turns();
    t.equal(exchange.untaken, 1, 'and the next is asked without a pause');
  }
  t.equal(holding.held, true);
  answerHeld(await exchange.next(), { ttlMs: 1_000, remainingMs: 1_000, renewAfterMs: 333 });
  await turns();
  t.equal(holding.remainingMs, 940);
});

t.test('one lease without a verdict does not make its endpoint suspect; a batch without any does', async (t) => {
  const { clock, exchange, hold } = begin();
  exchange.endpointCount = 2;
  hold('a');
  hold('b');
  await turns();
  clock.advance(10_000);
  const first = await exchange.next();
  t.match(first.call.faultIn?.({ status: 200, body: { results: [{ status: 'unknown' }, { status: 'unknown' }] } }), { code: 'store-unavailable' });
  first.answer(200, { results: [{ status: 'held', ...renewalOf() }, { status: 'unknown' }] });
  await turns();
  t.equal(exchange.calls.length, 1, 'not at once: it is the same endpoint that would be asked');
  clock.advance(50);
  await turns();
  t.same(leasesIn(await exchange.next()).map(({ session }) => session), ['b']);
});

t.test('a refused heartbeat is no verdict on any lease', async (t) => {
  const { clock, exchange, hold } = begin();
  const holding = hold('a');
  await turns();
  clock.advance(10_000);
  (await exchange.next()).answer(404, { code: 'not-found', detail: 'no such address' });
  await turns();
  t.equal(holding.held, true);
  clock.advance(100);
  t.equal(exchange.calls.length, 2);
});

t.test('a holder that makes no progress loses its lease', async (t) => {
  const { clock, exchange, hold } = begin();
  const holding = hold('a', { progressTimeoutMs: 5_000 });
  await turns();
  clock.advance(29_650);
  t.equal(holding.phase, 'lost');
  t.equal(exchange.calls.length, 0);
});

t.test('whether a lease still stands is asked even for an owner who renews by himself', async (t) => {
  const { exchange, heartbeats, hold } = begin();
  const holding = hold('a', { autoRenew: false });
  heartbeats.ask(holding);
  await turns();
  t.equal(exchange.calls.length, 0);
  heartbeats.ask(holding, true);
  (await exchange.next()).answer(200, { results: [{ status: 'lost', endedBecause: 'revoked' }] });
  await turns();
  t.match(holding.lossSignal.reason, { endedBecause: 'revoked' });
});

t.test('a renewal sent elsewhere puts the next heartbeat off', async (t) => {
  const { clock, exchange, heartbeats, hold } = begin();
  const holding = hold('a');
  await turns();
  clock.advance(5_000);
  heartbeats.answered(holding, clock.now().monoMs, 10_000);
  await turns();
  clock.advance(9_999);
  t.equal(exchange.calls.length, 0);
  clock.advance(1);
  t.equal(exchange.calls.length, 1);
});

t.test('a heartbeat does not run in the asynchronous context of whoever took the lease', async (t) => {
  const { clock, exchange, hold } = begin();
  const storage = new AsyncLocalStorage<string>();
  const seen: unknown[] = [];
  const { send } = exchange;
  exchange.send = (call) => {
    seen.push(storage.getStore());
    return send.call(exchange, call);
  };
  storage.run('a turn', () => hold('a', {}, true));
  answerHeld(await exchange.next());
  await turns();
  clock.advance(10_000);
  t.same(seen, [undefined, undefined]);
});

t.test('a released lease is in no later heartbeat, and nothing is left running after stop', async (t) => {
  const { clock, exchange, heartbeats, hold } = begin();
  const released = hold('a');
  const kept = hold('b');
  await turns();
  released.end('released');
  clock.advance(10_000);
  const pending = await exchange.next();
  t.same(leasesIn(pending).map(({ session }) => session), ['b']);
  heartbeats.stop();
  t.equal(pending.call.signal?.aborted, true);
  await turns();
  t.equal(clock.armed, 1, 'the deadline of the lease that is left');
  kept.end('left');
  t.equal(clock.armed, 0);
});
