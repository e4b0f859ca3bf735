/**
 * Group commit: one commit is under way, and what arrives meanwhile forms the next. Whoever changed something waits for the
 * commit that carries the change; whoever read it waits for the same one.
 */
import type { Clock } from '../../clock.ts';
import type { Changes } from './database.ts';

/** A commit that takes longer counts as failed. */
export const COMMIT_MS_MAX = 2_000;

interface Batch {
  readonly number: number;
  readonly done: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

const newBatch = (number: number): Batch => {
  const { promise: done, resolve, reject } = Promise.withResolvers<void>();
  // Nobody may be waiting for a batch that fails; the failure itself is told through `onFailure`.
  done.catch(() => {});
  return { number, done, resolve, reject };
};

export interface GroupCommitParts {
  readonly clock: Clock;
  /** Takes all changes since it was last called. */
  readonly collect: () => Changes;
  readonly commit: (changes: Changes) => Promise<void>;
  /** Called once: what is in memory is no longer what is on disk. */
  readonly onFailure: (error: Error) => void;
}

export class GroupCommit {
  readonly #parts: GroupCommitParts;
  #open = newBatch(1);
  #committed = 0;
  #dirty = false;
  #underWay: Promise<void> | undefined;
  #failure: Error | undefined;

  constructor(parts: GroupCommitParts) {
    this.#parts = parts;
  }

  /** Notes that there is something to collect. Returns the number of the batch that will carry it. */
  touch(): number {
    if (!this.#dirty) {
      this.#dirty = true;
      // All that this turn of the event loop brings goes into one commit.
      if (!this.#underWay) setImmediate(() => this.#start());
    }
    return this.#open.number;
  }

  /** The batch that now gathers changes. */
  get openNumber(): number {
    return this.#open.number;
  }

  /** Resolves when a batch is on disk; at once for one that is. Rejects when it may not be. */
  durable(number: number): Promise<void> | undefined {
    if (this.#failure) return Promise.reject(this.#failure);
    if (number <= this.#committed) return undefined;
    return number === this.#open.number ? this.#open.done : this.#underWayDone;
  }

  /** Resolves when nothing is left to commit. */
  async flush(): Promise<void> {
    if (this.#dirty) await this.#open.done;
    else await this.#underWay;
  }

  /** Gives up: everybody who waits, now or later, is told `error`. */
  fail(error: Error): void {
    if (this.#failure) return;
    this.#failure = error;
    this.#current?.reject(error);
    this.#open.reject(error);
    this.#parts.onFailure(error);
  }

  #current: Batch | undefined;

  get #underWayDone(): Promise<void> | undefined {
    return this.#current?.done;
  }

  #start(): void {
    if (this.#underWay || this.#failure || !this.#dirty) return;
    const batch = this.#open;
    this.#current = batch;
    this.#open = newBatch(batch.number + 1);
    this.#dirty = false;
    this.#underWay = this.#carryOut(batch);
  }

  async #carryOut(batch: Batch): Promise<void> {
    const timer = this.#parts.clock.after(COMMIT_MS_MAX, () => this.fail(new Error(`a commit took longer than ${COMMIT_MS_MAX} ms`)));
    try {
      await this.#parts.commit(this.#parts.collect());
      if (this.#failure) return;
      this.#committed = batch.number;
      batch.resolve();
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)));
    } finally {
      timer.cancel();
      this.#underWay = undefined;
      this.#current = undefined;
    }
    if (this.#dirty) setImmediate(() => this.#start());
  }
}
