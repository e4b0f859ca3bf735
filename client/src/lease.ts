/** A lease, as the code that holds it sees it. */
import type { ReleaseOutcome } from './departures.ts';
import { LeaseEndedError } from './errors.ts';
import type { Holding } from './holding.ts';
import type { LeaseCalls } from './lease-calls.ts';
import type { WaitersListener, YieldListener } from './notices.ts';
import type { ExportedLease } from './options.ts';
import type { Attempt, RetryOptions } from './retry.ts';
import type { Metadata, Previous, Renewed, YieldRequest } from './views.ts';

/** What stands behind a handle, for the rest of the client. */
export let holdingOf: (lease: Lease) => Holding;

/**
 * A handle on a held lease. Get it from {@link LeaseClient.acquire}; a nested one, given inside `withLease` or `lease.run`,
 * stands for the same lease, and its release only leaves the nesting.
 *
 * What it says of being held is a promise about the *right*, not about the work: a process can be paused right after it
 * asked. Only a resource that compares `fencingToken` is safe from that.
 */
export class Lease implements AsyncDisposable {
  static {
    holdingOf = (lease) => lease.#holding;
  }
  readonly #holding: Holding;
  readonly #calls: LeaseCalls;
  /** Whether this handle is nested in another one's lease. */
  readonly nested: boolean;
  readonly #ending = new AbortController();
  readonly #listening = new Set<() => void>();
  #left = false;

  /** @internal */
  constructor(holding: Holding, calls: LeaseCalls, nested: boolean) {
    this.#holding = holding;
    this.#calls = calls;
    this.nested = nested;
    if (!nested) return;
    const end = (): void => this.#ending.abort(holding.endSignal.reason);
    holding.endSignal.addEventListener('abort', end);
    this.#listening.add(() => holding.endSignal.removeEventListener('abort', end));
  }

  get session(): string {
    return this.#holding.facts.session;
  }

  get holder(): string {
    return this.#holding.facts.holder;
  }

  /** What a resource compares: larger than that of every lease before. Store it beside what you write. */
  get fencingToken(): number {
    return this.#holding.facts.fencingToken;
  }

  /** The session's lease before this one, as the grant told it. Its absence means unknown, never unchanged. */
  get previous(): Previous | undefined {
    return this.#holding.facts.previous;
  }

  /** How long the acquire waited in the queue, in milliseconds. */
  get waitedMs(): number {
    return this.#holding.facts.waitedMs;
  }

  /** How long the lease lives without a renewal, in milliseconds. */
  get ttlMs(): number {
    return this.#holding.ttlMs;
  }

  /** How many wait for the session, as far as the last renewal told. */
  get waiters(): number {
    return this.#holding.notices.waiters;
  }

  /** How many replies of the session have not reached anybody yet, as far as the grant or the last renewal told. */
  get parkedReplies(): number {
    return this.#holding.notices.parkedReplies;
  }

  /** What the holder was asked, if anybody did. */
  get yieldRequest(): YieldRequest | undefined {
    return this.#holding.yieldRequest;
  }

  /** Whether the lease is held at this moment, by the clock. Synchronous and local; false where it is in doubt. */
  get held(): boolean {
    return !this.#left && this.#holding.held;
  }

  /** How long it is held at least without another renewal, in milliseconds; 0 when it is not. */
  get remainingMs(): number {
    return this.#left ? 0 : this.#holding.remainingMs;
  }

  /**
   * Aborted with a `LeaseLostError` when the lease is lost (for a nested handle also when the outer lease ends); never by this handle's own release.
   * It comes by a timer, so a blocked event loop delays it; only `held` and `assertHeld()` read the clock.
   */
  get signal(): AbortSignal {
    return this.nested ? this.#ending.signal : this.#holding.lossSignal;
  }

