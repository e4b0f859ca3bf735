/** The demo's chance comes from its seed, and is as even as it claims. */
import t from 'tap';
import { chance, logNormal, normal, type Random, seededRandom, uniform, wholeNumber } from '../../../demo/workload/random.ts';

const DRAWS = 20_000;
const draw = <Drawn>(from: (random: Random) => Drawn, seed = 7): Drawn[] => {
  const random = seededRandom(seed);
  return Array.from({ length: DRAWS }, () => from(random));
};
const mean = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
const quantile = (numbers: readonly number[], share: number): number => numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length * share)] as number;
const isNear = (found: number, wanted: number, tolerance: number): boolean => Math.abs(found - wanted) <= tolerance;

t.test('the same seed gives the same numbers, and another one gives others', async (t) => {
  t.strictSame(draw((random) => random(), 1), draw((random) => random(), 1));
  t.notSame(draw((random) => random(), 1).slice(0, 5), draw((random) => random(), 2).slice(0, 5));
});

t.test('the numbers are at least 0, less than 1, and evenly spread', async (t) => {
  const numbers = draw((random) => random());
  t.ok(numbers.every((number) => number >= 0 && number < 1));
  const tenths = Array.from({ length: 10 }, (_, index) => numbers.filter((number) => Math.floor(number * 10) === index).length);
  t.ok(tenths.every((count) => isNear(count, DRAWS / 10, 200)), tenths.join(' '));
  const pairs = numbers.slice(1).filter((number, index) => number < 0.5 === (numbers[index] as number) < 0.5).length;
  t.ok(isNear(pairs / DRAWS, 0.5, 0.02), 'a number says nothing about the next');
});

t.test('uniform, wholeNumber and chance keep to their bounds and shares', async (t) => {
  t.ok(draw((random) => uniform(random, 5, 30)).every((number) => number >= 5 && number < 30));
  t.strictSame([...new Set(draw((random) => wholeNumber(random, 1, 5)))].sort(), [1, 2, 3, 4, 5]);
  t.ok(isNear(draw((random) => chance(random, 0.2)).filter(Boolean).length / DRAWS, 0.2, 0.01));
});

t.test('normal has mean 0 and deviation 1', async (t) => {
  const numbers = draw(normal);
  t.ok(isNear(mean(numbers), 0, 0.03));
  t.ok(isNear(mean(numbers.map((number) => number ** 2)), 1, 0.04));
});

t.test('logNormal has the median and the 95th percentile that it is given', async (t) => {
  const numbers = draw((random) => logNormal(random, 60, 240));
  t.ok(isNear(quantile(numbers, 0.5), 60, 2), String(quantile(numbers, 0.5)));
  t.ok(isNear(quantile(numbers, 0.95), 240, 12), String(quantile(numbers, 0.95)));
});
