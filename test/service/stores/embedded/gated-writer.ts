/** A writer on a real database, in this thread, whose commits a test can hold open and fail. */
import { Database, type Changes, type Facts, type KeyRange, type Rows } from '../../../../service/src/stores/embedded/database.ts';
import type { ReplyKey } from '../../../../service/src/stores/embedded/reply-rows.ts';
import type { ListedReply, ReplyRange } from '../../../../service/src/stores/embedded/reply-tables.ts';
import type { Writer } from '../../../../service/src/stores/embedded/writer.ts';

export class GatedWriter implements Writer {
  /** Every commit that was asked for, in order. */
  readonly asked: Changes[] = [];
  closed = false;
  crashed = false;
  readonly #database: Database;
  readonly #end = Promise.withResolvers<Error>();
  #gate: PromiseWithResolvers<void> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(file = ':memory:') {
    this.#database = new Database(file, 'store-1');
  }

  get ended(): Promise<Error> {
    return this.#end.promise;
  }

  /** From now on commits stay under way until `letGo` or `fail`. */
  hold(): void {
    this.#gate = Promise.withResolvers<void>();
    // A gate that fails while no commit stands before it harms nobody.
    this.#gate.promise.catch(() => {});
  }

  letGo(): void {
    this.#gate?.resolve();
    this.#gate = undefined;
  }

  /** Fails the commit under way; the database does not have it. */
  fail(error: Error): void {
    this.#gate?.reject(error);
    this.#gate = undefined;
  }

  /** The thread dies, unasked. */
  die(error: Error): void {
    this.#end.resolve(error);
  }

  async facts(): Promise<Facts> {
    return this.#database.facts();
  }

  async rowsAfter(id: number): Promise<Rows> {
    return this.#database.rowsAfter(id);
  }

  async proveWritable(): Promise<void> {
    this.#database.proveWritable();
  }

  commit(changes: Changes): Promise<void> {
    // What crosses to a thread is a copy.
    const copy = structuredClone(changes);
    this.asked.push(copy);
    return this.#inTurn(async () => {
      await this.#gate?.promise;
      this.#database.commit(copy);
    });
  }

  liveKeys(range: KeyRange): Promise<readonly string[]> {
    return this.#inTurn(async () => this.#database.liveKeys(range));
  }

  payload(key: ReplyKey): Promise<string | undefined> {
    return this.#inTurn(async () => this.#database.payload(key));
  }

  listedReplies(range: ReplyRange): Promise<readonly ListedReply[]> {
    return this.#inTurn(async () => this.#database.listedReplies(range));
  }

  async close(): Promise<void> {
    await this.#inTurn(async () => this.#database.close());
    this.closed = true;
  }

  /** The process is gone: the file is let go of, and nothing that waits will be written. */
  crash(): void {
    this.hold();
    if (!this.crashed) this.#database.close();
    this.crashed = true;
  }

  /** One thing at a time, in the order of asking, as the thread does it. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {}); // told to whoever asked; the next in turn has nothing to do with it
    return done;
  }
}
