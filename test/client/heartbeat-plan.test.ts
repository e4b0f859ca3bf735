import t from 'tap';
import { attemptMs, dueAfterAnswer, dueAfterFailure, dueWhenAsked, inChunks, nextLookMs, pickBatch, type Beat } from '../../client/src/heartbeat-plan.ts';

const beat = (more: Partial<Beat> = {}): Beat => ({ dueAtMs: 10_000, intervalMs: 10_000, lastSentMs: 0, failures: 0, inFlight: false, ...more });

t.test('the next renewal comes up to a fifth early, never late', async (t) => {
  t.equal(dueAfterAnswer(1_000, 10_000, 0), 11_000);
  t.equal(dueAfterAnswer(1_000, 10_000, 0.5), 10_000);
  t.ok(dueAfterAnswer(1_000, 10_000, 0.999_999) > 9_000);
});

t.test('failed renewals are repeated later each time, and several times before the deadline', async (t) => {
  t.equal(dueAfterFailure(0, 1, 20_000, 0), 50);
  t.equal(dueAfterFailure(0, 1, 20_000, 1), 100);
  t.equal(dueAfterFailure(0, 4, 20_000, 1), 800);
  t.equal(dueAfterFailure(0, 40, 20_000, 1), 2_000);
  t.equal(dueAfterFailure(0, 40, 400, 1), 100, 'a quarter of what is left');
  t.equal(dueAfterFailure(0, 1, -5, 1), 1, 'and never at once, or it would spin');
});

t.test('of several endpoints each is asked at once, before anybody waits', async (t) => {
  const dueMs = [1, 2, 3, 4, 5, 6, 7].map((failures) => dueAfterFailure(0, failures, 20_000, 1, 3));
  t.same(dueMs, [0, 0, 100, 0, 0, 200, 0]);
});

t.test('an attempt leaves room for others before the deadline', async (t) => {
  t.equal(attemptMs(30_000), 2_500);
  t.equal(attemptMs(3_000), 1_000);
  t.equal(attemptMs(10), 250);
});

t.test('what events ask for is sent at once, then at most ten times a second', async (t) => {
  t.equal(dueWhenAsked(5_000, -Infinity), 5_000);
  t.equal(dueWhenAsked(5_000, 4_990), 5_090);
});

t.test('who is due takes those along that soon will be', async (t) => {
  const due = beat();
  const soon = beat({ dueAtMs: 12_500 });
  const later = beat({ dueAtMs: 12_501 });
  const underWay = beat({ inFlight: true });
  const backingOff = beat({ dueAtMs: 10_001, failures: 1 });
  t.same(pickBatch([due, soon, later, underWay, backingOff], 10_000), [due, soon]);
  t.same(pickBatch([soon, later], 10_000), [], 'but nobody goes unless somebody has to');
});

t.test('chunks, at their limit and one past it', async (t) => {
  const sizes = (count: number): number[] => inChunks(Array.from({ length: count }), 1_000).map(({ length }) => length);
  t.same(sizes(0), []);
  t.same(sizes(1_000), [1_000]);
  t.same(sizes(1_001), [1_000, 1]);
});

t.test('the plan is looked at again when the first is due that is not under way', async (t) => {
  t.equal(nextLookMs([beat({ dueAtMs: 7 }), beat({ dueAtMs: 3, inFlight: true }), beat({ dueAtMs: 9 })]), 7);
  t.equal(nextLookMs([]), Infinity);
});
