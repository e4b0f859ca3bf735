/**
 * The embedded store: state in memory, decisions by the pure functions, changes on disk by group commit. Every outcome, wake
 * and event waits for the commit of the state that it was computed from.
 */
import type { Clock } from '../../clock.ts';
import type { Command, OutcomeOf } from '../../session/commands.ts';
import type { ReplyUnknown } from '../../session/replies/commands.ts';
import { StoreUnavailableError } from '../../session/errors.ts';
import { IDLE_SESSIONS_MAX, LIST_READ_MAX, SETTLED_REPLIES_IN_ALL_MAX } from '../../session/limits.ts';
import { findReply } from '../../session/replies/order.ts';
import type {
  LeasePage,
  LeaseQuery,
  LeaseStore,
  Renewal,
  ReplyPage,
  ReplyQuery,
  SessionName,
  StoreCheck,
  StoredReply,
  StoreListener,
} from '../../session/store.ts';
import type { Namespace, ReplyId } from '../../session/types.ts';
import type { StoreUsage } from '../../session/usage.ts';
import type { Loaded } from './loading.ts';
import { DiskHangsError } from './disk-hangs-error.ts';
import { GroupCommit } from './group-commit.ts';
import { leasePage } from './lease-listing.ts';
import { PendingChanges } from './pending-changes.ts';
import type { Perform, ReadPage } from './performing.ts';
import { ReplyListing } from './reply-listing.ts';
import { SessionsInMemory } from './sessions-in-memory.ts';
import type { Writer } from './writer.ts';

/** Closing takes in what the log has gathered; a healthy disk does that in milliseconds. */
const CLOSE_MS_MAX = 5_000;
/** Payloads that one commit may carry: more would take a slow disk longer than a commit may take, and the process would end for it. */
const PAYLOAD_BYTES_IN_COMMIT_MAX = 32 * 1024 * 1024;

export interface EmbeddedStoreParts {
  readonly clock: Clock;
  readonly writer: Writer;
  readonly loaded: Loaded;
  /** Idle sessions that are remembered; 1,000,000 if not given. */
  readonly idleMax?: number;
  /** Settled replies that are remembered in all sessions together; 1,000,000 if not given. */
  readonly settledMax?: number;
  /** Called once when a commit failed. The process must end: its memory is ahead of its disk. */
  readonly onFatal: (error: Error) => void;
}

export class EmbeddedStore implements LeaseStore {
  readonly kind = 'embedded';
  readonly acceptedRisks = [];
  readonly storeId: string;
  readonly #clock: Clock;
  readonly #writer: Writer;
  readonly #pending = new PendingChanges();
  readonly #commits: GroupCommit;
  readonly #sessions: SessionsInMemory;
  readonly #replyListing: ReplyListing;
  readonly #perform: Perform;
  #fault: Error | undefined;
  #closing = false;

