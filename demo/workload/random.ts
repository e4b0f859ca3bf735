/** Randomness from a seed, so that a run can be repeated: the same seed gives the same workload on every machine. */

/** Answers the next number of its sequence, at least 0 and less than 1. */
export type Random = () => number;

const TWO_TO_32 = 2 ** 32;

/**
 * Mulberry32: 32 bits of state, one step a number. Small and even enough to plan a workload; never for secrets.
 * @param seed an integer from 0 to 2^32 - 1
 */
export const seededRandom = (seed: number): Random => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / TWO_TO_32;
  };
};

/** A number between `low` and `high`, all equally likely. */
export const uniform = (random: Random, low: number, high: number): number => low + (high - low) * random();

/** A whole number from `low` to `high`, both included. */
export const wholeNumber = (random: Random, low: number, high: number): number => low + Math.floor((high - low + 1) * random());

/** True in `share` of all cases. */
export const chance = (random: Random, share: number): boolean => random() < share;

/** A standard normal number, by the transform of Box and Muller. */
export const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()); // 1 - random() is never 0

const NORMAL_P95 = 1.6448536269514722; // 95 of 100 standard normal numbers are smaller

/** A log-normal number, given by its median and its 95th percentile. */
export const logNormal = (random: Random, median: number, p95: number): number =>
  median * Math.exp((Math.log(p95 / median) / NORMAL_P95) * normal(random));
