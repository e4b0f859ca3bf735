/** Questions to arrays that are sorted by a number, each answered in logarithmic time. */

export const sortedBy = <T>(items: readonly T[], key: (item: T) => number): T[] => items.toSorted((a, b) => key(a) - key(b));

/** How many of `sorted` come before the first for which `isAfter` holds. */
export const countUntil = <T>(sorted: readonly T[], isAfter: (item: T) => boolean): number => {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isAfter(sorted[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
};

/** For each place the smallest value from there to the end. */
export const minimaFrom = (values: readonly number[]): number[] => {
  const minima = values.slice();
  for (let index = minima.length - 2; index >= 0; index -= 1) minima[index] = Math.min(minima[index]!, minima[index + 1]!);
  return minima;
};

/** The largest value, 0 of none; for arrays of any length. */
export const largest = <T>(items: readonly T[], value: (item: T) => number): number => items.reduce((most, item) => Math.max(most, value(item)), 0);
