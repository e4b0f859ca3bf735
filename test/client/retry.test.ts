import { getEventListeners } from 'node:events';
import t from 'tap';
import { LeaseEndedError, LeaseHeldError, LeaseLostError } from '../../client/src/errors.ts';
import { silentLogger } from '../../client/src/logger.ts';
import { retryWhileHeld, type Attempt, type RetryOptions } from '../../client/src/retry.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { turns } from '../support/scripted-exchange.ts';

const RESET = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
const LOSS = new LeaseLostError({ session: 's', fencingToken: 7, endedBecause: 'expired' });

const begin = (fn: (attempt: Attempt) => unknown, options: RetryOptions = {}, holdRemainingMs = () => Infinity) => {
  const clock = new FakeClock();
  const end = new AbortController();
  const parts = { clock, socketClock: clock, random: () => 1, logger: silentLogger, session: 's', endSignal: end.signal, holdRemainingMs };
  const running = retryWhileHeld(async (attempt) => fn(attempt), options, parts);
  running.catch(() => {}); // Each test looks at it when its time has come.
  return { clock, end, running };
};

/** Fails as told, one error an attempt, then succeeds. */
const failing = (...errors: unknown[]) => {
  const attempts: number[] = [];
  const call = ({ attempt }: Attempt): string => {
    attempts.push(attempt);
    if (errors.length > 0) throw errors.shift();
    return 'reply';
  };
  return { call, attempts };
};

t.test('five resets in a row, and the reply comes all the same', async (t) => {
  const { call, attempts } = failing(RESET, RESET, RESET, RESET, RESET);
  const { clock, running } = begin(call);
  await clock.advanceAsync(60_000, 500);
  t.equal(await running, 'reply');
  t.same(attempts, [1, 2, 3, 4, 5, 6]);
  t.equal(clock.armed, 0);
});

t.test('after the last attempt the provider’s own error comes out, unwrapped', async (t) => {
  const last = Object.assign(new Error('last'), { status: 503 });
  const { clock, running } = begin(failing(RESET, last).call, { attempts: 2 });
  await clock.advanceAsync(5_000, 500);
  t.equal(await running.catch((error: unknown) => error), last);
});

t.test('a permanent error comes out at once', async (t) => {
  const refusal = Object.assign(new Error('bad prompt'), { status: 400 });
  const { running } = begin(failing(refusal).call);
  t.equal(await running.catch((error: unknown) => error), refusal);
});

t.test('contention met inside the call comes out as it is, and is not retried', async (t) => {
  const held = new LeaseHeldError({ session: 'x', holder: 'b', heldForMs: 1, remainingMs: 1, currentToken: 1, waiters: 0, waitedMs: 0 });
  const { call, attempts } = failing(held);
  t.equal(await begin(call).running.catch((error: unknown) => error), held);
  t.same(attempts, [1]);
});

t.test('Retry-After is kept', async (t) => {
  const { call, attempts } = failing(Object.assign(new Error('slow down'), { status: 429, headers: { 'retry-after': '20' } }));
  const { clock, running } = begin(call, { baseMs: 0 });
  await turns();
  clock.advance(19_999);
  await turns();
  t.same(attempts, [1]);
  clock.advance(1);
  t.equal(await running, 'reply');
});

t.test('a loss while the provider is being asked: the attempt is aborted, the loss comes out, with the echo as its cause', async (t) => {
  const { end, running } = begin(({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('Request was aborted.')))));
  end.abort(LOSS);
  const error = (await running.catch((thrown: unknown) => thrown)) as LeaseLostError;
  t.match(error, { code: 'lease-lost', endedBecause: 'expired' });
  t.match(error.cause, { message: 'Request was aborted.' });
});

t.test('a loss during the back-off ends it, with the provider’s error as its cause', async (t) => {
  const { clock, end, running } = begin(failing(RESET).call);
  await turns();
  end.abort(LOSS);
  const error = (await running.catch((thrown: unknown) => thrown)) as LeaseLostError;
  t.match(error, { code: 'lease-lost' });
  t.equal(error.cause, RESET);
  t.equal(clock.armed, 0);
});

