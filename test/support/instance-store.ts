/**
 * What one instance sees of a store that several share. When the instance ends, as a killed process does, nothing more comes from it or reaches it; while it is
 * cut off from the store, it says so.
 */
import type { Command, OutcomeOf } from '../../service/src/session/commands.ts';
import { StoreUnavailableError } from '../../service/src/session/errors.ts';
import type { LeaseQuery, LeaseStore, Renewal, ReplyQuery, SessionName, StoreListener } from '../../service/src/session/store.ts';
import type { Namespace, ReplyId } from '../../service/src/session/types.ts';

const NEVER = new Promise<never>(() => {});

export class InstanceStore implements LeaseStore {
  /** A test sets it: the store cannot be reached from here. */
  isCutOff = false;
  readonly #shared: LeaseStore;
  #isEnded = false;

  constructor(shared: LeaseStore) {
    this.#shared = shared;
  }

  get kind() {
    return this.#shared.kind;
  }

  get storeId() {
    return this.#shared.storeId;
  }

  get acceptedRisks() {
    return this.#shared.acceptedRisks;
  }

  get usage() {
    return this.#shared.usage;
  }

  readonly lossesSeen = 0;

  end(): void {
    this.#isEnded = true;
  }

  apply<C extends Command>(name: SessionName, command: C): Promise<OutcomeOf<C>> {
    return this.#pass(() => this.#shared.apply(name, command));
  }

  renewAll(namespace: Namespace, renewals: readonly Renewal[]): ReturnType<LeaseStore['renewAll']> {
    // No lease has a verdict then, and the answer is an answer all the same.
    if (this.isCutOff) return Promise.resolve(renewals.map(() => undefined));
    return this.#pass(() => this.#shared.renewAll(namespace, renewals));
  }

  list(query: LeaseQuery): ReturnType<LeaseStore['list']> {
    return this.#pass(() => this.#shared.list(query));
  }

  readReply(name: SessionName, replyId: ReplyId): ReturnType<LeaseStore['readReply']> {
    return this.#pass(() => this.#shared.readReply(name, replyId));
  }

  listReplies(query: ReplyQuery): ReturnType<LeaseStore['listReplies']> {
    return this.#pass(() => this.#shared.listReplies(query));
  }

  listen(listener: StoreListener): void {
    this.#shared.listen({
      onWake: (wake) => {
        if (!this.#isEnded) listener.onWake(wake);
      },
      onEvent: (name, event, isOwn) => {
        if (!this.#isEnded) listener.onEvent(name, event, isOwn);
      },
    });
  }

  checks(): ReturnType<LeaseStore['checks']> {
    return this.#shared.checks();
  }

  /** The shared store is closed by whoever opened it. */
  async close(): Promise<void> {}

  async #pass<T>(call: () => Promise<T>): Promise<T> {
    if (this.#isEnded) return NEVER;
    if (this.isCutOff) throw new StoreUnavailableError('The store cannot be reached.', 'not-applied');
    const outcome = await call();
    return this.#isEnded ? NEVER : outcome;
  }
}
