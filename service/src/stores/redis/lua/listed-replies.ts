/** What the two listings of replies across sessions have in common: one partition's part of a page. */
import type { ReplyView } from '../../../session/replies/commands.ts';
import type { ListedPlace, ReplyQuery } from '../../../session/store.ts';
import type { SessionKey } from '../../../session/types.ts';
import { optional, type ScriptArgument, type Told } from '../script.ts';
import { list, number, text } from './reading.ts';
import { readReplyView } from './read-reply-view.ts';

export interface ListedReply {
  /** Where it stands in the listing; it may be told otherwise meanwhile. */
  readonly place: ListedPlace;
  readonly reply: ReplyView;
}

/** One partition's part of a page. */
export interface ListedReplies {
  /** In the order of their places. */
  readonly entries: readonly ListedReply[];
  /** The place that was looked at last, where there may be more behind it. */
  readonly cutAfter: ListedPlace | undefined;
}

export type RepliesAsked = Omit<ReplyQuery, 'due'>;

export const listedRepliesArgs = ({ namespace, state, limit, after }: RepliesAsked): readonly ScriptArgument[] => [
  namespace,
  optional(state),
  limit,
  optional(after?.atMs),
  after?.key ?? '',
  after?.number ?? 0,
];

const readPlace = ([atMs, key, nth]: Told): ListedPlace => ({ atMs: number(atMs), key: text(key) as SessionKey, number: number(nth) });

export const readListedReplies = ([entries, cut]: Told): ListedReplies => {
  const last = list(cut);
  return {
    entries: list(entries).map((entry) => {
      const told = list(entry);
      return { place: readPlace(told), reply: readReplyView(told[3]) };
    }),
    cutAfter: last.length > 0 ? readPlace(last) : undefined,
  };
};
