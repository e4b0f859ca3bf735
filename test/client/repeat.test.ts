import t from 'tap';
import { ServiceUnavailableError, StoreMismatchError, UnauthorizedError } from '../../client/src/errors.ts';
import { ATTEMPT_MS_MAX, repeat } from '../../client/src/repeat.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { ScriptedExchange, turns } from '../support/scripted-exchange.ts';

const begin = (options: { withinMs: number; safe?: boolean }) => {
  const clock = new FakeClock();
  const exchange = new ScriptedExchange(clock);
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

t.test('a command that must not be carried out twice is repeated only while nothing was sent', async (t) => {
  const { clock, exchange, running } = begin({ withinMs: 5_000, safe: false });
  (await exchange.next()).fail(new ServiceUnavailableError('refused', { outcome: 'not-applied' }));
  await turns();
  clock.advance(100);
  (await exchange.next()).fail(new ServiceUnavailableError('cut off'));
  await t.rejects(running, { code: 'service-unavailable', outcome: 'unknown' });
  t.equal(exchange.calls.length, 2);
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