t.test('a permanent refusal of the provider stays one, whatever has become of the lease', async (t) => {
  const refusal = Object.assign(new Error('bad prompt'), { status: 400 });
  const { end, running } = begin(async () => {
    await turns(1);
    end.abort(LOSS);
    throw refusal;
  });
  t.equal(await running.catch((error: unknown) => error), refusal);
});

t.test('a reply that is paid for is never dropped for a loss', async (t) => {
  const { end, running } = begin(async () => {
    await turns(1);
    end.abort(LOSS);
    return 'reply';
  });
  t.equal(await running, 'reply');
});

t.test('a lease that is over already is not retried under', async (t) => {
  const clock = new FakeClock();
  const parts = { clock, socketClock: clock, random: () => 1, logger: silentLogger, session: 's', holdRemainingMs: () => Infinity };
  const { call, attempts } = failing();
  await t.rejects(retryWhileHeld(call, {}, { ...parts, endSignal: AbortSignal.abort(LOSS) }), { code: 'lease-lost' });
  await t.rejects(retryWhileHeld(call, {}, { ...parts, endSignal: AbortSignal.abort(new LeaseEndedError('released')) }), { code: 'lease-ended' });
  t.same(attempts, []);
});

t.test('the caller’s own signal ends attempt and back-off, with its reason', async (t) => {
  const controller = new AbortController();
  const { running } = begin(failing(RESET).call, { signal: controller.signal });
  await turns();
  controller.abort(new Error('the user has left'));
  await t.rejects(running, /the user has left/);
  t.equal(getEventListeners(controller.signal, 'abort').length, 0);
  await t.rejects(begin(failing().call, { signal: controller.signal }).running, /the user has left/);
});

t.test('an attempt that takes too long is aborted, and counts as timed out', async (t) => {
  const signals: AbortSignal[] = [];
  const hanging = ({ signal, attempt }: Attempt): unknown => {
    signals.push(signal);
    return attempt === 2 ? 'reply' : new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('some abort'))));
  };
  const { clock, running } = begin(hanging, { attemptTimeoutMs: 1_000 });
  await clock.advanceAsync(3_000, 250);
  t.equal(await running, 'reply');
  t.equal(signals[0]?.aborted, true);
  t.equal(signals[1]?.aborted, false);
  t.equal(clock.armed, 0);
});

t.test('an attempt that the remaining hold cannot cover is refused, before the first and before a later one', async (t) => {
  const { call, attempts } = failing();
  await t.rejects(begin(call, { attemptNeedsMs: 10_000 }, () => 9_999).running, { code: 'hold-too-short', holdRemainingMs: 9_999 });
  t.same(attempts, []);
  const later = begin(failing(RESET).call, { attemptNeedsMs: 10_000 }, () => 10_000);
  const error = (await later.running.catch((thrown: unknown) => thrown)) as Error;
  t.match(error, { code: 'hold-too-short' });
  t.equal(error.cause, RESET);
});

t.test('options that nobody could act on are named', async (t) => {
  for (const options of [{ attempts: 0 }, { attempts: 1.5 }, { baseMs: -1 }, { attemptNeedsMs: Number.NaN }]) {
    await t.rejects(begin(() => 'reply', options).running, { code: 'request-invalid', message: new RegExp(Object.keys(options)[0] ?? '') });
  }
});

t.test('many retries leave no listeners on the lease', async (t) => {
  const clock = new FakeClock();
  const end = new AbortController();
  const parts = { clock, socketClock: clock, random: () => 0, logger: silentLogger, session: 's', endSignal: end.signal, holdRemainingMs: () => Infinity };
  for (let calls = 0; calls < 20; calls += 1) {
    const running = retryWhileHeld(failing(RESET).call, {}, parts);
    await clock.advanceAsync(50, 10);
    await running;
  }
  t.equal(getEventListeners(end.signal, 'abort').length, 0);
});
