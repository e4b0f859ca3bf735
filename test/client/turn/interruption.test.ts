/** Somebody who asks for the session with a grace sets the running turn a deadline, and gets the session by then. */
import t from 'tap';
import { TurnInterruptedError } from '../../../client/src/index.ts';
import { failureOf, SESSION, turnScene } from '../../support/turn-scene.ts';
import { pumped } from '../../support/pumped.ts';
import { until } from '../../support/until.ts';

const held = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));

t.test('onBusy "interrupt": the running turn sees the deadline within 250 ms, ends by it, and the other begins', async (t) => {
  const { holder, client, handlers, clock, arrived } = await turnScene(t);
  await holder.inspect('another session');
  const seen: { deadlineInMs?: number | undefined; afterMs?: number } = {};
  let askedMs = Infinity;
  let running = false;
  const first = failureOf(holder.turn(SESSION, handlers(async (context) => {
    running = true;
    context.lease.onYield(() => Object.assign(seen, { deadlineInMs: context.deadlineInMs, afterMs: clock.now().monoMs - askedMs }));
    t.equal(context.deadlineInMs, undefined);
    return held(context.signal);
  })));
  await until('it generates', () => running);
  await pumped(clock, arrived('POST /v1/heartbeats'), 1);
  const second = client('gateway-2').turn(SESSION, handlers(() => 'urgent'), { onBusy: 'interrupt', interrupt: { graceMs: 40_000, reason: 'a newer message' } });
  await arrived('PUT', 2);
  askedMs = clock.now().monoMs;
  // The time that real sockets take is in it: a millisecond here is one there, or more.
  await pumped(clock, until('the request is seen', () => seen.afterMs !== undefined), 1);
  t.ok(seen.afterMs! <= 250, `seen after ${seen.afterMs} ms`);
  t.ok(seen.deadlineInMs! > 37_000 && seen.deadlineInMs! <= 38_000, `2 s before the end: ${seen.deadlineInMs}`);
  const startMs = clock.now().monoMs;
  const error = await pumped(clock, first, 50);
  t.type(error, TurnInterruptedError);
  t.match(error, { by: 'gateway-2', reason: 'a newer message' });
  t.ok(clock.now().monoMs - startMs <= 38_500);
  t.match(await pumped(clock, second), { outcome: 'delivered', reply: 'urgent' });
});

t.test('a generation that does not heed it is preempted, and its reply comes after the other', async (t) => {
  const { holder, client, handlers, clock, arrived, queued, gateway } = await turnScene(t);
  let finish = (): void => {};
  let running = false;
  const first = holder.turn(SESSION, handlers(async ({ lease }) => {
    running = true;
    await new Promise<void>((resolve) => (finish = resolve));
    t.equal(lease.signal.aborted, true);
    return 'paid for';
  }));
  await until('it generates', () => running);
  await pumped(clock, arrived('POST /v1/heartbeats'), 1);
  const second = client('gateway-2').turn(SESSION, handlers(async () => {
    finish();
    await queued(SESSION, 1);
    return 'urgent';
  }), { onBusy: 'interrupt', interrupt: { graceMs: 1_000 } });
  await pumped(clock, queued(SESSION, 1), 1);
  const both = Promise.all([first, second]);
  t.match(await pumped(clock, both, 50), [{ outcome: 'delivered', takeovers: 1 }, { outcome: 'delivered', takeovers: 0 }]);
  t.strictSame(gateway.sent.map(({ reply }) => reply), ['paid for', 'urgent'], 'the older token is attempted first, by whoever holds the session');
});

t.test('the reserve is a quarter of a short grace', async (t) => {
  const { holder, handlers, clock, arrived, client } = await turnScene(t);
  let told: number | undefined;
  let running = false;
  const turn = failureOf(holder.turn(SESSION, handlers(async (context) => {
    running = true;
    context.lease.onYield(() => (told = context.deadlineInMs));
    return held(context.signal);
  }), { ttlMs: 1_000 }));
  await until('it generates', () => running);
  await pumped(clock, arrived('POST /v1/heartbeats'), 1);
  await client('operator', { events: false }).requestYield(SESSION, { graceMs: 400 });
  await pumped(clock, until('the request is seen', () => told !== undefined), 1);
  t.ok(told! > 0 && told! <= 750, `${told}`);
  t.type(await pumped(clock, turn), TurnInterruptedError);
});

t.test('a plea without a grace sets no deadline', async (t) => {
  const { turn, holder, client } = await turnScene(t);
  const result = await turn(async ({ lease, signal }) => {
    const asked = new Promise((resolve) => lease.onYield(resolve));
    await client('operator', { events: false }).requestYield(SESSION, {});
    await holder.inspect(SESSION);
    await lease.renew();
    t.match(await asked, { by: 'operator' });
    t.equal(signal.aborted, false);
    return 'hello';
  });
  t.match(result, { outcome: 'delivered' });
});

t.test('a deadline of a lease that was lost is not the next one’s', async (t) => {
  const { turn, client, holder, clock } = await turnScene(t);
  const result = await turn(async (context) => {
    await client('operator', { events: false }).requestYield(SESSION, { graceMs: 60_000 });
    await context.lease.renew();
    await until('the deadline stands', () => context.deadlineInMs !== undefined);
    await holder.revoke(SESSION, { reason: 'a takeover' });
    await until('the loss is known', () => !context.lease.held);
    return context.retry(async () => {
      t.equal(context.deadlineInMs, undefined);
      await clock.advanceAsync(70_000, 1_000);
      t.equal(context.signal.aborted, false);
      return 'hello';
    });
  });
  t.match(result, { outcome: 'delivered' });
});

t.test('after the generation nothing interrupts the turn', async (t) => {
  const { turn, client, gateway, clock } = await turnScene(t);
  gateway.onDeliver = async (_reply, { signal }) => {
    await client('operator', { events: false }).requestYield(SESSION, { graceMs: 1_000 });
    await clock.advanceAsync(2_000);
    t.equal(signal.aborted, false);
  };
  t.match(await turn(() => 'hello'), { outcome: 'delivered' });
});
