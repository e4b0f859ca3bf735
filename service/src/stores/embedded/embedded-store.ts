/**
 * The embedded store: state in memory, decisions by the pure functions, changes on disk by group commit. Every outcome, wake
 * and event waits for the commit of the state that it was computed from.
 */
import type { Clock, Timer } from '../../clock.ts';
import { apply } from '../../session/apply.ts';
import type { Command, OutcomeOf, SessionEvent, Wake } from '../../session/commands.ts';
import { StoreUnavailableError } from '../../session/errors.ts';
import { IDLE_SESSIONS_MAX, LIST_READ_MAX } from '../../session/limits.ts';
import { nextDueAt } from '../../session/settle.ts';
import type { LeasePage, LeaseQuery, LeaseStore, Renewal, SessionName, StoreCheck, StoreListener } from '../../session/store.ts';
import { EMPTY_SESSION, type FencingToken, type Namespace, type Session, type SessionKey } from '../../session/types.ts';
import type { Loaded } from './loading.ts';
import { DiskHangsError } from './disk-hangs-error.ts';
import { GroupCommit } from './group-commit.ts';
import { PendingChanges } from './pending-changes.ts';
import { endedSince, mustWrite } from './rows.ts';
import type { Entry, SessionTable } from './session-table.ts';
import { Sweeper } from './sweeper.ts';
import type { Writer } from './writer.ts';

/** Closing takes in what the log has gathered; a healthy disk does that in milliseconds. */
const CLOSE_MS_MAX = 5_000;

export interface EmbeddedStoreParts {
  readonly clock: Clock;
  readonly writer: Writer;
  readonly loaded: Loaded;
  /** Idle sessions that are remembered; 1,000,000 if not given. */
  readonly idleMax?: number;
  /** Called once when a commit failed. The process must end: its memory is ahead of its disk. */
  readonly onFatal: (error: Error) => void;
}

export class EmbeddedStore implements LeaseStore {
  readonly storeId: string;
  readonly #clock: Clock;
  readonly #writer: Writer;
  readonly #table: SessionTable;
  readonly #pending = new PendingChanges();
  readonly #commits: GroupCommit;
  readonly #sweeper: Sweeper;
  readonly #idleMax: number;
  #floor: FencingToken;
  #listener: StoreListener | undefined;
  #fault: Error | undefined;
  #closing = false;

