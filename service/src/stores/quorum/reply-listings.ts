/** Listings of replies across sessions: places as the nodes have them filed, each told as a majority has it now. */
import { LIST_READ_MAX } from '../../session/limits.ts';
import { courierDueAt } from '../../session/replies/due.ts';
import { headOf } from '../../session/replies/order.ts';
import { replyView } from '../../session/replies/views.ts';
import type { ListedPlace, ReplyPage, ReplyQuery, SessionName } from '../../session/store.ts';
import type { Reply, Session, SessionKey } from '../../session/types.ts';
import type { ListingPort } from './listing-port.ts';
import { askMajority, byPlace, inOrder, joined } from './listings.ts';

/** Of those in one state, and of heads, some have moved on since they were filed. */
const readFor = (limit: number): number => Math.min(LIST_READ_MAX, 2 * limit + 1);

export interface Looking {
  /** By the store's clock. */
  readonly nowMs: number;
  /** The session as a majority has it, with what is due settled. */
  readonly look: (name: SessionName) => Promise<Session>;
}

export const replyPage = (nodes: readonly ListingPort[], looking: Looking, query: ReplyQuery): Promise<ReplyPage> => (query.due ? duePage(nodes, looking, query) : allPage(nodes, looking, query));

const duePage = async (nodes: readonly ListingPort[], looking: Looking, { namespace, state, limit, after }: ReplyQuery): Promise<ReplyPage> => {
  const asked = { namespace, untilMs: looking.nowMs, after, limit: readFor(limit) };
  const { places, isCut } = joined(await askMajority(nodes, (node) => node.courierPlaces(asked)), byPlace);
  const page = new Page(limit);
  const sessions = await inOrder(places, ({ key }) => looking.look({ namespace, key }));
  for (const [nth, place] of places.entries()) {
    if (page.isFull) return page.end();
    const session = sessions[nth]!;
    const head = headOf(session);
    const dueAtMs = courierDueAt(session);
    page.look({ ...place, number: head?.number ?? 0 });
    // One that is due later than it was filed under is met again, further on.
    if (head && dueAtMs !== undefined && dueAtMs <= place.atMs && (state === undefined || head.state === state)) page.add(place.key, head, looking.nowMs);
  }
  return isCut ? page.end() : page.last();
};

const allPage = async (nodes: readonly ListingPort[], looking: Looking, { namespace, state, limit, after }: ReplyQuery): Promise<ReplyPage> => {
  const asked = { namespace, state, after, limit: readFor(limit) };
  const { places, isCut } = joined(await askMajority(nodes, (node) => node.replyPlaces(asked)), byPlace);
  const keys = [...new Set(places.map(({ key }) => key))];
  const looks = await inOrder(keys, async (key) => [key, await looking.look({ namespace, key })] as const);
  const sessions = new Map<SessionKey, Session>(looks);
  const page = new Page(limit);
  for (const place of places) {
    if (page.isFull) return page.end();
    page.look(place);
    const { replies, settledReplies } = sessions.get(place.key)!;
    const isPlace = ({ number }: Reply): boolean => number === place.number;
    const reply = replies.find(isPlace) ?? settledReplies.find(isPlace);
    const atMs = reply && (reply.settledAtMs ?? reply.dueAtMs);
    // One that stands elsewhere by now is met there: a node that is behind has it here still.
    if (reply && atMs === place.atMs && (state === undefined || reply.state === state)) page.add(place.key, reply, looking.nowMs);
  }
  return isCut ? page.end() : page.last();
};

class Page {
  readonly #replies: ReplyPage['replies'][number][] = [];
  readonly #limit: number;
  #lookedAt: ListedPlace | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get isFull(): boolean {
    return this.#replies.length === this.#limit;
  }

  look(place: ListedPlace): void {
    this.#lookedAt = place;
  }

  add(key: SessionKey, reply: Reply, nowMs: number): void {
    this.#replies.push({ key, reply: replyView(reply, nowMs) });
  }

  /** There may be more behind the last place that was looked at. */
  end(): ReplyPage {
    return { replies: this.#replies, ...(this.#lookedAt && { nextAfter: this.#lookedAt }) };
  }

  last(): ReplyPage {
    return { replies: this.#replies };
  }
}
