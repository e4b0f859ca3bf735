/**
 * One attempt to bring a reply to its end, under a live lease: commit what is not committed, tell the service, deliver, tell the service what came of it.
 * Turns and couriers both do it, and it is all they do to a reply.
 */
import { follow } from '../abort.ts';
import type { At } from '../checkpoint.ts';
import type { Clock } from '../clock.ts';
import { publishDeliver } from '../diagnostics.ts';
import { HoldfastError, LeaseLostError, ServiceUnavailableError } from '../errors.ts';
import type { Holding } from '../holding.ts';
import type { Logger } from '../logger.ts';
import { DeliveryError, ReplyRefusedError } from '../reply-errors.ts';
import { classifyFailure, errorText, saysStale, type ClassifyDelivery } from './delivery-outcome.ts';
import type { ReplyHandlers } from './handlers.ts';
import type { AttemptReport } from './options.ts';
import type { ReplyCalls } from './reply-calls.ts';
import type { ReplyState, ReplyView } from './views.ts';

export interface DeliveryParts<R> {
  readonly calls: ReplyCalls;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly at: At;
  readonly handlers: ReplyHandlers<R>;
  readonly classify: ClassifyDelivery | undefined;
}

/** What is attempted. */
export interface Attempted<R> {
  readonly view: Pick<ReplyView, 'session' | 'replyId' | 'state' | 'committed' | 'attempts' | 'maybeDelivered'>;
  readonly reply: R;
  /** Whether it was generated under another lease than the one it is brought to its end under. */
  readonly rebase: boolean;
  /** The caller's own wish to stop. */
  readonly signal: AbortSignal | undefined;
}

/**
 * What came of it. `told`: the service knows. `unanswered`: what came of the attempt could not be told, or the attempt not be begun. `lost`: the lease is not held.
 * `elsewhere`: the reply is not where it was thought to be; look at it again. `not-next`: another one comes first.
 */
export type DeliveryResult =
  | { readonly kind: 'told'; readonly state: ReplyState; readonly attempts: number; readonly error?: unknown }
  | { readonly kind: 'unanswered'; readonly delivered: boolean; readonly attempts: number; readonly error: unknown }
  | { readonly kind: 'lost'; readonly error: unknown }
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'not-next'; readonly replyId: string };

/** A fault of the application's `commit`, which is told as a failed attempt: so it is seen, and not tried again in a hurry. */
interface CommitFault {
  readonly error: unknown;
}

export class Delivery<R> {
  readonly #parts: DeliveryParts<R>;
  readonly #holding: Holding;
  readonly #attempted: Attempted<R>;

  constructor(parts: DeliveryParts<R>, holding: Holding, attempted: Attempted<R>) {
    this.#parts = parts;
    this.#holding = holding;
    this.#attempted = attempted;
  }

