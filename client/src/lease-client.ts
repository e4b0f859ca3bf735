/** The client: takes leases on sessions and keeps them. */
import { acquireRequest, holdingFacts } from './acquire-terms.ts';
import { Acquisition } from './acquisition.ts';
import { adoptLease } from './adoption.ts';
import { assemble, type Assembly } from './assembly.ts';
import { publishAcquire } from './diagnostics.ts';
import { LeaseHeldError } from './errors.ts';
import type { Holding } from './holding.ts';
import { Lease } from './lease.ts';
import { Courier } from './courier/courier.ts';
import type { CourierOptions } from './courier/options.ts';
import { checkAcquireOptions } from './option-checks.ts';
import type { AcquireOptions, AdoptOptions, CloseOptions, ExportedLease, LeaseClientOptions, ListOptions, RevokeOptions, YieldOptions } from './options.ts';
import type { ReplyHandlers } from './replies/handlers.ts';
import { Replies } from './replies/replies.ts';
import { checkSession } from './session-path.ts';
import { checkTurn } from './turn/option-checks.ts';
import type { TurnHandlers, TurnOptions, TurnResult } from './turn/options.ts';
import { runTurn } from './turn/run-turn.ts';
import { UnderWay } from './under-way.ts';
import type { FenceVerdict, LeaseView, Revoked, SessionView, YieldAsked } from './views.ts';

const WAIT_MS_DEFAULT = 60_000;
const DRAIN_MS = 30_000;

/**
 * A client of the Holdfast service. Make one for a process, and close it when the process ends. While it holds leases it
 * renews them, and keeps the process alive.
 *
 * @example
 * const client = new LeaseClient({ baseUrl: 'http://127.0.0.1:7420', holder: `gateway-2/pid ${process.pid}` });
 * await client.withLease('agent:main:feishu:oc_1', async (lease) => {
 *   const reply = await lease.retry(({ signal }) => model.complete(prompt, { signal }));
 *   await fence.append(lease.fencingToken, reply);
 * });
 * await client.close();
 */
export class LeaseClient implements AsyncDisposable {
  readonly #options: LeaseClientOptions;
  readonly #parts: Assembly;
  readonly #underWay: UnderWay;
  readonly #handles = new WeakMap<Holding, Lease>();
  #closed: Promise<void> | undefined;

  /** @throws InvalidRequestError names the option that is wrong */
  constructor(options: LeaseClientOptions) {
    this.#options = options;
    this.#parts = assemble(options);
    this.#underWay = new UnderWay(this.#parts.socketClock);
  }

  /**
   * Takes the lease on a session, waiting for it if somebody else holds it. Inside `withLease` or `lease.run` of the same
   * session it gives a nested handle on the lease that is there.
   * @throws LeaseHeldError somebody else held it for all of `waitMs`. WaitersFullError too many wait. QuotaExceededError the namespace has all that it may
   * have. ServiceUnavailableError no answer came in `waitMs` and `requestTimeoutMs`. LeaseLostError it would nest in a lease that is lost. ClientClosedError. The signal's reason.
   * @example
   * const lease = await client.acquire('agent:main:feishu:oc_1', { waitMs: 60_000, signal });
   */
  async acquire(session: string, options: AcquireOptions = {}): Promise<Lease> {
    this.#underWay.assertOpen();
    options.signal?.throwIfAborted();
    checkSession(session);
    checkAcquireOptions(options);
    return this.#nested(session, options) ?? this.#underWay.run(options.signal, (signal) => this.#acquire(session, options, signal));
  }

  /** Takes the lease if nobody holds it; `undefined` if somebody does. Throws as `acquire` does. */
  async tryAcquire(session: string, options: Omit<AcquireOptions, 'waitMs' | 'onHeld' | 'interrupt' | 'maxWaiters'> = {}): Promise<Lease | undefined> {
    try {
      return await this.acquire(session, { ...options, onHeld: 'reject' });
    } catch (error) {
      if (error instanceof LeaseHeldError) return undefined;
      throw error;
    }
  }

