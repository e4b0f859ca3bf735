/** What the next commit will carry of replies: each reply once, as it stands then, and a payload only while somebody may still want it. */
import type { Now } from '../../clock.ts';
import type { Reply } from '../../session/types.ts';
import type { ReplyChanges } from './reply-changes.ts';
import { writeReply, type PayloadRow, type ReplyKey, type ReplyRow } from './reply-rows.ts';
import type { Entry } from './session-table.ts';

/** The part of a commit that is about replies. */
export interface ReplyRowChanges {
  readonly replies: readonly ReplyRow[];
  /** Not remembered any more; their payloads go with them. */
  readonly repliesForgotten: readonly ReplyKey[];
  readonly payloads: readonly PayloadRow[];
  readonly payloadsDropped: readonly ReplyKey[];
}

interface PendingReply {
  /** Undefined: it is to be forgotten. */
  readonly reply: Reply | undefined;
  /** Set when it has to be written. */
  readonly payload: string | undefined;
}

export class PendingReplies {
  readonly #sessions = new Map<Entry, Map<number, PendingReply>>();
  #payloadBytes = 0;

  /** Bytes of the payloads that wait for the next commit. */
  get payloadBytes(): number {
    return this.#payloadBytes;
  }

  /** `parked` is the payload of a reply that is new. */
  add(entry: Entry, { changed, gone }: ReplyChanges, parked?: { readonly number: number; readonly payload: string }): void {
    if (changed.length + gone.length === 0) return;
    let pending = this.#sessions.get(entry);
    if (!pending) this.#sessions.set(entry, (pending = new Map<number, PendingReply>()));
    for (const reply of changed) {
      const isNew = reply.number === parked?.number;
      if (isNew) this.#payloadBytes += reply.payloadBytes;
      const payload = isNew ? parked.payload : pending.get(reply.number)?.payload;
      pending.set(reply.number, { reply, payload: reply.payloadDropped ? undefined : payload });
    }
    for (const number of gone) pending.set(number, { reply: undefined, payload: undefined });
  }

  /** All that the session has on disk goes with it. */
  sessionForgotten(entry: Entry): void {
    this.#sessions.delete(entry);
  }

  /** Takes all of it; what comes later belongs to the next commit. */
  collect(now: Now): ReplyRowChanges {
    const replies: ReplyRow[] = [];
    const repliesForgotten: ReplyKey[] = [];
    const payloads: PayloadRow[] = [];
    const payloadsDropped: ReplyKey[] = [];
    for (const [entry, pending] of this.#sessions) {
      for (const [number, { reply, payload }] of pending) {
        const key: ReplyKey = { sessionId: entry.id, number };
        if (reply) replies.push(writeReply(entry, reply, now));
        else repliesForgotten.push(key);
        if (payload !== undefined) payloads.push({ ...key, payload });
        else if (reply?.payloadDropped) payloadsDropped.push(key);
      }
    }
    this.#sessions.clear();
    this.#payloadBytes = 0;
    return { replies, repliesForgotten, payloads, payloadsDropped };
  }
}
