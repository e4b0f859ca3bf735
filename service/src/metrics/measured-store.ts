/** A store that tells what it is asked, what it answers and how long it took. */
import type { Clock } from '../clock.ts';
import type { Command, Outcome, OutcomeOf, Outcomes } from '../session/commands.ts';
import { RENEW_AFTER_PART } from '../session/limits.ts';
import type { LeasePage, LeaseQuery, LeaseStore, Renewal, ReplyPage, ReplyQuery, SessionName, StoreListener } from '../session/store.ts';
import type { Namespace, ReplyId } from '../session/types.ts';
import type { Metrics, StoreOperation } from './metrics.ts';

const OPERATIONS: Readonly<Record<Command['kind'], StoreOperation>> = {
  acquire: 'acquire',
  renew: 'renew',
  release: 'release',
  park: 'park',
  attempt: 'attempt',
  inspect: 'look',
  fence: 'look',
  'inspect-reply': 'look',
  'list-replies': 'look',
  disconnect: 'other',
  yield: 'other',
  revoke: 'other',
  replay: 'other',
  discard: 'other',
  tick: 'other',
};

export class MeasuredStore implements LeaseStore {
  readonly #store: LeaseStore;
  readonly #metrics: Metrics;
  readonly #clock: Clock;

  constructor(parts: { store: LeaseStore; metrics: Metrics; clock: Clock }) {
    this.#store = parts.store;
    this.#metrics = parts.metrics;
    this.#clock = parts.clock;
  }

  get kind() {
    return this.#store.kind;
  }

  get storeId() {
    return this.#store.storeId;
  }

  get acceptedRisks() {
    return this.#store.acceptedRisks;
  }

  get usage() {
    return this.#store.usage;
  }

  get lossesSeen() {
    return this.#store.lossesSeen;
  }

  async apply<C extends Command>(name: SessionName, command: C): Promise<OutcomeOf<C>> {
    const startedMs = this.#clock.now().monoMs;
    const outcome = await this.#timed(OPERATIONS[command.kind], startedMs, this.#store.apply(name, command));
    this.#came(name, command, outcome, this.#clock.now().monoMs - startedMs);
    return outcome;
  }

  async renewAll(namespace: Namespace, renewals: readonly Renewal[]): ReturnType<LeaseStore['renewAll']> {
    const outcomes = await this.#timed('renew', this.#clock.now().monoMs, this.#store.renewAll(namespace, renewals));
    for (const outcome of outcomes) if (outcome) this.#renewed(outcome);
    return outcomes;
  }

  list(query: LeaseQuery): Promise<LeasePage> {
    return this.#timed('look', this.#clock.now().monoMs, this.#store.list(query));
  }

  readReply(name: SessionName, replyId: ReplyId): ReturnType<LeaseStore['readReply']> {
    return this.#timed('look', this.#clock.now().monoMs, this.#store.readReply(name, replyId));
  }

  listReplies(query: ReplyQuery): Promise<ReplyPage> {
    return this.#timed('look', this.#clock.now().monoMs, this.#store.listReplies(query));
  }

  listen(listener: StoreListener): void {
    this.#store.listen({
      onWake: (wake) => {
        if (wake.outcome.kind === 'granted') this.#metrics.granted(wake.outcome.waitedMs);
        listener.onWake(wake);
      },
      onEvent: (name, event, isOwn) => {
        if (isOwn) this.#metrics.happened(event);
        listener.onEvent(name, event, isOwn);
      },
    });
  }

  checks(): ReturnType<LeaseStore['checks']> {
    return this.#store.checks();
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  async #timed<T>(operation: StoreOperation, startedMs: number, call: Promise<T>): Promise<T> {
    try {
      return await call;
    } catch (error) {
      this.#metrics.storeFailed();
      throw error;
    } finally {
      this.#metrics.storeAnswered(operation, this.#clock.now().monoMs - startedMs);
    }
  }

  #came({ namespace }: SessionName, { kind }: Command, outcome: Outcome, tookMs: number): void {
    if (outcome.kind === 'granted' && !outcome.repeated) this.#metrics.granted(tookMs);
    else if (kind === 'renew') this.#renewed(outcome as Outcomes['renew']);
    else if (outcome.kind === 'verdict' && outcome.stale) this.#metrics.foundStale(outcome.verdict, namespace);
  }

  #renewed(outcome: Outcomes['renew']): void {
    switch (outcome.kind) {
      case 'renewed':
        // An offer is to be confirmed at once, and says nothing of heartbeats.
        if (outcome.confirms) this.#metrics.handedOff(outcome.afterMs);
        return this.#metrics.renewed('renewed', outcome.confirms ? 0 : Math.max(0, outcome.afterMs - Math.floor(outcome.ttlMs / RENEW_AFTER_PART)));
      case 'lease-lost':
        return this.#metrics.renewed('lost');
      case 'lease-unknown':
        return this.#metrics.renewed('unknown');
    }
  }
}
