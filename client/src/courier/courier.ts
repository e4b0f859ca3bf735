/** The courier: delivers parked replies, of any session, for as long as it runs. */
import { halfJitterMs } from '../backoff.ts';
import { ClientClosedError } from '../errors.ts';
import { pause } from '../pause.ts';
import type { ReplyHandlers } from '../replies/handlers.ts';
import { SpoolFlush } from '../spool/flush.ts';
import { Bell } from './bell.ts';
import { courierTerms, type CourierOptions, type CourierParts, type CourierTerms } from './options.ts';
import { Resting } from './resting.ts';
import { timedHandlers } from './timed-handlers.ts';
import { Visit, type Visited, type VisitParts } from './visit.ts';

const PAGE = 100;
const PAGE_MAX = 1_000;
const BACK_OFF_MS_MAX = 30_000;

/**
 * Looks for sessions with due replies, takes the lease of each without waiting for it, commits what was not committed, and delivers in order, with the reply's
 * id as the channel's idempotency key. It stops at a session's first reply that is not delivered, steps aside for a turn that wants the session once the reply
 * under way is done, and goes on until it is closed. Many may run side by side: the lease keeps them from doing anything twice.
 *
 * It begins at once, and keeps the process alive until it is closed, as a server does. Delivery is at least once: after an `unknown` a reply goes out again
 * under the same id, with `maybeDelivered` set. Get it from {@link LeaseClient.courier}.
 *
 * @example
 * const courier = client.courier({
 *   commit: (reply, { replyId, fencingToken }) => transcript.appendOnce(fencingToken, replyId, reply),
 *   deliver: (reply, { session, replyId, signal }) => channel.send(session, reply, { idempotencyKey: replyId, signal }),
 * }, { onError: (error) => log.error(error) });
 * process.once('SIGTERM', () => courier.close());
 */
export class Courier implements AsyncDisposable {
  readonly #parts: CourierParts;
  readonly #terms: CourierTerms;
  readonly #visitParts: VisitParts;
  readonly #flush: SpoolFlush | undefined;
  readonly #bell: Bell;
  readonly #resting: Resting;
  readonly #visits = new Map<string, Promise<void>>();
  readonly #closing = new AbortController();
  readonly #hurry = new AbortController();
  readonly #running: Promise<void>;
  readonly #closeItself = (): void => void this.close();
  /** More sessions were due than could be visited. */
  #moreDue = false;
  /** Others were at the same sessions: it looks elsewhere in the list. */
  #contended = false;
  #flushFailures = 0;
  #flushAtMs = -Infinity;
  #closed: Promise<void> | undefined;