  /**
   * For use inside a commit, right before the write.
   * @throws LeaseLostError it is lost. LeaseEndedError it was released. LeaseUncertainError the clocks went apart; the next renewal decides.
   */
  assertHeld(): void {
    if (this.#left) throw leftError();
    this.#holding.assertHeld();
  }

  /**
   * Asks the service whether this lease's fencing token is the live one.
   * @throws StaleFencingTokenError it is not; it says who took over, and why. ServiceUnavailableError no answer came.
   */
  verify(): Promise<void> {
    return this.#calls.verify(this.#holding);
  }

  /**
   * Renews the lease now; needed only with `autoRenew: false`. `ttlMs` changes the TTL from here on.
   * @throws LeaseLostError it has ended. ServiceUnavailableError no answer came; it is held until `remainingMs` is over.
   */
  async renew(options: { readonly ttlMs?: number } = {}): Promise<Renewed> {
    if (this.#left) throw leftError();
    return this.#calls.renew(this.#holding, options);
  }

  /** Renews the lease with new metadata, at most 4 KiB as JSON: durable, and handed to the next holder. Throws as `renew` does. */
  async annotate(metadata: Metadata): Promise<Renewed> {
    if (this.#left) throw leftError();
    return this.#calls.renew(this.#holding, { metadata });
  }

  /** Tells that the work goes on; with `progressTimeoutMs` the lease is renewed only while you do. */
  progress(): void {
    if (!this.#left) this.#calls.progress(this.#holding);
  }

  /**
   * Calls `listener` when somebody asks for the session, at once for a request that stands already.
   * @returns what takes the listener off; the end of the lease does too
   */
  onYield(listener: YieldListener): () => void {
    return this.#listen(this.#holding.onYield(listener));
  }

  /** Calls `listener` when the number of those who wait has changed. Returns what takes it off. */
  onWaiters(listener: WaitersListener): () => void {
    return this.#listen(this.#holding.notices.onWaiters(listener));
  }

  /** Runs `fn` inside the lease: acquires of the same session that it makes, however deep, nest. */
  run<R>(fn: () => R): R {
    if (this.#left) throw leftError();
    return this.#calls.run(this.#holding, fn);
  }

  /**
   * Calls a model provider, again after a transient error, while the lease stays held, back-off included. Wrap one call,
   * never a loop over tools, and set the provider SDK's own retries to 0.
   * @throws LeaseLostError the lease was lost. HoldTooShortError it will end before another attempt could. Else the provider's last error.
   * @example
   * const reply = await lease.retry(({ signal }) => model.complete(prompt, { signal }));
   */
  async retry<R>(fn: (attempt: Attempt) => R | Promise<R>, options: RetryOptions = {}): Promise<R> {
    if (this.#left) throw leftError();
    return this.#calls.retry(this.#holding, fn, options);
  }

  /** What another process or worker needs to `adopt` the lease. A secret: it contains the lease id. */
  export(): ExportedLease {
    return this.#calls.export(this.#holding);
  }

  /** Lets go of the lease without releasing it, for one that was exported: it lives on by itself or by whoever adopts it. */
  leave(): void {
    if (this.nested) this.#leaveNesting();
    else this.#holding.end('left');
  }

  /**
   * Ends the lease, and `held` at once. Never rejects, and may be repeated. `lost`: it had ended before. `unknown`: the
   * service did not answer; the lease ends by itself.
   */
  release(): Promise<ReleaseOutcome> {
    if (!this.nested) return this.#calls.release(this.#holding);
    this.#leaveNesting();
    return Promise.resolve(this.#holding.phase === 'lost' ? 'lost' : 'released');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }

  #leaveNesting(): void {
    this.#left = true;
    for (const off of this.#listening) off();
    this.#listening.clear();
  }

  #listen(off: () => void): () => void {
    this.#listening.add(off);
    return () => {
      this.#listening.delete(off);
      off();
    };
  }
}

const leftError = (): LeaseEndedError => new LeaseEndedError('This nested handle was released.');
