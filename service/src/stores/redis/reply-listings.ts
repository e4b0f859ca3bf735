/** Listings of replies across sessions, over all partitions. */
import type { ListedPlace, ReplyPage, ReplyQuery } from '../../session/store.ts';
import { partLimit, type RunScript } from './listings.ts';
import { listAllRepliesScript } from './lua/list-all-replies.ts';
import { listDueRepliesScript } from './lua/list-due-replies.ts';
import type { ListedReply } from './lua/listed-replies.ts';
import { mergePages } from './page-merge.ts';
import { ALL_PARTITIONS } from './partitions.ts';

interface Entry {
  readonly place: ListedPlace;
  readonly listed?: ListedReply;
}

const inOrder = (a: Entry, b: Entry): number =>
  a.place.atMs - b.place.atMs || Buffer.compare(Buffer.from(a.place.key), Buffer.from(b.place.key)) || a.place.number - b.place.number;

/** A page of replies, or of the heads that are due. */
export const listReplies = async (run: RunScript, { due, ...query }: ReplyQuery): Promise<ReplyPage> => {
  const script = due ? listDueRepliesScript : listAllRepliesScript;
  const asked = { ...query, limit: partLimit(query.limit) };
  const parts = await Promise.all(ALL_PARTITIONS.map((partition) => run(script, partition, asked)));
  const merged = mergePages<Entry>(
    parts.map(({ outcome: { entries, cutAfter } }) => ({
      items: entries.map((listed) => ({ place: listed.place, listed })),
      cutAfter: cutAfter && { place: cutAfter },
    })),
    query.limit,
    inOrder,
  );
  return {
    replies: merged.items.flatMap(({ listed }) => (listed ? [{ key: listed.place.key, reply: listed.reply }] : [])),
    ...(merged.goesOnAfter && { nextAfter: merged.goesOnAfter.place }),
  };
};
