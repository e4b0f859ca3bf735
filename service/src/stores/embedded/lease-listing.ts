/** Listings of live leases: read from the database's index, then looked at in memory, one by one. */
import { LIST_READ_MAX } from '../../session/limits.ts';
import type { LeasePage, LeaseQuery } from '../../session/store.ts';
import type { SessionKey } from '../../session/types.ts';
import type { Perform, ReadPage } from './performing.ts';

/** A page of the keys that were read, up to `LIST_READ_MAX` of them. */
export const leasePage = (perform: Perform, keys: readonly string[], { namespace, prefix = '', holder, limit }: LeaseQuery): ReadPage<LeasePage> => {
  const leases: LeasePage['leases'][number][] = [];
  let durable = 0;
  let last: SessionKey | undefined;
  const page = (nextAfter: SessionKey | undefined): ReadPage<LeasePage> => ({ page: { leases, ...(nextAfter !== undefined && { nextAfter }) }, durable });
  for (const key of keys as readonly SessionKey[]) {
    if (!key.startsWith(prefix)) return page(undefined);
    if (leases.length === limit) return page(last);
    last = key;
    const { outcome: view, durable: writtenIn } = perform({ namespace, key }, { kind: 'inspect' });
    durable = Math.max(durable, writtenIn);
    if (view.held && (holder === undefined || view.holder === holder)) leases.push({ key, view });
  }
  return page(keys.length === LIST_READ_MAX ? last : undefined);
};
