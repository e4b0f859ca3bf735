/** A reply is generated once, while the session is held as well as can be; a loss costs no attempt that is under way. */
import t from 'tap';
import { HoldTooShortError, LeaseEndedError, LeaseLostError, type GenerateContext, type Lease } from '../../../client/src/index.ts';
import { failureOf, SESSION, turnScene } from '../../support/turn-scene.ts';
import { pumped } from '../../support/pumped.ts';
import { until } from '../../support/until.ts';

const RESET = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });

t.test('a provider’s resets are retried inside the lease', async (t) => {
  const { turn } = await turnScene(t);
  const attempts: number[] = [];
  const result = await turn(({ retry }) =>
    retry(({ attempt }) => {
      attempts.push(attempt);
      if (attempt < 4) throw RESET;
      return 'at last';
    }),
  );
  t.match(result, { outcome: 'delivered', reply: 'at last', takeovers: 0 });
  t.strictSame(attempts, [1, 2, 3, 4]);
});

t.test('a loss leaves the attempt in flight alone, and the next one begins once the session is regained', async (t) => {
  const { turn, takeOver, gateway } = await turnScene(t);
  const tokens: number[] = [];
  const result = await turn((context) =>
    context.retry(async ({ attempt, signal }) => {
      tokens.push(context.lease.fencingToken);
      t.equal(context.lease.held, true);
      if (attempt > 1) return 'at last';
      const { lease } = context;
      await takeOver();
      await until('the loss is known', () => lease.signal.aborted);
      t.equal(signal.aborted, false);
      t.equal(context.signal.aborted, false);
      throw RESET;
    }),
  );
  t.match(result, { outcome: 'delivered', takeovers: 1, fencingToken: tokens[1] });
  t.ok(tokens[1]! > tokens[0]!);
  t.match(gateway.commits, [{ context: { rebase: true } }], 'what it was made of is as old as its beginning');
});

t.test('what a finished attempt gave counts, though the session was lost', async (t) => {
  const { turn, takeOver } = await turnScene(t);
  let calls = 0;
  const result = await turn(({ retry }) =>
    retry(async () => {
      calls += 1;
      await takeOver();
      return 'paid for';
    }),
  );
  t.match(result, { outcome: 'delivered', reply: 'paid for', takeovers: 1 });
  t.equal(calls, 1);
});

t.test('the time that the session takes to come back is not the attempt’s', async (t) => {
  const { holder, handlers, client, clock, queued, takeOver } = await turnScene(t);
  let rival: Lease | undefined;
  const running = holder.turn(SESSION, handlers(({ retry }) =>
    retry(async ({ attempt, signal }) => {
      if (attempt > 1) return signal.aborted ? 'too late' : 'in time';
      await takeOver();
      rival = await client('gateway-3', { events: false }).acquire(SESSION);
      throw RESET;
    }, { attemptTimeoutMs: 2_000 }),
  ));
  await pumped(clock, queued(SESSION, 1));
  // Timeouts of attempts are real, so this waits for more than one of them.
  const begunMs = performance.now();
  await pumped(clock, until('an attempt would have timed out', () => performance.now() - begunMs > 2_200));
  await rival!.release();
  t.match(await pumped(clock, running), { outcome: 'delivered', reply: 'in time' });
});

t.test('where the session cannot be regained, the next attempt is not begun, and the loss is the turn’s error', async (t) => {
  const { turn, takeOver, holder } = await turnScene(t);
  let calls = 0;
  const generate = ({ retry }: GenerateContext<string>): Promise<string> =>
    retry(async () => {
      calls += 1;
      await takeOver();
      throw RESET;
    });
  t.type(await failureOf(turn(generate, { reacquisitions: 0 })), LeaseLostError);
  t.equal(calls, 1);
  t.equal((await holder.inspect(SESSION)).held, false);
});

