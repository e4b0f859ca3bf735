/**
 * Group commit: one commit is under way, and what arrives meanwhile forms the next. Whoever changed something waits for the
 * commit that carries the change; whoever read it waits for the same one.
 */
import type { Clock, Timer } from '../../clock.ts';
import type { Changes } from './database.ts';
import { DiskHangsError } from './disk-hangs-error.ts';

/** A commit that takes longer counts as failed. */
export const COMMIT_MS_MAX = 2_000;
const WATCH_STEP_MS = 250;

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
  /** Gathers changes. */
  #open = newBatch(1);
  /** Is being written; all before it are on disk. */
  #underWay: Batch | undefined;
  #committed = 0;
  #dirty = false;
  #failure: Error | undefined;

  constructor(parts: GroupCommitParts) {
    this.#parts = parts;
  }

  get hasFailed(): boolean {
    return this.#failure !== undefined;
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

  /** Resolves when a batch is on disk; at once for one that is. Rejects when it may not be. */
  durable(number: number): Promise<void> | undefined {
    if (this.#failure) return Promise.reject(this.#failure);
    if (number <= this.#committed) return undefined;
    const batch = number === this.#open.number ? this.#open : this.#underWay;
    if (batch?.number !== number) throw new RangeError(`batch ${number} is neither open nor under way`);
    return batch.done;
  }

  /** Resolves when nothing is left to commit. Rejects when that will not be. */
  async flush(): Promise<void> {
    if (this.#failure) throw this.#failure;
    await (this.#dirty ? this.#open : this.#underWay)?.done;
  }

  /** Gives up: everybody who waits, now or later, is told `error`. */
  fail(error: Error): void {
    if (this.#failure) return;
    this.#failure = error;
    this.#underWay?.reject(error);
    this.#open.reject(error);
    this.#parts.onFailure(error);
  }

  #start(): void {
    if (this.#underWay || this.#failure || !this.#dirty) return;
    this.#underWay = this.#open;
    this.#open = newBatch(this.#underWay.number + 1);
    this.#dirty = false;
    void this.#carryOut(this.#underWay);
  }

  async #carryOut(batch: Batch): Promise<void> {
    const watch = this.#watch();
    try {
      await this.#parts.commit(this.#parts.collect());
      if (this.#failure) return;
      this.#committed = batch.number;
      this.#underWay = undefined;
      // The disk goes on at once, while the answers of this commit are written.
      this.#start();
      batch.resolve();
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)));
    } finally {
      watch.cancel();
    }
  }

  /**
   * Fails when the commit under way takes too long. The time is counted in steps, so that a pause of the whole process, which
   * stops disk and watch alike, counts for one step, however long it was.
   */
  #watch(): Timer {
    let timer: Timer | undefined;
    const step = (leftMs: number): void => {
      if (leftMs <= 0) this.fail(new DiskHangsError(`a commit took longer than ${COMMIT_MS_MAX} ms`));
      else timer = this.#parts.clock.after(WATCH_STEP_MS, () => step(leftMs - WATCH_STEP_MS));
    };
    step(COMMIT_MS_MAX);
    return { cancel: () => timer?.cancel() };
  }
}
