/** What JSON values are made of, looked at level by level instead of by recursion: what is deep must not cost stack. */

const isNested = (value: unknown): value is object => typeof value === 'object' && value !== null;

function* levelsOf(value: unknown): Generator<readonly unknown[], void> {
  for (let level: unknown[] = [value]; level.length > 0; level = level.filter(isNested).flatMap((nested) => Object.values(nested))) yield level;
}

/** Whether objects and arrays stand in each other more than so many levels deep. */
export const isDeeperThan = (value: unknown, levelsMax: number): boolean => {
  let depth = 0;
  for (const level of levelsOf(value)) {
    if (depth === levelsMax) return level.some(isNested);
    depth += 1;
  }
  return false;
};

/** Whether a number in it was too large to be read: JSON has a way to write it, and none to write what came of it. */
export const hasInfinity = (value: unknown): boolean => {
  for (const level of levelsOf(value)) if (level.includes(Infinity) || level.includes(-Infinity)) return true;
  return false;
};
