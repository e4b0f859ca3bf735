/**
 * What is asked of all sessions at once because of their replies: where the courier is wanted next, and how many settled
 * replies are remembered. Kept from one state of a session to the next; a session without replies costs nothing here.
 */
import { courierDueAt } from '../../session/replies/due.ts';
import type { Namespace, Session } from '../../session/types.ts';
import type { Entry } from './session-table.ts';
import { moveIn, TimeIndex, type TimedEntry } from './time-index.ts';

export class ReplyIndexes {
  readonly #due = new Map<Namespace, TimeIndex>();
  /** Of every namespace: sessions by the time when the oldest reply that they remember was settled. */
  readonly #settled = new TimeIndex();
  #settledCount = 0;

  /** Settled replies that are remembered in all. */
  get settledCount(): number {
    return this.#settledCount;
  }

  /** The session that remembers the oldest of them. */
  get oldestSettled(): Entry | undefined {
    return this.#settled.first?.entry;
  }

  /** The first session of a namespace, behind a place, that is due for the courier at some time. */
  nextDue(namespace: Namespace, after: { readonly atMs: number; readonly key: string } = { atMs: -Infinity, key: '' }): TimedEntry | undefined {
    return this.#due.get(namespace)?.after({ ...after, id: Infinity });
  }

  /** A session has gone from one state to another; `EMPTY_SESSION` is the one before its first and after its last. */
  move(entry: Entry, before: Session, after: Session): void {
    this.#moveDue(entry, courierDueAt(before), courierDueAt(after));
    if (before.settledReplies === after.settledReplies) return;
    this.#settledCount += after.settledReplies.length - before.settledReplies.length;
    moveIn(this.#settled, entry, oldestSettledAt(before), oldestSettledAt(after));
  }

  #moveDue(entry: Entry, from: number | undefined, to: number | undefined): void {
    if (from === to) return;
    let index = this.#due.get(entry.namespace);
    if (!index) this.#due.set(entry.namespace, (index = new TimeIndex()));
    moveIn(index, entry, from, to);
  }
}

const oldestSettledAt = ({ settledReplies }: Session): number | undefined => settledReplies[0]?.settledAtMs;
