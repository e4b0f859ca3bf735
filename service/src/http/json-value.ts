/** What is wrong with a JSON value, looked at level by level instead of by recursion: what is deep must not cost stack. */

const isNested = (value: unknown): value is object => typeof value === 'object' && value !== null;

/**
 * The first fault, from the outside in, in words: objects and arrays that stand in each other more than `levelsMax`
 * deep, of which text could be made only by as deep a recursion; or a number that was too large to be read, which would
 * be written as null. Undefined for a value that can be written as it is.
 */
export const jsonFault = (value: unknown, levelsMax: number): string | undefined => {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    const below: unknown[] = [];
    for (const one of level) {
      if (one === Infinity || one === -Infinity) return 'must not contain a number beyond 64-bit floating point';
      if (!isNested(one)) continue;
      if (depth === levelsMax) return `must be at most ${levelsMax} levels deep`;
      // One by one: what stands in a body may be too much for the arguments of one call.
      for (const inner of Array.isArray(one) ? one : Object.values(one)) below.push(inner);
    }
    level = below;
  }
  return undefined;
};
