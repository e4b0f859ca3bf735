/** Takes what is asked of many sessions apart, by partition. */
import { partitionOf } from './partitions.ts';

/** Sessions that one script looks at: it holds up everybody else while it runs. */
const IN_ONE_SCRIPT_MAX = 100;

/** By partition, and no more at once than a script may look at. */
export const inParts = <T extends { readonly name: string }>(asked: readonly T[]): readonly (readonly [number, readonly T[]])[] => {
  const byPartition = Map.groupBy(asked, ({ name }) => partitionOf(name));
  return [...byPartition].flatMap(([partition, part]) =>
    Array.from({ length: Math.ceil(part.length / IN_ONE_SCRIPT_MAX) }, (_, nth) => [partition, part.slice(nth * IN_ONE_SCRIPT_MAX, (nth + 1) * IN_ONE_SCRIPT_MAX)] as const),
  );
};
