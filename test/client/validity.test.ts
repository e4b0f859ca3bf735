import fc from 'fast-check';
import t from 'tap';
import type { Now } from '../../client/src/clock.ts';
import { believedMs, combine, DIVERGENCE_MS_MAX, judge, validityOf } from '../../client/src/validity.ts';

const at = (monoMs: number, wallMs = monoMs): Now => ({ monoMs, wallUs: 1_700_000_000_000_000 + wallMs * 1000 });

t.test('an answer is believed for 99 % of its span less 50 ms, counted from the sending of its request', async (t) => {
  const validity = validityOf(at(1_000), 30_000);
  t.equal(validity.deadlineMonoMs, 1_000 + 29_700 - 50);
  t.equal(judge(validity, at(30_649)), 'valid');
  t.equal(judge(validity, at(30_650)), 'over', 'over at the deadline itself');
  t.equal(believedMs(validity, at(30_640)), 10);
  t.equal(believedMs(validity, at(40_000)), 0);
});

t.test('a span too short to be believed is over at once', async (t) => {
  t.equal(judge(validityOf(at(0), 50), at(0)), 'over');
});

t.test('of two answers the later deadline counts, whichever was sent or answered first', async (t) => {
  const renewal = validityOf(at(10_000), 30_000);
  const repeatedGrant = validityOf(at(12_000), 5_000);
  for (const both of [combine(renewal, repeatedGrant), combine(repeatedGrant, renewal)]) {
    t.equal(both.deadlineMonoMs, renewal.deadlineMonoMs);
    t.same(both.sent, at(12_000), 'clocks are compared with the newest request');
  }
});

t.test('a day forward on the wall clock is in doubt until an answer to a later request', async (t) => {
  const dayMs = 86_400_000;
  const before = validityOf(at(0), 30_000);
  t.equal(judge(before, at(1_000, 1_000 + dayMs)), 'uncertain');
  t.equal(judge(before, at(1_000, 1_000 - dayMs)), 'uncertain', 'and a day back');
  t.equal(believedMs(before, at(1_000, 1_000 - dayMs)), 0);
  const after = combine(before, validityOf(at(1_100, 1_100 + dayMs), 30_000));
  t.equal(judge(after, at(1_200, 1_200 + dayMs)), 'valid');
  t.equal(judge(after, at(1_200, 1_200)), 'uncertain', 'the clock that was stepped back again');
});

t.test('where the clocks went apart between two requests, the older answer is worth nothing, however late its deadline', async (t) => {
  const slept = combine(validityOf(at(0), 3_600_000), validityOf(at(10, 1_800_010), 2_000));
  t.equal(slept.deadlineMonoMs, 10 + 1_980 - 50);
});

t.test('a sleep too short to be noticed still counts as time that has passed', async (t) => {
  const validity = validityOf(at(0), 10_000);
  const sleptMs = DIVERGENCE_MS_MAX - 1;
  t.equal(judge(validity, at(9_849 - sleptMs, 9_849)), 'valid');
  t.equal(judge(validity, at(9_850 - sleptMs, 9_850)), 'over');
  t.equal(believedMs(validity, at(9_000, 9_000 + sleptMs)), 850 - sleptMs);
});

t.test('the tolerance is 500 ms, to the millisecond', async (t) => {
  const validity = validityOf(at(0), 10_000);
  t.equal(judge(validity, at(1_000, 1_000 + DIVERGENCE_MS_MAX)), 'valid');
  t.equal(judge(validity, at(1_000, 1_000 + DIVERGENCE_MS_MAX + 1)), 'uncertain');
  t.equal(judge(validity, at(1_000, 1_000 - DIVERGENCE_MS_MAX - 1)), 'uncertain');
});

t.test('S4: no lease is believed longer than it lives, with clock rates up to 1 % apart, sleeps, and renewals in any order', async (t) => {
  // The store's clock is the reference. The client's runs at `rate` of it, stands still while it sleeps, and its wall clock does not.
  const sleepMs = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: DIVERGENCE_MS_MAX }), fc.integer({ min: 0, max: 100_000 }));
  const renewal = fc.record({ sleptMs: sleepMs, gapMs: fc.integer({ min: 0, max: 20_000 }), wayThereMs: fc.integer({ min: 0, max: 3_000 }), ttlMs: fc.integer({ min: 1_000, max: 60_000 }) });
  const history = fc.record({
    rate: fc.double({ min: 0.99, max: 1.01, noNaN: true }),
    renewals: fc.array(renewal, { minLength: 1, maxLength: 5 }),
    sleptMs: sleepMs,
    lookMs: fc.integer({ min: 0, max: 120_000 }),
  });
  const promise = fc.property(history, ({ rate, renewals, sleptMs, lookMs }) => {
    let storeMs = 0;
    let asleepMs = 0;
    let expiresAtMs = 0;
    let validity = undefined as ReturnType<typeof validityOf> | undefined;
    const client = (ms: number): Now => at(ms * rate - asleepMs * rate, ms * rate);
    for (const { gapMs, wayThereMs, ttlMs, sleptMs: sleptBeforeMs } of renewals) {
      storeMs += gapMs + sleptBeforeMs;
      asleepMs += sleptBeforeMs;
      const sent = client(storeMs);
      const arrivedMs = storeMs + wayThereMs;
      expiresAtMs = Math.max(expiresAtMs, arrivedMs + ttlMs);
      const answered = validityOf(sent, expiresAtMs - arrivedMs);
      validity = validity ? combine(answered, validity) : answered;
    }
    const nowMs = storeMs + lookMs + sleptMs;
    asleepMs += sleptMs;
    const believed = judge(validity!, client(nowMs)) === 'valid';
    return !believed || nowMs < expiresAtMs;
  });
  t.doesNotThrow(() => fc.assert(promise, { numRuns: 2_000 }));
});
