/** What the next commit will carry. A session that changed several times is written once, as it stands then. */
import type { Now } from '../../clock.ts';
import type { EndedId } from '../../session/types.ts';
import type { Changes } from './database.ts';
import { PendingReplies } from './pending-replies.ts';
import { writeEnded, writeSession, type EndedRow, type SessionRow } from './rows.ts';
import type { Entry } from './session-table.ts';

export class PendingChanges {
  readonly replies = new PendingReplies();
  readonly #sessions = new Set<Entry>();
  #ended: EndedRow[] = [];
  #endedForgotten: number[] = [];
  #sessionsForgotten: number[] = [];

  session(entry: Entry): void {
    this.#sessions.add(entry);
  }

  ended(entry: Entry, ended: readonly EndedId[], now: Now): void {
    for (const id of ended) this.#ended.push(writeEnded(entry.id, entry.endedNext++, id, now));
    entry.endedWritten ||= ended.length > 0;
  }

  endedForgotten(entry: Entry): void {
    this.#endedForgotten.push(entry.id);
    entry.endedWritten = false;
  }

  sessionForgotten(entry: Entry): void {
    this.#sessions.delete(entry);
    this.replies.sessionForgotten(entry);
    this.#sessionsForgotten.push(entry.id);
  }

  /** Takes all of it; what comes later belongs to the next commit. */
  collect(floor: number, now: Now): Changes {
    const sessions: SessionRow[] = [];
    for (const entry of this.#sessions) {
      const { id, namespace, key, session } = entry;
      sessions.push({ id, namespace, key, live: session.lease ? 1 : 0, state: writeSession(session, now) });
    }
    const changes: Changes = {
      floor,
      sessions,
      ended: this.#ended,
      endedForgotten: this.#endedForgotten,
      sessionsForgotten: this.#sessionsForgotten,
      ...this.replies.collect(now),
    };
    this.#sessions.clear();
    this.#ended = [];
    this.#endedForgotten = [];
    this.#sessionsForgotten = [];
    return changes;
  }
}