t.test('onLost "abort": the loss aborts the generation, and is the turn’s error', async (t) => {
  const { turn, takeOver, holder, requests } = await turnScene(t);
  const generate = async ({ retry }: GenerateContext<string>): Promise<string> =>
    retry(async ({ signal }) => {
      await takeOver();
      await until('it is aborted', () => signal.aborted);
      throw signal.reason;
    });
  t.match(await failureOf(turn(generate, { onLost: 'abort' })), { name: 'LeaseLostError', endedBecause: 'revoked' });
  t.equal((await holder.inspect(SESSION)).held, false);
  t.notOk(requests.some((request) => request.includes('/replies/')));
});

t.test('onLost "abort": what is finished all the same is kept, and brought to its end', async (t) => {
  const { turn, takeOver } = await turnScene(t);
  const result = await turn(async ({ signal }) => {
    await takeOver();
    await until('it is aborted', () => signal.aborted);
    return 'just finished';
  }, { onLost: 'abort' });
  t.match(result, { outcome: 'delivered', takeovers: 1 });
});

t.test('an attempt that the longest hold would cut off is refused early', async (t) => {
  const { turn } = await turnScene(t);
  t.type(await failureOf(turn(({ retry }) => retry(() => 'never', { attemptNeedsMs: 60_000 }), { maxHoldMs: 10_000 })), HoldTooShortError);
});

t.test('a retry that is given up does not wait for the session, and what still comes back is given back', async (t) => {
  const { holder, handlers, client, clock, queued, takeOver } = await turnScene(t);
  const own = new AbortController();
  const given = new Error('changed my mind');
  let rival: Lease | undefined;
  const running = failureOf(holder.turn(SESSION, handlers(async ({ retry }) =>
    retry(async () => {
      await takeOver();
      rival = await client('gateway-3', { events: false }).acquire(SESSION);
      throw RESET;
    }, { signal: own.signal }),
  )));
  await pumped(clock, queued(SESSION, 1));
  own.abort(given);
  t.equal(await pumped(clock, running), given);
  await queued(SESSION, 0);
  await rival!.release();
  t.equal((await holder.inspect(SESSION)).held, false);
});

t.test('a turn that has ended takes no lease any more, whoever still uses its context', async (t) => {
  for (const onLost of ['finish', 'abort'] as const) {
    const { turn, holder } = await turnScene(t);
    let kept: GenerateContext<string> | undefined;
    await turn((context) => {
      kept = context;
      return 'hello';
    }, { onLost });
    t.type(await failureOf(kept!.retry(() => 'never')), LeaseEndedError);
    t.equal((await holder.inspect(SESSION)).held, false);
  }
});

t.test('two retries that wait for the session share it', async (t) => {
  const { turn, takeOver, requests } = await turnScene(t);
  const result = await turn(async ({ retry, lease }) => {
    await takeOver();
    await until('the loss is known', () => lease.signal.aborted);
    const before = requests.length;
    const both = await Promise.all([retry(() => 'a'), retry(() => 'b')]);
    t.equal(requests.slice(before).filter((request) => request.startsWith('PUT')).length, 1);
    return both.join('');
  });
  t.match(result, { outcome: 'delivered', reply: 'ab', takeovers: 1 });
});

t.test('a generation that shows no progress loses its lease, also one that was come back to', async (t) => {
  const { turn, clock } = await turnScene(t, { events: false });
  const result = await turn(async (context) => {
    const { lease } = context;
    clock.advance(10_000);
    clock.pause(29_800);
    t.equal(lease.held, false);
    return context.retry(async () => {
      t.not(context.lease, lease);
      // Time goes on slowly enough for heartbeats to be answered, if any were sent.
      const startMs = clock.now().monoMs;
      await pumped(clock, until('two TTLs have passed', () => clock.now().monoMs - startMs > 60_000), 50);
      t.equal(context.lease.held, false, 'it is not renewed either');
      return 'hello';
    });
  }, { progressTimeoutMs: 5_000 });
  t.match(result, { outcome: 'delivered' });
});
