/** Order statistics; nothing else is said about a sample. */

export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** The value below which `part` (0 to 1) of the sample lies; between two values, their weighted mean. @throws RangeError for an empty sample */
export const quantile = (sample: readonly number[], part: number): number => {
  if (sample.length === 0) throw new RangeError('an empty sample has no quantiles');
  const sorted = sample.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * part;
  const below = Math.floor(place);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (place - below);
};

export const median = (sample: readonly number[]): number => quantile(sample, 0.5);

/** @throws RangeError for an empty sample */
export const spread = (sample: readonly number[]): Spread => ({
  min: quantile(sample, 0),
  median: median(sample),
  max: quantile(sample, 1),
});

/** Run by run, so that what slows the machine for a while slows both sides of a ratio. @throws RangeError when the sides do not pair */
export const pairRatios = (measured: readonly number[], reference: readonly number[]): number[] => {
  if (measured.length !== reference.length) throw new RangeError(`${measured.length} runs do not pair with ${reference.length}`);
  return measured.map((value, run) => {
    const against = reference[run]!;
    if (!(against > 0)) throw new RangeError(`run ${run + 1} has ${against} to compare with`);
    return value / against;
  });
};
