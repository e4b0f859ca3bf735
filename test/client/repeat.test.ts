import t from 'tap';
import { ServiceUnavailableError, StoreMismatchError, UnauthorizedError } from '../../client/src/errors.ts';
import { ATTEMPT_MS_MAX, repeat } from '../../client/src/repeat.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { ScriptedExchange, turns } from '../support/scripted-exchange.ts';

const begin = (options: { withinMs: number; safe?: boolean }, endpointCount = 1) => {
  const clock = new FakeClock();
  const exchange = new ScriptedExchange(clock);
  exchange.endpointCount = endpointCount;
  const closing = new AbortController();
  const controller = new AbortController();
  const running = repeat({ exchange, clock, random: () => 0, closed: closing.signal }, { method: 'GET', path: '/', purpose: 'calls', signal: controller.signal }, options);
  running.catch(() => {}); // Each test looks at it when its time has come.
  return { clock, exchange, running, closing, controller };
};

t.test('a refusal is an answer, and is not repeated', async (t) => {
  const { exchange, running } = begin({ withinMs: 5_000 });
  (await exchange.next()).answer(409, { code: 'lease-held' });
  t.equal((await running).status, 409);
  t.equal(exchange.calls.length, 1);
});

t.test('a call that was not answered is repeated, later each time, within its span', async (t) => {
  const { clock, exchange, running } = begin({ withinMs: 1_000 });
  const atMs: number[] = [];
  const startMs = clock.now().monoMs;
  let settled = false;
  running.catch(() => (settled = true));
  while (!settled) {
    if (exchange.untaken > 0) {
      atMs.push(clock.now().monoMs - startMs);
      (await exchange.next()).fail(new ServiceUnavailableError('down'));
    }
    await turns(2);
    if (!settled) clock.advance(5);
  }
  const pausesMs = atMs.slice(1).map((ms, index) => ms - atMs[index]!);
  t.equal(pausesMs.length, 5);
  // The least that jitter leaves, and up to two of the test's own steps.
  [25, 50, 100, 200, 400].forEach((leastMs, index) => t.ok(pausesMs[index]! >= leastMs && pausesMs[index]! <= leastMs + 10, `${pausesMs[index]} ms`));
  await t.rejects(running, { code: 'service-unavailable' });
});

t.test('an attempt has at most its own time, and the last one what is left', async (t) => {
  const { clock, exchange } = begin({ withinMs: 3_000 });
  const first = await exchange.next();
  t.equal(first.call.timeoutMs, ATTEMPT_MS_MAX);
  clock.advance(2_000);
  first.fail(new ServiceUnavailableError('silent'));
  await turns();
  clock.advance(25);
  t.equal((await exchange.next()).call.timeoutMs, 975);
});

t.test('of several endpoints each is asked at once; only when all have failed there is a pause', async (t) => {
  const { clock, exchange } = begin({ withinMs: 5_000 }, 3);
  for (let round = 1; round <= 3; round += 1) {
    for (let endpoint = 1; endpoint <= 3; endpoint += 1) {
      t.equal(exchange.untaken, 1, `round ${round}, endpoint ${endpoint}`);
      (await exchange.next()).fail(new ServiceUnavailableError('the store is away', { code: 'store-unavailable', outcome: 'not-applied' }));
      await turns();
    }
    t.equal(exchange.untaken, 0, 'nobody is asked twice without a pause');
    t.equal(clock.armed, 1);
    clock.advance(25 * 2 ** (round - 1) - 1);
    await turns();
    t.equal(exchange.untaken, 0, 'the pause grows with the rounds');
    clock.advance(1);
    await turns();
  }
});

t.test('an attempt takes only its endpoint’s part of the time, so that even the last one is asked', async (t) => {
  const { clock, exchange } = begin({ withinMs: 5_000 }, 3);
  const startMs = clock.now().monoMs;
  for (let endpoint = 1; endpoint <= 3; endpoint += 1) {
    const { call, fail } = await exchange.next();
    t.ok(Math.abs(call.timeoutMs - 5_000 / 3) < 1, `${call.timeoutMs} ms`);
    if (endpoint === 3) break;
    clock.advance(call.timeoutMs);
    fail(new ServiceUnavailableError('silent'));
    await turns();
  }
  t.ok(clock.now().monoMs - startMs < 3_400);
  t.equal((await begin({ withinMs: 2_000 }, 8).exchange.next()).call.timeoutMs, 1_000, 'but a second at least');
});

t.test('a command that must not be carried out twice is repeated only while nothing was sent', async (t) => {
  const { clock, exchange, running } = begin({ withinMs: 5_000, safe: false });
  (await exchange.next()).fail(new ServiceUnavailableError('refused', { outcome: 'not-applied' }));
  await turns();
  clock.advance(100);
  (await exchange.next()).fail(new ServiceUnavailableError('cut off'));
  await t.rejects(running, { code: 'service-unavailable', outcome: 'unknown' });
  t.equal(exchange.calls.length, 2);
  const several = begin({ withinMs: 5_000, safe: false }, 3);
  (await several.exchange.next()).fail(new ServiceUnavailableError('shutting down', { code: 'shutting-down', outcome: 'not-applied' }));
  (await several.exchange.next()).fail(new ServiceUnavailableError('reset'));
  await t.rejects(several.running, { code: 'service-unavailable', outcome: 'unknown' });
  t.equal(several.exchange.calls.length, 2, 'also where there is another endpoint');
});

t.test('a missing key and the wrong store are not repeated; another endpoint may have the right one', async (t) => {
  for (const error of [new UnauthorizedError('no'), new StoreMismatchError('other')]) {
    const { exchange, running } = begin({ withinMs: 5_000 });
    (await exchange.next()).fail(error);
    await t.rejects(running, error);
  }
  const { clock, exchange, running } = begin({ withinMs: 5_000 });
  (await exchange.next()).fail(new StoreMismatchError('other', { retryable: true }));
  await turns();
  clock.advance(100);
  (await exchange.next()).answer(200);
  t.equal((await running).status, 200);
});

t.test('an abort, and the end of the client, end the pause too, and leave no timer', async (t) => {
  for (const which of ['controller', 'closing'] as const) {
    const begun = begin({ withinMs: 5_000 });
    (await begun.exchange.next()).fail(new ServiceUnavailableError('down'));
    await turns();
    t.equal(begun.clock.armed, 1);
    begun[which].abort(new Error(which));
    await t.rejects(begun.running, new Error(which));
    t.equal(begun.clock.armed, 0);
  }
});
