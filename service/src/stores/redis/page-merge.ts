/** Joins the parts of a page that the partitions give, each in order, into one page in order. Pure. */

export interface PagePart<Item> {
  /** In order. */
  readonly items: readonly Item[];
  /** The last place that was looked at, where there may be more behind it. */
  readonly cutAfter: Item | undefined;
}

export interface MergedPage<Item> {
  readonly items: readonly Item[];
  /** The place to go on from; undefined at the end. */
  readonly goesOnAfter: Item | undefined;
}

/**
 * At most `limit` items, in order, none passed over: behind the first place where a partition was cut short, that partition may have something
 * that comes earlier than what the others gave. What is left for the next page is given up here and read again.
 */
export const mergePages = <Item>(parts: readonly PagePart<Item>[], limit: number, compare: (a: Item, b: Item) => number): MergedPage<Item> => {
  const cuts = parts.flatMap(({ cutAfter }) => (cutAfter === undefined ? [] : [cutAfter])).toSorted(compare);
  const horizon = cuts[0];
  const all = parts.flatMap(({ items }) => items).toSorted(compare);
  const known = horizon === undefined ? all : all.filter((item) => compare(item, horizon) <= 0);
  const items = known.slice(0, limit);
  if (known.length > limit) return { items, goesOnAfter: items.at(-1) };
  return { items, goesOnAfter: horizon };
};
