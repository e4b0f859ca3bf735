/** One visit to a session: its lease, then its replies one after another, up to the first that is not delivered. */
import type { At } from '../checkpoint.ts';
import { LeaseHeldError, ServiceUnavailableError } from '../errors.ts';
import { holdingOf, type Lease } from '../lease.ts';
import { Delivery, type DeliveryParts, type DeliveryResult } from '../replies/delivery.ts';
import { undeliveredOf } from '../replies/listing.ts';
import { isUndelivered, type ReplyView } from '../replies/views.ts';
import { ReplyRefusedError } from '../reply-errors.ts';
import type { CourierParts, CourierTerms } from './options.ts';

export interface VisitParts {
  readonly at: At;
  readonly acquire: CourierParts['acquire'];
  readonly delivery: DeliveryParts<unknown>;
  readonly terms: CourierTerms;
  /** Aborted when no further attempt is to be begun. */
  readonly closing: AbortSignal;
}

/**
 * What came of it. `worked`: something was attempted. `nothing`: there was nothing to do, or no leave to do it. `held`: somebody else has the session.
 * `failed`: an attempt stands unsettled, or nothing can be attempted.
 */
export type Visited = { readonly kind: 'worked' | 'nothing' | 'held' } | { readonly kind: 'failed'; readonly error: unknown };

/** What one reply means for those behind it. */
type Step = { readonly kind: 'next' | 'stop' | 'look-again' } | { readonly kind: 'failed'; readonly error: unknown };

/** So often in a row the queue may turn out to be another than the one that was listed. */
const LOOKS_MAX = 5;

const NEXT: Step = { kind: 'next' };
const STOP: Step = { kind: 'stop' };
const LOOK_AGAIN: Step = { kind: 'look-again' };

export class Visit {
  readonly #parts: VisitParts;
  readonly #session: string;
  #attempts = 0;

  constructor(parts: VisitParts, session: string) {
    this.#parts = parts;
    this.#session = session;
  }

  /** @throws what the service says that is about no reply: it is away, it wants another key */
  async run(): Promise<Visited> {
    const { at } = this.#parts;
    const lease = await at('lease', () => this.#lease());
    if (!lease) return { kind: 'held' };
    try {
      // The handlers may acquire the session themselves, as they may in a turn: inside the lease that nests.
      return await at('queue', () => lease.run(() => this.#deliverAll(lease)));
    } finally {
      await at('release', () => lease.release());
    }
  }

  async #lease(): Promise<Lease | undefined> {
    const { at, acquire, closing, terms } = this.#parts;
    const { ttlMs, maxHoldMs } = terms;
    try {
      return await at('acquire', () =>
        acquire(this.#session, { onHeld: 'reject', background: true, reentrant: false, maxHoldMs, signal: closing, ...(ttlMs !== undefined && { ttlMs }) }),
      );
    } catch (error) {
      if (error instanceof LeaseHeldError) return undefined;
      throw error;
    }
  }

  async #deliverAll(lease: Lease): Promise<Visited> {
    const { at, delivery } = this.#parts;
    for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
      const attemptsBefore = this.#attempts;
      const queue = await at('list session', () => undeliveredOf(delivery.calls, this.#session));
      const step = await at('walk', () => this.#walk(lease, queue));
      if (step.kind === 'failed') return step;
      if (step.kind !== 'look-again') break;
      if (this.#attempts > attemptsBefore) looks = 0;
    }
    return { kind: this.#attempts > 0 ? 'worked' : 'nothing' };
  }

  async #walk(lease: Lease, queue: readonly ReplyView[]): Promise<Step> {
    const { at } = this.#parts;
    for (const { replyId } of queue) {
      if (this.#isToLeave(lease)) return STOP;
      const step = await at('reply', () => this.#bring(lease, replyId));
      if (step.kind !== 'next') return step;
    }
    return STOP;
  }

  /** Whether it is time to let go: the work under way is finished, no further one begun. */
  #isToLeave(lease: Lease): boolean {
    const { closing, terms } = this.#parts;
    if (closing.aborted || lease.waiters > 0 || lease.yieldRequest !== undefined || !lease.held) return true;
    // An attempt that the longest hold would cut off is better begun under the next lease.
    return this.#attempts > 0 && holdingOf(lease).holdRemainingMs < terms.attemptTimeoutMs;
  }

  async #bring(lease: Lease, replyId: string): Promise<Step> {
    const { at, delivery } = this.#parts;
    const stored = await at('read', () => this.#read(replyId));
    // An operator discarded it, it became too old, or its last taker told late that it had arrived: none of these holds up the others.
    if (!stored || !isUndelivered(stored)) return NEXT;
    if ((stored.dueInMs ?? 0) > 0) return STOP;
    if (stored.payload === undefined) throw new ServiceUnavailableError(`The reply ${replyId} was answered without its payload.`, { code: 'answer-invalid' });
    const attempted = { view: stored, reply: stored.payload, rebase: stored.fencingToken !== lease.fencingToken, signal: undefined };
    const result = await at('deliver one', () => new Delivery(delivery, holdingOf(lease), attempted).run());
    return this.#after(lease, result);
  }

  async #read(replyId: string) {
    const { at, delivery } = this.#parts;
    try {
      return await at('read one', () => delivery.calls.read(this.#session, replyId));
    } catch (error) {
      if (error instanceof ReplyRefusedError) return undefined;
      throw error;
    }
  }

  #after(lease: Lease, result: DeliveryResult): Step {
    switch (result.kind) {
      case 'told':
        this.#attempts += 1;
        return result.state === 'delivered' || result.state === 'dead' ? NEXT : STOP;
      case 'unanswered':
        return { kind: 'failed', error: result.error };
      case 'lost':
        // Of a lease that ended its end is the whole story. Under one that stands, the application or its resource says that it is stale, and will say so again.
        return lease.held ? { kind: 'failed', error: result.error } : STOP;
      case 'elsewhere':
      case 'not-next':
        return LOOK_AGAIN;
    }
  }
}