  constructor({ clock, writer, loaded, onFatal, idleMax = IDLE_SESSIONS_MAX, settledMax = SETTLED_REPLIES_IN_ALL_MAX }: EmbeddedStoreParts) {
    this.#clock = clock;
    this.#writer = writer;
    this.storeId = loaded.storeId;
    this.#commits = new GroupCommit({
      clock,
      collect: () => this.#pending.collect(this.#sessions.floor, clock.now()),
      commit: (changes) => writer.commit(changes),
      onFailure: (error) => {
        this.#fault = error;
        onFatal(error);
      },
    });
    const { table, floor } = loaded;
    this.#sessions = new SessionsInMemory({ clock, table, floor, pending: this.#pending, commits: this.#commits, idleMax, settledMax });
    this.#perform = (name, command) => this.#sessions.perform(name, command);
    this.#replyListing = new ReplyListing({ clock, table, indexes: this.#sessions.indexes, perform: this.#perform });
    // A thread that is gone is noticed now, and not by the next caller.
    void writer.ended.then((error) => this.#commits.fail(error));
  }

  get usage(): StoreUsage {
    return this.#sessions.usage;
  }

  /** A file that has lost its state is not opened again. */
  readonly lossesSeen = 0;

  listen(listener: StoreListener): void {
    this.#sessions.listen(listener);
  }

  async apply<C extends Command>(name: SessionName, command: C): Promise<OutcomeOf<C>> {
    this.#refuseWhenOver();
    if (command.kind === 'park') this.#refuseWithoutRoom(command.payloadBytes);
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

  async list(query: LeaseQuery): Promise<LeasePage> {
    this.#refuseWhenOver();
    const { namespace, prefix = '', after = '' } = query;
    // One commit behind is enough: whoever was answered before this question is in the database.
    const keys = await this.#reading(this.#writer.liveKeys({ namespace, prefix, after, limit: LIST_READ_MAX }));
    this.#refuseWhenOver();
    return this.#told(leasePage(this.#perform, keys, query));
  }

  async readReply(name: SessionName, replyId: ReplyId): Promise<StoredReply | ReplyUnknown> {
    for (let missing: number | undefined; ; ) {
      this.#refuseWhenOver();
      const { outcome, durable } = this.#perform(name, { kind: 'inspect-reply', replyId });
      const entry = this.#sessions.table.find(name);
      const reply = entry && findReply(entry.session, replyId);
      await this.#committed(durable);
      if (outcome.kind === 'reply-unknown' || !reply || reply.payloadDropped) return outcome;
      const payload = await this.#reading(this.#writer.payload({ sessionId: entry.id, number: reply.number }));
      if (payload !== undefined) return { ...outcome, payload };
      if (reply.number === missing) throw new StoreUnavailableError('The payload of this reply is missing on the disk.', 'not-applied');
      // It was delivered, or forgotten, while the disk was asked: another look tells which.
      missing = reply.number;
    }
  }

  async listReplies(query: ReplyQuery): Promise<ReplyPage> {
    this.#refuseWhenOver();
    if (query.due) return this.#told(this.#replyListing.due(query));
    const rows = await this.#reading(this.#writer.listedReplies(ReplyListing.range(query)));
    this.#refuseWhenOver();
    return this.#told(this.#replyListing.stored(rows, query));
  }

  checks(): readonly StoreCheck[] {
    const commits = this.#fault ? { ok: false, detail: this.#fault.message } : { ok: true };
    return [{ name: 'commits', ...commits }, this.#sessions.check()];
  }

  /** Rejects at once after a failed commit, and in bounded time in any case: a thread that hangs in a disk would never let go. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#sessions.stop();
    await this.#commits.flush();
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = this.#clock.after(CLOSE_MS_MAX, () => reject(new DiskHangsError(`the database did not close within ${CLOSE_MS_MAX} ms`)));
    try {
      await Promise.race([this.#writer.close(), late]);
    } finally {
      timer.cancel();
    }
  }

  async #told<Page>({ page, durable }: ReadPage<Page>): Promise<Page> {
    await this.#committed(durable);
    return page;
  }

  /** Undefined when it is on disk: then nobody has to wait. */
  #committed(number: number): Promise<void> | undefined {
    return this.#commits.durable(number)?.catch((error: unknown) => {
      throw new StoreUnavailableError('The store could not make the change durable; it may or may not have happened.', 'unknown', error);
    });
  }

  async #reading<T>(read: Promise<T>): Promise<T> {
    try {
      return await read;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new StoreUnavailableError(`The store could not read what was asked for: ${why}.`, 'not-applied', error);
    }
  }

  #refuseWhenOver(): void {
    if (this.#closing) throw new StoreUnavailableError('The store is closed.', 'not-applied');
    if (this.#fault) throw new StoreUnavailableError('The store has failed, and this instance is ending.', 'not-applied', this.#fault);
  }

  #refuseWithoutRoom(payloadBytes: number): void {
    if (this.#pending.replies.payloadBytes + payloadBytes <= PAYLOAD_BYTES_IN_COMMIT_MAX) return;
    throw new StoreUnavailableError(`More than ${PAYLOAD_BYTES_IN_COMMIT_MAX} bytes of payloads wait for the disk already.`, 'not-applied');
  }
}