  constructor({ clock, writer, loaded, onFatal, idleMax = IDLE_SESSIONS_MAX }: EmbeddedStoreParts) {
    this.#clock = clock;
    this.#writer = writer;
    this.storeId = loaded.storeId;
    this.#floor = loaded.floor as FencingToken;
    this.#table = loaded.table;
    this.#idleMax = idleMax;
    this.#commits = new GroupCommit({
      clock,
      collect: () => this.#pending.collect(this.#floor, clock.now()),
      commit: (changes) => writer.commit(changes),
      onFailure: (error) => {
        this.#fault = error;
        onFatal(error);
      },
    });
    // A thread that is gone is noticed now, and not by the next caller.
    void writer.ended.then((error) => this.#commits.fail(error));
    this.#sweeper = new Sweeper({
      clock,
      table: this.#table,
      idleMax,
      tick: (entry) => void this.#perform(entry, { kind: 'tick' }),
      forgetEnded: (entry) => this.#forgetEnded(entry),
      forget: (entry) => this.#forget(entry),
    });
  }

  listen(listener: StoreListener): void {
    this.#listener = listener;
  }

  async apply<C extends Command>(name: SessionName, command: C): Promise<OutcomeOf<C>> {
    this.#refuseWhenOver();
    const { outcome, durable } = this.#perform(name, command);
    await this.#committed(durable);
    return outcome;
  }

  async renewAll(namespace: Namespace, renewals: readonly Renewal[]): Promise<readonly OutcomeOf<{ kind: 'renew' } & Command>[]> {
    this.#refuseWhenOver();
    const performed = renewals.map(({ key, leaseIdHash, ttlMs }) => this.#perform({ namespace, key }, { kind: 'renew', leaseIdHash, ttlMs }));
    const newest = performed.reduce((latest, { durable }) => Math.max(latest, durable), 0);
    await this.#committed(newest);
    return performed.map(({ outcome }) => outcome);
  }

  async list({ namespace, prefix = '', holder, limit, after = '' }: LeaseQuery): Promise<LeasePage> {
    this.#refuseWhenOver();
    // One commit behind is enough: whoever was answered before this question is in the database.
    const read = await this.#asking(this.#writer.liveKeys({ namespace, prefix, after, limit: LIST_READ_MAX }));
    this.#refuseWhenOver();
    const leases: { key: SessionKey; view: OutcomeOf<{ kind: 'inspect' } & Command> }[] = [];
    let newest = 0;
    let last: string | undefined;
    for (const key of read) {
      if (!key.startsWith(prefix)) return this.#page(leases, undefined, newest);
      if (leases.length === limit) return this.#page(leases, last, newest);
      last = key;
      const { outcome: view, durable } = this.#perform({ namespace, key: key as SessionKey }, { kind: 'inspect' });
      newest = Math.max(newest, durable);
      if (view.held && (holder === undefined || view.holder === holder)) leases.push({ key: key as SessionKey, view });
    }
    return this.#page(leases, read.length === LIST_READ_MAX ? last : undefined, newest);
  }

  async #page(leases: LeasePage['leases'], nextAfter: string | undefined, newest: number): Promise<LeasePage> {
    await this.#committed(newest);
    return { leases, ...(nextAfter !== undefined && { nextAfter: nextAfter as SessionKey }) };
  }

  checks(): readonly StoreCheck[] {
    const commits = this.#fault ? { ok: false, detail: this.#fault.message } : { ok: true };
    return [{ name: 'commits', ...commits }, this.#sweeper.check()];
  }

  /** Rejects at once after a failed commit, and in bounded time in any case: a thread that hangs in a disk would never let go. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#sweeper.stop();
    for (const entry of this.#table.entries()) entry.alarm?.cancel();
    await this.#commits.flush();
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = this.#clock.after(CLOSE_MS_MAX, () => reject(new DiskHangsError(`the database did not close within ${CLOSE_MS_MAX} ms`)));
    try {
      await Promise.race([this.#writer.close(), late]);
    } finally {
      timer.cancel();
    }
  }

  /** Runs one command against memory, and sees to everything that follows from the change. Never waits. */
  #perform<C extends Command>(name: SessionName, command: C): { outcome: OutcomeOf<C>; durable: number } {
    let entry = this.#table.find(name);
    const before = entry?.session ?? EMPTY_SESSION;
    const now = this.#clock.now();
    const { session, floor, outcome, wakes, events } = apply(before, this.#floor, command, now);
    if (session !== before) {
      entry ??= this.#table.add(name);
      this.#floor = floor;
      this.#table.put(entry, session);
      if (mustWrite(before, session)) this.#write(entry, before, session);
      this.#armAlarm(entry);
      // One in, one out: however fast sessions come, the limit holds.
      if (this.#table.idleSize > this.#idleMax) this.#forget(this.#table.oldestIdle!);
    }
    const durable = entry?.writtenIn ?? 0;
    if (wakes.length + events.length > 0) this.#tell(name, wakes, events, durable);
    return { outcome, durable };
  }

  #write(entry: Entry, before: Session, after: Session): void {
    this.#pending.session(entry);
    this.#pending.ended(entry, endedSince(before, after), this.#clock.now());
    entry.writtenIn = this.#commits.touch();
  }

  #tell(name: SessionName, wakes: readonly Wake[], events: readonly SessionEvent[], durable: number): void {
    const tell = (): void => {
      for (const wake of wakes) this.#listener?.onWake(wake);
      for (const event of events) this.#listener?.onEvent(name, event);
    };
    const committed = this.#commits.durable(durable);
    // After a failed commit nothing is told: the process ends, and those who wait are answered by it.
    if (committed) committed.then(tell, () => {});
    else tell();
  }

  /** Sets the session's alarm to its next due moment, while anybody waits for it. */
  #armAlarm(entry: Entry): void {
    const atMs = nextDueAt(entry.session);
    if (atMs === entry.alarm?.atMs) return;
    entry.alarm?.cancel();
    entry.alarm = undefined;
    if (atMs === undefined) return;
    const timer: Timer = this.#clock.after(atMs - this.#clock.now().monoMs, () => {
      entry.alarm = undefined;
      if (this.#fault) return;
      this.#perform(entry, { kind: 'tick' });
      // A timer may come a moment early; then nothing was due, and nothing has set it again.
      this.#armAlarm(entry);
    });
    entry.alarm = { atMs, cancel: () => timer.cancel() };
  }

  #forgetEnded(entry: Entry): void {
    this.#pending.endedForgotten(entry);
    entry.writtenIn = this.#commits.touch();
  }

  #forget(entry: Entry): void {
    this.#table.remove(entry);
    this.#pending.sessionForgotten(entry);
    this.#commits.touch();
  }

  #committed(number: number): Promise<void> | undefined {
    const durable = this.#commits.durable(number);
    return durable && this.#asking(durable);
  }

  async #asking<T>(asked: Promise<T>): Promise<T> {
    try {
      return await asked;
    } catch (error) {
      throw new StoreUnavailableError('The store could not make the change durable; it may or may not have happened.', 'unknown', error);
    }
  }

  #refuseWhenOver(): void {
    if (this.#closing) throw new StoreUnavailableError('The store is closed.', 'not-applied');
    if (this.#fault) throw new StoreUnavailableError('The store has failed, and this instance is ending.', 'not-applied', this.#fault);
  }
}
