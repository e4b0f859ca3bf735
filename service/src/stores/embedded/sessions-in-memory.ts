/**
 * The sessions as they stand in memory, ahead of the disk by what is not committed yet: runs commands by the pure functions,
 * and sees to everything that follows from a change, written or timed.
 */
import type { Clock, Timer } from '../../clock.ts';
import { apply } from '../../session/apply.ts';
import type { Command, SessionEvent, Wake } from '../../session/commands.ts';
import { nextDueAt } from '../../session/settle.ts';
import type { SessionName, StoreCheck, StoreListener } from '../../session/store.ts';
import { EMPTY_SESSION, type FencingToken, type Session } from '../../session/types.ts';
import type { GroupCommit } from './group-commit.ts';
import type { PendingChanges } from './pending-changes.ts';
import type { Performed } from './performing.ts';
import { replyChanges } from './reply-changes.ts';
import { ReplyIndexes } from './reply-indexes.ts';
import { endedSince, mustWrite } from './rows.ts';
import type { Entry, SessionTable } from './session-table.ts';
import { Sweeper } from './sweeper.ts';
import { UsageCounts } from './usage-counts.ts';

export interface SessionsInMemoryParts {
  readonly clock: Clock;
  readonly table: SessionTable;
  readonly floor: number;
  readonly pending: PendingChanges;
  readonly commits: GroupCommit;
  /** Idle sessions that are remembered. */
  readonly idleMax: number;
  /** Settled replies that are remembered in all. */
  readonly settledMax: number;
}

export class SessionsInMemory {
  readonly table: SessionTable;
  readonly indexes = new ReplyIndexes();
  readonly usage: UsageCounts;
  readonly #parts: SessionsInMemoryParts;
  readonly #sweeper: Sweeper;
  #floor: FencingToken;
  #listener: StoreListener | undefined;

  constructor(parts: SessionsInMemoryParts) {
    const { clock, table, floor, idleMax } = parts;
    this.#parts = parts;
    this.table = table;
    this.#floor = floor as FencingToken;
    this.usage = new UsageCounts(clock);
    for (const entry of table.entries()) {
      this.#index(entry, EMPTY_SESSION, entry.session);
      this.#armAlarm(entry);
    }
    this.#sweeper = new Sweeper({
      clock,
      table,
      idleMax,
      tick: (entry) => void this.perform(entry, { kind: 'tick' }),
      forgetEnded: (entry) => this.#forgetEnded(entry),
      forget: (entry) => this.#forget(entry),
    });
  }

  get floor(): FencingToken {
    return this.#floor;
  }

  listen(listener: StoreListener): void {
    this.#listener = listener;
  }

  check(): StoreCheck {
    return this.#sweeper.check();
  }

  /** From now on nothing happens by itself. */
  stop(): void {
    this.#sweeper.stop();
    for (const entry of this.table.entries()) entry.alarm?.cancel();
  }

  /** Runs one command against memory, and sees to everything that follows from the change. Never waits. */
  perform<C extends Command>(name: SessionName, command: C): Performed<C> {
    const { clock, idleMax, settledMax } = this.#parts;
    let entry = this.table.find(name);
    const before = entry?.session ?? EMPTY_SESSION;
    const { session, floor, outcome, wakes, events } = apply(before, this.#floor, command, clock.now());
    if (session !== before) {
      entry ??= this.table.add(name);
      this.#floor = floor;
      this.#put(entry, session, command.kind === 'park' ? command.payload : undefined);
      this.#armAlarm(entry);
      // One in, one out: however fast sessions come, and replies are settled, the limits hold.
      if (this.table.idleSize > idleMax) this.#forget(this.table.oldestIdle!);
      if (this.indexes.settledCount > settledMax) this.#forgetOldestSettled();
    }
    const durable = entry?.writtenIn ?? 0;
    if (wakes.length + events.length > 0) this.#tell(name, wakes, events, durable);
    return { outcome, durable };
  }

  /** `payload` is that of the reply that the change may have parked. */
  #put(entry: Entry, after: Session, payload?: string): void {
    const { clock, pending, commits } = this.#parts;
    const before = entry.session;
    this.table.put(entry, after);
    this.#index(entry, before, after);
    if (!mustWrite(before, after)) return;
    const isParked = payload !== undefined && after.repliesParked > before.repliesParked;
    pending.session(entry);
    pending.ended(entry, endedSince(before, after), clock.now());
    pending.replies.add(entry, replyChanges(before, after), isParked ? { number: after.repliesParked, payload } : undefined);
    entry.writtenIn = commits.touch();
  }

  #index(entry: Entry, before: Session, after: Session): void {
    this.indexes.move(entry, before, after);
    this.usage.move(entry, before, after);
  }

  #tell(name: SessionName, wakes: readonly Wake[], events: readonly SessionEvent[], durable: number): void {
    const tell = (): void => {
      for (const wake of wakes) this.#listener?.onWake(wake);
      for (const event of events) this.#listener?.onEvent(name, event, true);
    };
    const committed = this.#parts.commits.durable(durable);
    // After a failed commit nothing is told: the process ends, and those who wait are answered by it.
    if (committed) committed.then(tell, () => {});
    else tell();
  }

  /** Sets the session's alarm to its next due moment, while anybody waits for it or it has something to deliver. */
  #armAlarm(entry: Entry): void {
    const { clock, commits } = this.#parts;
    const atMs = nextDueAt(entry.session);
    if (atMs === entry.alarm?.atMs) return;
    entry.alarm?.cancel();
    entry.alarm = undefined;
    if (atMs === undefined) return;
    const timer: Timer = clock.after(atMs - clock.now().monoMs, () => {
      entry.alarm = undefined;
      if (commits.hasFailed) return;
      this.perform(entry, { kind: 'tick' });
      // A timer may come a moment early; then nothing was due, and nothing has set it again.
      this.#armAlarm(entry);
    });
    entry.alarm = { atMs, cancel: () => timer.cancel() };
  }

  #forgetEnded(entry: Entry): void {
    const { pending, commits } = this.#parts;
    pending.endedForgotten(entry);
    entry.writtenIn = commits.touch();
  }

  #forget(entry: Entry): void {
    const { pending, commits } = this.#parts;
    this.#index(entry, entry.session, EMPTY_SESSION);
    this.table.remove(entry);
    pending.sessionForgotten(entry);
    commits.touch();
  }

  /** The oldest settled reply of all goes before its time. */
  #forgetOldestSettled(): void {
    const entry = this.indexes.oldestSettled!;
    const { session } = entry;
    this.#put(entry, { ...session, settledReplies: session.settledReplies.slice(1) });
  }
}
