/** Conformance: the queue, offers, and what time alone brings to those who wait. */
import type { Test } from 'tap';
import { connectionOf, type OpenUnderTest } from './store-under-test.ts';

export const waitingRules = async (t: Test, open: OpenUnderTest): Promise<void> => {
  const store = await open(t);
  const fresh = async (session: string): Promise<void> => {
    store.takeWakes(session);
    await store.takeEvents(session);
  };

  t.test('on release the first waiter is woken with the grant, and nobody else', async (t) => {
    await store.take('handoff', 'a');
    await fresh('handoff');
    t.strictSame([await store.wait('handoff', 'b'), await store.wait('handoff', 'c')], [{ kind: 'waiting' }, { kind: 'waiting' }]);
    store.clock.advance(700);
    await store.release('handoff', 'a');
    t.match(store.takeWakes('handoff'), [{ connection: connectionOf('handoff', 'b'), outcome: { kind: 'granted', confirmWithinMs: 5_000, waitedMs: 700, renewAfterMs: 0 } }]);
    t.strictSame(
      (await store.takeEvents('handoff')).map(({ type, holder }) => [type, holder]),
      [
        ['waiting', 'holder of a'],
        ['waiting', 'holder of a'],
        ['ended', 'holder of a'],
        ['granted', 'holder of b'],
      ],
    );
    t.match(await store.renew('handoff', 'b'), { kind: 'renewed', remainingMs: 30_000, waiters: 1 });
  });

  t.test('fifty waiters are served in order, the background after the foreground', async (t) => {
    await store.take('fifty', 'a');
    const ids = Array.from({ length: 50 }, (_, index) => ({ id: `w${index}`, background: index % 5 === 0 }));
    for (const { id, background } of ids) await store.wait('fifty', id, { background });
    await fresh('fifty');
    await store.release('fifty', 'a');
    for (const { id } of ids.toSorted((a, b) => Number(a.background) - Number(b.background))) {
      t.match(store.takeWakes('fifty'), [{ connection: connectionOf('fifty', id), outcome: { kind: 'granted' } }]);
      await store.release('fifty', id);
    }
  });

  t.test('a lease that expires while somebody waits is handed on in that moment, untouched', async (t) => {
    await store.take('expiry', 'a', { ttlMs: 10_000 });
    await store.wait('expiry', 'b');
    await fresh('expiry');
    await store.pass(9_999, 'expiry');
    t.strictSame(store.takeWakes('expiry'), []);
    store.clock.advance(1);
    await store.inspect('another session');
    await store.inspect('expiry');
    t.match(store.takeWakes('expiry'), [{ connection: connectionOf('expiry', 'b'), outcome: { kind: 'granted', waitedMs: 10_000 } }]);
    t.match(await store.takeEvents('expiry'), [{ type: 'ended', endedBecause: 'expired' }, { type: 'granted' }]);
  });

  t.test('time is acted on by itself: nobody has to look', async (t) => {
    await store.take('alone', 'a', { ttlMs: 10_000 });
    await store.wait('alone', 'b');
    await fresh('alone');
    store.clock.advance(10_000);
    // Real time here is only what a commit takes.
    for (let turn = 0; turn < 1_000 && !store.wakes.some(({ connection }) => connection === connectionOf('alone', 'b')); turn += 1) await new Promise((resolve) => setTimeout(resolve, 1));
    t.match(store.takeWakes('alone'), [{ connection: connectionOf('alone', 'b'), outcome: { kind: 'granted' } }]);
  });

  t.test('a wait that is over is answered, and its ticket lives on by five seconds', async (t) => {
    await store.take('patience', 'a', { ttlMs: 60_000 });
    await store.wait('patience', 'b', { waitMs: 2_000 });
    await store.wait('patience', 'c');
    await fresh('patience');
    await store.pass(2_000, 'patience');
    t.match(store.takeWakes('patience'), [{ connection: connectionOf('patience', 'b'), outcome: { kind: 'lease-held', position: 1, waitedMs: 2_000, waiters: 2 } }]);
    await store.pass(4_999, 'patience');
    t.match(await store.inspect('patience'), { waiters: [{ holder: 'holder of b' }, { holder: 'holder of c' }] });
    await store.pass(1, 'patience');
    t.strictSame((await store.inspect('patience')).waiters.map(({ holder }) => holder), ['holder of c']);
    t.match(await store.takeEvents('patience'), [{ type: 'left' }]);
  });

  t.test('a newer connection takes the ticket over, and the close of the older changes nothing', async (t) => {
    await store.take('takeover', 'a', { ttlMs: 60_000 });
    await store.wait('takeover', 'b', { connection: connectionOf('takeover', 'old') });
    await store.wait('takeover', 'c');
    await fresh('takeover');
    await store.wait('takeover', 'b', { connection: connectionOf('takeover', 'new') });
    t.match(store.takeWakes('takeover'), [{ connection: connectionOf('takeover', 'old'), outcome: { kind: 'lease-held', position: 1 } }]);
    await store.disconnect('takeover', 'b', connectionOf('takeover', 'old'));
    await store.pass(10_000, 'takeover');
    await store.release('takeover', 'a');
    t.match(store.takeWakes('takeover'), [{ connection: connectionOf('takeover', 'new'), outcome: { kind: 'granted' } }]);
  });

  t.test('an offer that nobody confirms lapses after five seconds', async (t) => {
    await store.take('lapse', 'a');
    await store.wait('lapse', 'b');
    await store.wait('lapse', 'c');
    await store.release('lapse', 'a');
    await fresh('lapse');
    await store.pass(4_999, 'lapse');
    t.strictSame(store.takeWakes('lapse'), []);
    await store.pass(1, 'lapse');
    t.match(store.takeWakes('lapse'), [{ connection: connectionOf('lapse', 'c'), outcome: { kind: 'granted' } }]);
    t.match(await store.renew('lapse', 'b'), { kind: 'lease-lost', endedBecause: 'expired', successor: { holder: 'holder of c' } });
  });

  t.test('an absent waiter is offered the session for the rest of its grace', async (t) => {
    await store.take('absent', 'a');
    await store.wait('absent', 'b');
    await store.wait('absent', 'c');
    await store.disconnect('absent', 'b');
    await store.pass(3_000, 'absent');
    await fresh('absent');
    await store.release('absent', 'a');
    t.strictSame(store.takeWakes('absent'), []);
    t.match(await store.wait('absent', 'b', { connection: connectionOf('absent', 'back') }), { kind: 'granted', repeated: true, confirmWithinMs: 2_000 });
    await store.pass(2_000, 'absent');
    t.match(store.takeWakes('absent'), [{ connection: connectionOf('absent', 'c'), outcome: { kind: 'granted' } }]);
  });

  t.test('a waiter leaves by release', async (t) => {
    await store.take('leaving', 'a');
    await store.wait('leaving', 'b');
    await fresh('leaving');
    t.match(await store.release('leaving', 'b'), { kind: 'released' });
    t.strictSame(store.takeWakes('leaving'), [{ connection: connectionOf('leaving', 'b'), outcome: { kind: 'lease-ended' } }]);
    t.match(await store.wait('leaving', 'b'), { kind: 'lease-ended' });
  });

  t.test('maxWaiters and the limit of 1,000 refuse new tickets only', async (t) => {
    await store.take('full', 'a', { ttlMs: 60_000 });
    await store.wait('full', 'w0');
    t.match(await store.wait('full', 'x', { maxWaiters: 1 }), { kind: 'lease-held', waiters: 1 });
    for (let index = 1; index < 1_000; index += 1) await store.wait('full', `w${index}`);
    t.match(await store.wait('full', 'x'), { kind: 'waiters-full', waiters: 1_000 });
    t.match(await store.wait('full', 'w999', { connection: connectionOf('full', 'again'), maxWaiters: 1 }), { kind: 'waiting' });
  });

  t.test('a foreground waiter asks a background holder to yield', async (t) => {
    await store.take('background', 'a', { background: true });
    await store.wait('background', 'b', { holder: 'urgent' });
    t.match(await store.renew('background', 'a'), { yieldRequest: { by: 'urgent' }, waiters: 1 });
  });
};