  /**
   * @internal
   * @throws InvalidRequestError names the option that is wrong
   */
  constructor(parts: CourierParts, handlers: ReplyHandlers<unknown>, options: CourierOptions = {}) {
    const { at, clock, calls, logger, random, acquire, spool, closed } = parts;
    this.#parts = parts;
    this.#terms = courierTerms(options);
    const timed = timedHandlers(handlers, { clock, logger, timeoutMs: this.#terms.attemptTimeoutMs, hurry: this.#hurry.signal });
    const delivery = { calls, clock, logger, at, handlers: timed, classify: options.classifyDelivery };
    this.#visitParts = { at, acquire, delivery, terms: this.#terms, closing: this.#closing.signal };
    this.#flush = spool && new SpoolFlush(spool, { calls, clock, logger });
    this.#bell = new Bell(clock);
    this.#resting = new Resting(clock, random, this.#terms.pollMs);
    closed.addEventListener('abort', this.#closeItself);
    this.#running = this.#run();
    if (closed.aborted) this.#closeItself();
  }

  /** @internal Resolves when it has come to its end. Never rejects. */
  get ended(): Promise<void> {
    return this.#running;
  }

  /** Looks for due replies now, instead of at the next poll: for whoever has just parked one in the same process. */
  nudge(): void {
    this.#bell.ring();
  }

  /**
   * Begins nothing more, finishes the attempts under way, and releases their leases. Handlers still at work after `attemptTimeoutMs` have their signals
   * aborted, and are given up 5 s later. Never rejects, and may be repeated.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const { at, clock, closed } = this.#parts;
    closed.removeEventListener('abort', this.#closeItself);
    this.#closing.abort(new ClientClosedError());
    this.#bell.ring();
    const hurry = clock.after(this.#terms.attemptTimeoutMs, () => this.#hurry.abort(new DOMException('The courier is closing.', 'TimeoutError')));
    await at('close', () => this.#running);
    hurry.cancel();
  }

  async #run(): Promise<void> {
    const { at, random } = this.#parts;
    for (let failures = 0; !this.#closing.signal.aborted; ) {
      try {
        await at('round', () => this.#round());
        failures = 0;
        await at('rest', () => this.#bell.rest(this.#terms.pollMs * (0.75 + random() / 2)));
      } catch (error) {
        if (this.#closing.signal.aborted) break;
        this.#report(error, 'the courier could not look for due replies; it goes on trying');
        await at('back off', () => this.#backOff(failures));
        failures += 1;
      }
    }
    await at('drain', () => Promise.all(this.#visits.values()));
  }

  async #round(): Promise<void> {
    const { at, calls } = this.#parts;
    await at('flush', () => this.#flushSpool());
    const free = this.#terms.concurrency - this.#visits.size;
    if (free <= 0) return;
    const limit = Math.min(PAGE_MAX, PAGE + this.#visits.size + this.#resting.size);
    const due = await at('list due', () => calls.listDue(limit, this.#closing.signal));
    const open = due.map(({ session }) => session).filter((session) => !this.#visits.has(session) && !this.#resting.has(session));
    this.#moreDue = open.length > free;
    for (const session of this.#choose(open, free)) this.#visits.set(session, this.#visit(session));
  }

  /** Those that have been due the longest; anywhere in the list where other couriers are at those already. */
  #choose(open: readonly string[], free: number): readonly string[] {
    if (this.#closing.signal.aborted) return [];
    const from = this.#contended ? Math.floor(this.#parts.random() * open.length) : 0;
    return [...open.slice(from), ...open.slice(0, from)].slice(0, free);
  }

  async #visit(session: string): Promise<void> {
    const { at } = this.#parts;
    try {
      this.#visited(session, await at('visit', () => new Visit(this.#visitParts, session).run()));
    } catch (error) {
      if (!this.#closing.signal.aborted) this.#failed(session, error);
      else if (!(error instanceof ClientClosedError)) this.#report(error, 'a session could not be finished while the courier was closing', session);
    } finally {
      this.#visits.delete(session);
    }
  }

  #visited(session: string, visited: Visited): void {
    switch (visited.kind) {
      case 'worked':
        this.#contended = false;
        this.#resting.end(session);
        if (this.#moreDue) this.#bell.ring();
        break;
      case 'held':
        this.#contended = true;
        break;
      case 'nothing':
        this.#resting.begin(session);
        break;
      case 'failed':
        this.#failed(session, visited.error);
        break;
    }
  }

  #failed(session: string, error: unknown): void {
    this.#resting.begin(session);
    this.#report(error, 'the courier could not go on with a session; it comes back to it', session);
  }

  /** What earlier holders could not park is older than anything that is due. A disk that fails must not keep the rest from being delivered. */
  async #flushSpool(): Promise<void> {
    const { at, clock, random } = this.#parts;
    const flush = this.#flush;
    if (!flush || clock.now().monoMs < this.#flushAtMs) return;
    try {
      const { stopped } = await at('flush spool', () => flush.run(this.#closing.signal));
      if (stopped) throw stopped;
      this.#flushFailures = 0;
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      this.#flushAtMs = clock.now().monoMs + halfJitterMs(this.#flushFailures, this.#terms.pollMs, BACK_OFF_MS_MAX, random());
      this.#flushFailures += 1;
      this.#report(error, 'the spool could not be flushed; it is tried again');
    }
  }

  async #backOff(failures: number): Promise<void> {
    const { at, clock, random } = this.#parts;
    try {
      await at('back off timer', () => pause(clock, halfJitterMs(failures, this.#terms.pollMs, BACK_OFF_MS_MAX, random()), this.#closing.signal));
    } catch {
      // It is closing, which the loop looks at next.
    }
  }

  #report(error: unknown, message: string, session?: string): void {
    this.#parts.logger.error({ ...(session !== undefined && { session }), err: error }, message);
    try {
      this.#terms.onError?.(error);
    } catch (fault) {
      // Nobody here can answer for a listener's fault. It comes up as an uncaught exception, as it does for an event target.
      queueMicrotask(() => {
        throw fault;
      });
    }
  }
}
