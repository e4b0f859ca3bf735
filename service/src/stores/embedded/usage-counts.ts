/** What each namespace uses, kept from one state of a session to the next. */
import type { Clock } from '../../clock.ts';
import type { Namespace, Session } from '../../session/types.ts';
import { NO_USAGE, oldestReplyAt, oldestWaitAt, usageOf, UsageSums, type StoreUsage, type Usage } from '../../session/usage.ts';
import type { Entry } from './session-table.ts';
import { moveIn, TimeIndex } from './time-index.ts';

const WHATS = Object.keys(NO_USAGE) as (keyof Usage)[];

export class UsageCounts implements StoreUsage {
  readonly #clock: Clock;
  readonly #sums = new UsageSums();
  readonly #waits = new TimeIndex();
  readonly #replies = new TimeIndex();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  of(namespace: Namespace): Usage {
    return this.#sums.of(namespace);
  }

  get namespaces(): Iterable<Namespace> {
    return this.#sums.namespaces;
  }

  oldestWaitMs(): number {
    return this.#ageOf(this.#waits);
  }

  oldestReplyMs(): number {
    return this.#ageOf(this.#replies);
  }

  /** A session has gone from one state to another; `EMPTY_SESSION` is the one before its first and after its last. */
  move(entry: Entry, before: Session, after: Session): void {
    const isHeld = after.lease !== undefined;
    if (before.waiters !== after.waiters) moveIn(this.#waits, entry, oldestWaitAt(before), oldestWaitAt(after));
    if (before.replies !== after.replies) moveIn(this.#replies, entry, oldestReplyAt(before), oldestReplyAt(after));
    else if (before.waiters === after.waiters) {
      // The way of nearly every change: a renewal changes nothing here, and a grant one number.
      if ((before.lease !== undefined) !== isHeld) this.#sums.add(entry.namespace, 'leases', isHeld ? 1 : -1);
      return;
    }
    const [was, is] = [usageOf(before), usageOf(after)];
    for (const what of WHATS) if (is[what] !== was[what]) this.#sums.add(entry.namespace, what, is[what] - was[what]);
  }

  #ageOf({ first }: TimeIndex): number {
    return first ? Math.max(0, this.#clock.now().monoMs - first.atMs) : 0;
  }
}