  /** Never rejects for what the service, the resource or the channel did; see {@link DeliveryResult}. */
  async run(): Promise<DeliveryResult> {
    const { at } = this.#parts;
    const controller = new AbortController();
    const unfollow = follow(controller, [this.#holding.endSignal, this.#attempted.signal]);
    try {
      return await at('attempt', () => this.#attempt(controller.signal));
    } catch (error) {
      return this.#refused(error);
    } finally {
      unfollow();
    }
  }

  async #attempt(signal: AbortSignal): Promise<DeliveryResult> {
    const { at } = this.#parts;
    const { view } = this.#attempted;
    const fault = view.committed ? undefined : await at('commit', () => this.#commit(signal));
    this.#holding.assertHeld();
    // Whoever gives up has not failed: nothing is told of it, and nothing sent.
    this.#attempted.signal?.throwIfAborted();
    const attempt = view.attempts + 1;
    await at('take', () => this.#tell({ attempt, outcome: 'sending', committed: fault === undefined }));
    if (fault) return await at('settle fault', () => this.#settle(attempt, commitReport(attempt, fault), fault.error));
    // The last look before the effect: what is not sent now is at worst marked as unknown.
    this.#holding.assertHeld();
    return await at('send', () => this.#deliver(attempt, signal));
  }

  async #commit(signal: AbortSignal): Promise<CommitFault | undefined> {
    const { at, handlers } = this.#parts;
    const { view, reply, rebase } = this.#attempted;
    const { session, replyId } = view;
    this.#holding.assertHeld();
    try {
      const { fencingToken } = this.#holding.facts;
      await at('commit handler', () => handlers.commit(reply, { session, replyId, fencingToken, rebase, signal }));
      return undefined;
    } catch (error) {
      if (saysStale(error) || !this.#holding.held) throw new Stale(undefined, { cause: error });
      this.#parts.logger.warn({ session, replyId, err: error }, 'a reply could not be committed');
      return { error };
    }
  }

  async #deliver(attempt: number, signal: AbortSignal): Promise<DeliveryResult> {
    const { at, handlers, classify, clock } = this.#parts;
    const { view, reply } = this.#attempted;
    const { session, replyId, state } = view;
    // An attempt of this very lease that was never settled is not told as unknown yet.
    const maybeDelivered = view.maybeDelivered || state === 'sending';
    const startedMs = clock.now().monoMs;
    const publish = (outcome: AttemptReport['outcome'], error?: unknown): void =>
      publishDeliver({ session, replyId, fencingToken: this.#holding.facts.fencingToken, attempt, outcome, tookMs: clock.now().monoMs - startedMs, ...(error !== undefined && { error }) });
    try {
      if (this.#attempted.signal?.aborted) throw new DeliveryError('transient', 'It was not begun.', { cause: this.#attempted.signal.reason });
      await at('deliver handler', () => handlers.deliver(reply, { session, replyId, fencingToken: this.#holding.facts.fencingToken, attempt, maybeDelivered, signal }));
    } catch (error) {
      const { failure, error: text, retryAfterMs } = classifyFailure(error, classify, clock.now().wallUs / 1_000);
      // The channel's own fence refused it: this attempt has certainly not arrived, and only a new holder can say more.
      if (saysStale(error)) throw new Stale(undefined, { cause: error });
      publish(failure === 'unknown' ? 'unknown' : 'failed', error);
      if (failure === 'unknown') return await at('settle unknown', () => this.#settle(attempt, { attempt, outcome: 'unknown', error: text }, error));
      const more = failure === 'permanent' ? { permanent: true } : retryAfterMs === undefined ? {} : { retryAfterMs };
      return await at('settle failed', () => this.#settle(attempt, { attempt, outcome: 'failed', error: text, ...more }, error));
    }
    publish('delivered');
    return await at('settle delivered', () => this.#settle(attempt, { attempt, outcome: 'delivered' }));
  }

  /** Tells what came of the attempt. That it arrived is worth telling even without the lease; else the lease's end tells it as unknown. */
  async #settle(attempt: number, report: AttemptReport, error?: unknown): Promise<DeliveryResult> {
    const { at } = this.#parts;
    try {
      const { state, attempts } = await at('tell', () => this.#tell(report));
      return { kind: 'told', state, attempts, ...(error !== undefined && { error }) };
    } catch (refused) {
      if (report.outcome !== 'delivered' && refused instanceof LeaseLostError) throw refused;
      const { session, replyId } = this.#attempted.view;
      this.#parts.logger.warn({ session, replyId, attempt, outcome: report.outcome, err: refused }, 'what came of a delivery could not be told; it counts as unknown');
      return { kind: 'unanswered', delivered: report.outcome === 'delivered', attempts: attempt, error: error ?? refused };
    }
  }

  #tell(report: AttemptReport): Promise<ReplyView> {
    const { leaseId, session } = this.#holding.facts;
    return this.#parts.calls.attempt({ session, leaseId }, this.#attempted.view.replyId, report);
  }

  /** What an error on the way means for the reply. What is nobody's word, a fault of this program, is thrown on. */
  #refused(error: unknown): DeliveryResult {
    if (error instanceof Stale) return { kind: 'lost', error: error.cause };
    if (saysStale(error) || (error instanceof HoldfastError && error.code === 'lease-unknown')) return { kind: 'lost', error };
    if (error instanceof ReplyRefusedError) {
      return error.code === 'reply-not-next' && error.replyId !== undefined ? { kind: 'not-next', replyId: error.replyId } : { kind: 'elsewhere' };
    }
    if (error instanceof ServiceUnavailableError) return { kind: 'unanswered', delivered: false, attempts: this.#attempted.view.attempts, error };
    throw error;
  }
}

/** An application, or its resource, says that the lease is not the live one. */
class Stale extends Error {}

const commitReport = (attempt: number, { error }: CommitFault): AttemptReport => ({ attempt, outcome: 'failed', error: errorText(`commit: ${errorText(error)}`) });