  /**
   * Runs `fn` under the lease of a session and releases it after. Acquires of the same session inside `fn` nest. Rejects
   * as `acquire` does, or with what `fn` throws; a release that fails changes neither.
   */
  withLease<R>(session: string, fn: (lease: Lease) => R | Promise<R>): Promise<R>;
  withLease<R>(session: string, options: AcquireOptions, fn: (lease: Lease) => R | Promise<R>): Promise<R>;
  async withLease<R>(session: string, ...rest: readonly [(lease: Lease) => R | Promise<R>] | readonly [AcquireOptions, (lease: Lease) => R | Promise<R>]): Promise<R> {
    const [options, fn] = rest.length === 1 ? [{}, rest[0]] : rest;
    const lease = await this.acquire(session, options);
    try {
      return await (this.#isReentrant(options) ? lease.run(() => fn(lease)) : fn(lease));
    } finally {
      await lease.release();
    }
  }

  /**
   * Answers one message: generates a reply, parks it, commits it, delivers it, under the session's lease, or under a given one, which is used and not released.
   * A lost lease is regained; what was generated is never thrown away.
   * @throws what `generate` throws. ReplyNotParkedError has the reply, which could be kept nowhere. As `acquire` does.
   * @example
   * const { outcome } = await client.turn('agent:main:feishu:oc_1', {
   *   generate: ({ retry }) => retry(({ signal }) => model.complete(prompt, { signal })),
   *   commit: (reply, { replyId, fencingToken }) => transcript.append(fencingToken, { replyId, reply }),
   *   deliver: (reply, { replyId }) => channel.send(reply, { idempotencyKey: replyId }),
   * });
   */
  async turn<R>(sessionOrLease: string | Lease, handlers: TurnHandlers<R>, options: TurnOptions<R> = {}): Promise<TurnResult<R>> {
    this.#underWay.assertOpen();
    checkTurn(handlers, options);
    const acquire = (session: string, terms: AcquireOptions): Promise<Lease> => this.acquire(session, terms);
    const adopt = (exported: ExportedLease, terms: AdoptOptions): Promise<Lease> => this.adopt(exported, terms);
    const client = { assembly: this.#parts, holder: this.#options.holder, acquire, adopt };
    return this.#underWay.run(options.signal, (signal) => runTurn(client, sessionOrLease, handlers, options, signal));
  }

  /** Delivers parked replies, of any session, from now until it is closed; it keeps the process alive. Run one in each gateway, or in a process of its own. */
  courier<R = unknown>(handlers: ReplyHandlers<R>, options: CourierOptions = {}): Courier {
    this.#underWay.assertOpen();
    const acquire = (session: string, terms: AcquireOptions): Promise<Lease> => this.acquire(session, terms);
    const { nesting, replies: calls } = this.#parts;
    // Whoever makes a courier inside a lease does not lend it that lease.
    const courier = nesting.detached(() => new Courier({ ...this.#parts, calls, acquire, closed: this.#underWay.closed }, handlers as ReplyHandlers<unknown>, options));
    this.#underWay.add(courier.ended);
    return courier;
  }

  /** The replies that the service keeps. */
  get replies(): Replies {
    return new Replies(this.#parts.replies, () => this.#underWay.assertOpen());
  }

  /** Runs `fn`, and all that it starts, outside of every lease of the asynchronous context. */
  runDetached<R>(fn: () => R): R {
    return this.#parts.nesting.detached(fn);
  }

  /**
   * Goes on with a lease that `lease.export()` gave, in another process or worker. It renews before it reports the lease held.
   * @throws LeaseLostError it has ended. StoreMismatchError it lives in another store. ServiceUnavailableError. ClientClosedError.
   */
  async adopt(exported: ExportedLease, options: AdoptOptions = {}): Promise<Lease> {
    this.#underWay.assertOpen();
    options.signal?.throwIfAborted();
    checkAcquireOptions(options);
    return this.#underWay.run(options.signal, async (signal) => this.#handle(await adoptLease(this.#parts, exported, options, signal)));
  }

  /** The lease that this client holds on a session; `undefined` when it holds none. Local. */
  held(session: string): Lease | undefined {
    const holding = this.#parts.held.find(session);
    return holding?.held ? this.#handle(holding) : undefined;
  }

  /** Who holds a session, who waits for it, and what was before; also for one that nobody has named yet. */
  async inspect(session: string): Promise<SessionView> {
    this.#underWay.assertOpen();
    return this.#parts.sessions.inspect(session);
  }

  /** The live leases, in byte order of their session keys. Fetches a page at a time. */
  list(options: ListOptions = {}): AsyncGenerator<LeaseView, void, void> {
    this.#underWay.assertOpen();
    return this.#parts.sessions.list(options);
  }

  /** What the service says of a fencing token: whether it is the session's live one. `unknown` counts as stale. */
  async checkFence(session: string, fencingToken: number): Promise<FenceVerdict> {
    this.#underWay.assertOpen();
    return this.#parts.sessions.checkFence(session, fencingToken);
  }

  /** Asks whoever holds the session to give it up. @throws LeaseNotHeldError nobody does */
  async requestYield(session: string, options: YieldOptions = {}): Promise<YieldAsked> {
    this.#underWay.assertOpen();
    return this.#parts.sessions.requestYield(session, options);
  }

  /** Ends a session's lease at once: for operators, as its holder learns it late. @throws LeaseNotHeldError nobody holds it */
  async revoke(session: string, options: RevokeOptions): Promise<Revoked> {
    this.#underWay.assertOpen();
    return this.#parts.sessions.revoke(session, options);
  }

  /**
   * Ends all that is under way: acquires that wait reject with `ClientClosedError`, leases are released, or left to expire or
   * to whoever adopts them. Turns are told to stop and keep what they have; couriers finish what they are at. After it nothing of the client keeps the
   * process alive. It takes `requestTimeoutMs` and a little at most, with turns and couriers under way `drainMs` more.
   */
  close({ leases = 'release', drainMs = DRAIN_MS }: CloseOptions = {}): Promise<void> {
    this.#closed ??= this.#close(leases, drainMs);
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(leases: 'release' | 'leave', drainMs: number): Promise<void> {
    const { held, heartbeats, stream, calls, departures, transport } = this.#parts;
    await this.#underWay.end(drainMs);
    if (leases === 'leave') for (const holding of held.all) holding.end('left');
    else await Promise.all(held.all.map((holding) => calls.release(holding)));
    heartbeats.stop();
    stream?.stop();
    await departures.settled();
    await transport.close();
  }

  #isReentrant({ reentrant = this.#options.reentrant ?? true }: AcquireOptions): boolean {
    return reentrant;
  }

  #nested(session: string, options: AcquireOptions): Lease | undefined {
    const holding = this.#isReentrant(options) ? this.#parts.nesting.find(session) : undefined;
    if (!holding) return undefined;
    holding.assertRenewable();
    return new Lease(holding, this.#parts.calls, true);
  }

  async #acquire(session: string, options: AcquireOptions, signal: AbortSignal): Promise<Lease> {
    const { acquisition, clock, held } = this.#parts;
    const { holder } = this.#options;
    const startedMs = clock.now().monoMs;
    const waitMs = options.onHeld === 'reject' ? 0 : (options.waitMs ?? WAIT_MS_DEFAULT);
    try {
      const acquired = await new Acquisition(acquisition, { session, waitMs, request: acquireRequest(options, this.#options), signal }).run();
      publishAcquire({ session, holder, tookMs: clock.now().monoMs - startedMs, fencingToken: acquired.grant.fencingToken });
      return this.#handle(held.hold(holdingFacts(session, options, acquired), acquired));
    } catch (error) {
      publishAcquire({ session, holder, tookMs: clock.now().monoMs - startedMs, error });
      throw error;
    }
  }

  #handle(holding: Holding): Lease {
    let handle = this.#handles.get(holding);
    if (!handle) this.#handles.set(holding, (handle = new Lease(holding, this.#parts.calls, false)));
    return handle;
  }
}
