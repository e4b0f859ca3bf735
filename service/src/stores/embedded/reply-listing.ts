/** Listings of replies across sessions. Each entry is looked at in memory and told as it stands now, whatever index it was found in. */
import type { Clock } from '../../clock.ts';
import { LIST_READ_MAX } from '../../session/limits.ts';
import { courierDueAt } from '../../session/replies/due.ts';
import { headOf } from '../../session/replies/order.ts';
import { replyView } from '../../session/replies/views.ts';
import type { ListedPlace, ReplyPage, ReplyQuery } from '../../session/store.ts';
import type { Reply, ReplyState, SessionKey } from '../../session/types.ts';
import type { Perform, ReadPage } from './performing.ts';
import type { ReplyIndexes } from './reply-indexes.ts';
import type { ListedReply, ReplyRange } from './reply-tables.ts';
import type { Entry, SessionTable } from './session-table.ts';

const STATES = ['parked', 'sending', 'unknown', 'dead', 'delivered', 'superseded'] as const satisfies readonly ReplyState[];

export interface ReplyListingParts {
  readonly clock: Clock;
  readonly table: SessionTable;
  readonly indexes: ReplyIndexes;
  readonly perform: Perform;
}

export class ReplyListing {
  readonly #parts: ReplyListingParts;

  constructor(parts: ReplyListingParts) {
    this.#parts = parts;
  }

  /** The heads that are due. Places are times of this process's clock: a walk that a restart cuts short is begun again by whoever walks. */
  due({ namespace, state, limit, after }: ReplyQuery): ReadPage<ReplyPage> {
    const { indexes, clock } = this.#parts;
    const page = new PageBeingRead();
    const nowMs = clock.now().monoMs;
    let last = after;
    // One step at a time, from place to place: looking at a session may move it.
    for (let read = 0; ; read += 1) {
      const next = indexes.nextDue(namespace, last);
      if (!next || next.atMs > nowMs) return page.end();
      if (read === LIST_READ_MAX || page.size === limit) return page.end(last);
      const { entry, atMs } = next;
      last = { atMs, key: entry.key, number: headOf(entry.session)?.number ?? 0 };
      this.#settle(entry, page);
      const head = headOf(entry.session);
      const dueAtMs = courierDueAt(entry.session);
      // One that is due later than it was is met again, further on.
      if (head && dueAtMs !== undefined && dueAtMs <= atMs && (state === undefined || head.state === state)) page.add(entry.key, head, nowMs);
    }
  }

  /** What to read from the database for a page of all replies: at most one commit old, so that nobody misses what he was told before. */
  static range({ namespace, state, after }: ReplyQuery): ReplyRange {
    const place = after && { listedAtWallMs: after.atMs, key: after.key, number: after.number };
    return { namespace, states: state === undefined ? STATES : [state], after: place, limit: LIST_READ_MAX };
  }

  /** A page of the rows that were read. What is no longer in the state that was asked for is left out. */
  stored(rows: readonly ListedReply[], { namespace, state, limit }: ReplyQuery): ReadPage<ReplyPage> {
    const { table, clock } = this.#parts;
    const page = new PageBeingRead();
    const settled = new Set<Entry>();
    let last: ListedPlace | undefined;
    for (const row of rows) {
      if (page.size === limit) return page.end(last);
      const key = row.key as SessionKey;
      last = { atMs: row.listedAtWallMs, key, number: row.number };
      const entry = table.find({ namespace, key });
      // A session that was forgotten, and named anew since, is another.
      if (entry?.id !== row.sessionId) continue;
      if (!settled.has(entry)) this.#settle(entry, page);
      settled.add(entry);
      const { replies, settledReplies } = entry.session;
      const isRow = ({ number }: Reply): boolean => number === row.number;
      const reply = replies.find(isRow) ?? settledReplies.find(isRow);
      if (reply && (state === undefined || reply.state === state)) page.add(key, reply, clock.now().monoMs);
    }
    return page.end(rows.length === LIST_READ_MAX ? last : undefined);
  }

  /** Whatever is due happens first: nobody is told of a reply under a lease that has ended. */
  #settle(entry: Entry, page: PageBeingRead): void {
    page.waitFor(this.#parts.perform(entry, { kind: 'tick' }).durable);
  }
}

class PageBeingRead {
  readonly #replies: ReplyPage['replies'][number][] = [];
  #durable = 0;

  get size(): number {
    return this.#replies.length;
  }

  waitFor(commit: number): void {
    this.#durable = Math.max(this.#durable, commit);
  }

  add(key: SessionKey, reply: Reply, nowMs: number): void {
    this.#replies.push({ key, reply: replyView(reply, nowMs) });
  }

  /** `nextAfter` is the last place that was looked at, where there may be more. */
  end(nextAfter?: ListedPlace): ReadPage<ReplyPage> {
    return { page: { replies: this.#replies, ...(nextAfter && { nextAfter }) }, durable: this.#durable };
  }
}
