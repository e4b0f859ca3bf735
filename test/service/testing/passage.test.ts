import t from 'tap';
import { startKit } from '../../support/kit.ts';

const SESSION = 'agent:main:feishu:oc_1';

// Services of their own, with clients, are much work for a machine that is busy.
t.setTimeout(120_000);

t.test('a lease that its client renews outlives any advance', async (t) => {
  const { holdfast, client } = await startKit(t);
  const lease = await client('gateway-1').acquire(SESSION);
  await holdfast.advance(10 * 60_000);
  t.equal(lease.held, true);
  t.match(await client('operator').inspect(SESSION), { holder: 'gateway-1', fencingToken: lease.fencingToken });
});

t.test('a lease that nobody renews expires when its time has come', async (t) => {
  const { holdfast, client } = await startKit(t);
  const lease = await client('gateway-1').acquire(SESSION, { autoRenew: false });
  await holdfast.advance(29_000);
  t.equal(lease.held, true);
  await holdfast.advance(1_000);
  t.equal(lease.held, false);
  t.match(await client('operator').inspect(SESSION), { held: false, previous: { endedBecause: 'expired' } });
});

t.test('what a timer starts comes to rest before time goes on', async (t) => {
  const { holdfast } = await startKit(t);
  const { clock, url } = holdfast;
  const ask = async (): Promise<number> => {
    const askedMs = clock.now().monoMs;
    await (await fetch(`${url}/v1`)).text();
    return clock.now().monoMs - askedMs;
  };
  await ask();
  const tookMs: number[] = [];
  for (const delayMs of [1_000, 2_000, 3_000]) clock.after(delayMs, () => void ask().then((ms) => tookMs.push(ms)));
  await holdfast.advance(10_000);
  t.equal(tookMs.length, 3);
  t.ok(Math.min(...tookMs) < 200, `${tookMs.join(', ')} ms`);
});

t.test('time goes on by itself, and waits that end by it are answered', async (t) => {
  const { holdfast, client } = await startKit(t);
  await holdfast.takeOver(SESSION, { ttlMs: 200 });
  t.ok((await client('gateway-1').acquire(SESSION, { waitMs: 10_000 })).held, 'when the rival has expired, in real time');
});

t.test('a day passes quickly', async (t) => {
  const { holdfast, client } = await startKit(t);
  const before = holdfast.clock.now();
  await client('gateway-1').acquire(SESSION, { autoRenew: false });
  await holdfast.advance(24 * 3_600_000);
  const after = holdfast.clock.now();
  t.ok(after.monoMs - before.monoMs >= 24 * 3_600_000);
  t.ok(Math.abs(after.wallUs / 1_000 - before.wallUs / 1_000 - (after.monoMs - before.monoMs)) < 100, 'on both clocks alike');
});

t.test('a timer that throws fails the advance that fired it, and not the next one', async (t) => {
  const { holdfast } = await startKit(t);
  let fired = false;
  holdfast.clock.after(1_000, () => {
    throw new Error('a fault of the test');
  });
  holdfast.clock.after(1_000, () => (fired = true));
  await t.rejects(holdfast.advance(5_000), /a fault of the test/);
  await holdfast.advance(5_000);
  t.equal(fired, true);
});

t.test('two that are asked for at once follow each other', async (t) => {
  const { holdfast } = await startKit(t);
  const startMs = holdfast.clock.now().monoMs;
  await Promise.all([holdfast.advance(5_000), holdfast.advance(5_000)]);
  t.ok(holdfast.clock.now().monoMs - startMs >= 10_000);
});
