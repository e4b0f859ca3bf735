/** Listings: what a majority of the nodes has filed, joined in order, each session then looked at as any reader would. */
import { StoreUnavailableError } from '../../session/errors.ts';
import { LIST_READ_MAX } from '../../session/limits.ts';
import type { SessionView } from '../../session/commands.ts';
import type { LeasePage, LeaseQuery, ListedPlace } from '../../session/store.ts';
import type { SessionKey } from '../../session/types.ts';
import { mergePages } from '../redis/page-merge.ts';
import { decide } from './asking.ts';
import type { FiledPage, ListingPort } from './listing-port.ts';
import { NodeSilentError } from './node-port.ts';
import { majorityOf, type Said } from './rules/majority.ts';

/** Sessions of one page that are looked at at the same time. */
const LOOKS_AT_ONCE = 50;

const inByteOrder = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

export const byPlace = (a: ListedPlace, b: ListedPlace): number => a.atMs - b.atMs || inByteOrder(a.key, b.key) || a.number - b.number;

type Answered<T> = { readonly kind: 'answered'; readonly value: T };

/** What each of a majority has answered. @throws StoreUnavailableError where no majority answers */
export const askMajority = async <Node, T>(nodes: readonly Node[], ask: (node: Node) => Promise<T>): Promise<readonly T[]> => {
  const needed = majorityOf(nodes.length);
  const asks = nodes.map((node) =>
    ask(node).then(
      (value): Answered<T> => ({ kind: 'answered', value }),
      (error: unknown) => {
        if (error instanceof NodeSilentError) return { kind: 'silent' as const, wasSent: error.wasSent };
        throw error;
      },
    ),
  );
  const answers = await decide(asks, (said: readonly Said<Answered<T>>[]) => {
    const values = said.flatMap((one) => (one?.kind === 'answered' ? [one.value] : []));
    return values.length >= needed ? values : undefined;
  });
  if (answers === undefined) throw new StoreUnavailableError(`No majority of the ${nodes.length} Redis answers.`, 'not-applied');
  return answers;
};

/** What several nodes have filed, without repeats: up to the first place where one of them was cut short. */
export const joined = <Place>(pages: readonly FiledPage<Place>[], compare: (a: Place, b: Place) => number): FiledPage<Place> => {
  const parts = pages.map(({ places, isCut }) => ({ items: places, cutAfter: isCut ? places.at(-1) : undefined }));
  const { items, goesOnAfter } = mergePages<Place>(parts, LIST_READ_MAX, compare);
  const once = items.filter((place, nth) => nth === 0 || compare(items[nth - 1]!, place) !== 0);
  return { places: once, isCut: goesOnAfter !== undefined };
};

/** Looks at many, a bounded number at a time, in order. */
export const inOrder = async <Item, Seen>(items: readonly Item[], look: (item: Item) => Promise<Seen>): Promise<readonly Seen[]> => {
  const seen: Seen[] = [];
  for (let first = 0; first < items.length; first += LOOKS_AT_ONCE) seen.push(...(await Promise.all(items.slice(first, first + LOOKS_AT_ONCE).map(look))));
  return seen;
};

/** A page of live leases. Those of other holders count as looked at. */
export const leasePage = async (nodes: readonly ListingPort[], inspect: (key: SessionKey) => Promise<SessionView>, { namespace, prefix = '', holder, limit, after = '' }: LeaseQuery): Promise<LeasePage> => {
  // Of those of one holder there may be few among many.
  const read = holder === undefined ? Math.min(LIST_READ_MAX, limit + 1) : LIST_READ_MAX;
  const { places, isCut } = joined(await askMajority(nodes, (node) => node.leasedKeys({ namespace, prefix, after, limit: read })), inByteOrder);
  const views = await inOrder(places, async (key) => ({ key, view: await inspect(key) }));
  const leases: LeasePage['leases'][number][] = [];
  let last: SessionKey | undefined;
  for (const { key, view } of views) {
    if (leases.length === limit) return { leases, ...(last !== undefined && { nextAfter: last }) };
    last = key;
    if (view.held && (holder === undefined || view.holder === holder)) leases.push({ key, view });
  }
  return { leases, ...(isCut && last !== undefined && { nextAfter: last }) };
};
