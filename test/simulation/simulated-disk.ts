/** What the embedded store would have on disk, written and read by its own functions. */
import type { Now } from '../../service/src/clock.ts';
import type { SessionName } from '../../service/src/session/store.ts';
import type { Session } from '../../service/src/session/types.ts';
import { replyChanges } from '../../service/src/stores/embedded/reply-changes.ts';
import { writeReply, type ReplyRow } from '../../service/src/stores/embedded/reply-rows.ts';
import { endedSince, mustWrite, readSession, writeEnded, writeSession, type EndedRow } from '../../service/src/stores/embedded/rows.ts';

interface Rows {
  state: string;
  readonly ended: EndedRow[];
  /** By number. */
  readonly replies: Map<number, ReplyRow>;
}

export class SimulatedDisk {
  readonly #rows = new Map<string, Rows>();

  commit(name: string, before: Session, after: Session, now: Now): void {
    if (!mustWrite(before, after)) return;
    const rows = this.#rows.get(name) ?? { state: '', ended: [], replies: new Map<number, ReplyRow>() };
    rows.state = writeSession(after, now);
    for (const ended of endedSince(before, after)) rows.ended.push(writeEnded(0, rows.ended.length, ended, now));
    const { changed, gone } = replyChanges(before, after);
    const named = { id: 0, namespace: 'default', key: name } as unknown as SessionName & { readonly id: number };
    for (const reply of changed) rows.replies.set(reply.number, writeReply(named, reply, now));
    for (const number of gone) rows.replies.delete(number);
    this.#rows.set(name, rows);
  }

  forget(name: string): void {
    this.#rows.delete(name);
  }

  read(now: Now): [string, Session][] {
    return [...this.#rows].map(([name, { state, ended, replies }]) => [name, readSession(state, { ended, replies: [...replies.values()] }, now)]);
  }
}
