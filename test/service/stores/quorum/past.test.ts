import t from 'tap';
import { fateOf, NO_PAST, withWrite, type Past } from '../../../../service/src/stores/quorum/past.ts';

const pastOf = (...numbers: readonly number[]): Past => numbers.reduce((past, number) => withWrite(past, { number, step: 0 }), NO_PAST);

t.test('a write is in the past of every state that came of it', async (t) => {
  const past = pastOf(10, 20, 30);
  for (const number of [10, 20, 30]) t.equal(fateOf({ number, step: 0 }, past), 'done');
  for (const number of [9, 15, 31]) t.equal(fateOf({ number, step: 0 }, past), 'undone');
  t.equal(fateOf({ number: 1, step: 0 }, NO_PAST), 'undone');
});

t.test('steps under one number take one place, and the last of them tells of those before', async (t) => {
  let past = pastOf(10);
  for (let step = 0; step < 40; step += 1) past = withWrite(past, { number: 20, step });
  t.strictSame(past, [[10, 0], [20, 39]]);
  t.equal(fateOf({ number: 20, step: 39 }, past), 'done');
  t.equal(fateOf({ number: 20, step: 40 }, past), 'undone');
  t.equal(fateOf({ number: 10, step: 1 }, past), 'undone');
});

t.test('it is bounded, and says so where it does not reach back', async (t) => {
  const numbers = Array.from({ length: 16 }, (_, nth) => 100 + 10 * nth);
  const full = pastOf(...numbers);
  t.equal(full.length, 16);
  t.equal(fateOf({ number: 100, step: 0 }, full), 'done');
  t.equal(fateOf({ number: 105, step: 0 }, full), 'undone');
  t.equal(fateOf({ number: 95, step: 0 }, full), 'unknown', 'what came before the oldest');
  t.equal(fateOf({ number: 95, step: 0 }, pastOf(...numbers.slice(1))), 'undone', 'one that is not full has all there was');
  const moved = withWrite(full, { number: 300, step: 0 });
  t.equal(moved.length, 16);
  t.equal(fateOf({ number: 100, step: 0 }, moved), 'unknown');
});
