/** Listings over all partitions: each gives its part in order, and the parts are joined. */
import { LIST_READ_MAX } from '../../session/limits.ts';
import type { LeasePage, LeaseQuery } from '../../session/store.ts';
import type { SessionKey } from '../../session/types.ts';
import { listLeasesScript } from './lua/list-leases.ts';
import { mergePages } from './page-merge.ts';
import { ALL_PARTITIONS } from './partitions.ts';
import type { Ran } from './script-runner.ts';
import type { Script } from './script.ts';

/** Runs a script in one partition. */
export type RunScript = <Given, Read>(script: Script<Given, Read>, partition: number, given: Given) => Promise<Ran<Read>>;

/** Read beyond its share of a page, a partition that has more than others does not cut the page short. */
const SHARES_READ = 4;

/** How many entries to look at in each partition for a page of `limit`. */
export const partLimit = (limit: number): number => Math.min(LIST_READ_MAX, Math.ceil((SHARES_READ * limit) / ALL_PARTITIONS.length) + 1);

const inByteOrder = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

type Listed = LeasePage['leases'][number];
type Place = { readonly key: SessionKey; readonly listed?: Listed };

/** A page of live leases. Those of other holders count as looked at, so a page may be short, or empty, and still not be the last. */
export const listLeases = async (run: RunScript, { namespace, prefix = '', holder, limit, after = '' }: LeaseQuery): Promise<LeasePage> => {
  const asked = { namespace, prefix, after, limit: holder === undefined ? partLimit(limit) : LIST_READ_MAX / 10 };
  const parts = await Promise.all(ALL_PARTITIONS.map((partition) => run(listLeasesScript, partition, asked)));
  const merged = mergePages<Place>(
    parts.map(({ outcome: { sessions, cutAfter } }) => ({
      items: sessions.flatMap(({ key, view }) => (view.held && (holder === undefined || view.holder === holder) ? [{ key, listed: { key, view } }] : [])),
      cutAfter: cutAfter === undefined ? undefined : { key: cutAfter },
    })),
    limit,
    (a, b) => inByteOrder(a.key, b.key),
  );
  return { leases: merged.items.flatMap(({ listed }) => (listed ? [listed] : [])), ...(merged.goesOnAfter && { nextAfter: merged.goesOnAfter.key }) };
};
