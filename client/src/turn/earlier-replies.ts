/** What earlier holders of the session left: offered first, in order. */
import type { At } from '../checkpoint.ts';
import { ReplyRefusedError } from '../reply-errors.ts';
import { Delivery, type DeliveryParts } from '../replies/delivery.ts';
import { undeliveredOf } from '../replies/listing.ts';
import type { StoredReply } from '../replies/views.ts';
import type { EarlierDecision, EarlierReply, TurnOptions } from './options.ts';
import type { TurnLease } from './turn-lease.ts';

export interface EarlierRepliesParts<R> {
  readonly at: At;
  readonly delivery: DeliveryParts<R>;
  readonly lease: TurnLease;
  readonly decide: TurnOptions<R>['parked'];
  readonly signal: AbortSignal;
}

const earlierOf = <R>({ session, replyId, payload, fencingToken, holder, committed, state, attempts, parkedMsAgo }: StoredReply): EarlierReply<R> => ({
  session,
  replyId,
  reply: payload as R,
  fencingToken,
  holder,
  committed,
  maybeDelivered: state === 'unknown' || state === 'sending',
  attempts,
  parkedMsAgo,
});

export class EarlierReplies<R> {
  readonly #parts: EarlierRepliesParts<R>;

  constructor(parts: EarlierRepliesParts<R>) {
    this.#parts = parts;
  }

  /**
   * Does with each what the application decides. Once one could not be delivered, those behind it stay where they are: their order is the session's.
   * @returns those that are to be merged
   */
  async settle(): Promise<readonly EarlierReply<R>[]> {
    const { at, delivery, lease, signal } = this.#parts;
    const { session } = lease.current;
    const merged: EarlierReply<R>[] = [];
    let blocked = false;
    for (const { replyId } of await at('list earlier', () => undeliveredOf(delivery.calls, session, signal))) {
      const stored = await at('read earlier', () => delivery.calls.read(session, replyId, signal));
      // Gone to somebody meanwhile: an operator, or the last holder's late word.
      if (stored.payload === undefined) continue;
      const decision = await at('decide', () => this.#decide(stored));
      if (decision === 'merge') merged.push(earlierOf(stored));
      else if (typeof decision === 'object') await at('discard earlier', () => this.#discard(replyId, decision.discard));
      else if (decision === 'deliver' && !blocked) blocked = !(await at('deliver earlier', () => this.#deliver(stored)));
      else blocked = true;
    }
    return merged;
  }

  /** Gives up those whose words are in another reply by now; what became of them otherwise stays as it is. */
  async supersede(merged: readonly EarlierReply<R>[], byReplyId: string): Promise<void> {
    for (const { replyId } of merged) await this.#parts.at('supersede', () => this.#discard(replyId, `merged into ${byReplyId}`));
  }

  /** Brings the one that stands before the turn's own to its end. Answers whether the way is free. */
  async clear(replyId: string): Promise<boolean> {
    const { at, delivery, lease, signal } = this.#parts;
    const stored = await at('read the one before', () => delivery.calls.read(lease.current.session, replyId, signal));
    if (stored.payload === undefined) return true;
    const decision = await at('decide late', () => this.#decide(stored));
    if (decision === 'leave') return false;
    if (typeof decision === 'object') {
      await at('discard late', () => this.#discard(replyId, decision.discard));
      return true;
    }
    // For merging it comes too late.
    return await at('deliver late', () => this.#deliver(stored));
  }

  #decide(stored: StoredReply): EarlierDecision | Promise<EarlierDecision> {
    return this.#parts.decide?.(earlierOf(stored)) ?? 'deliver';
  }

  async #discard(replyId: string, reason: string): Promise<void> {
    const { at, delivery, lease } = this.#parts;
    const { session, leaseId } = lease.holding.facts;
    try {
      await at('discard', () => delivery.calls.discard(session, replyId, { reason }, { session, leaseId }));
    } catch (error) {
      if (!(error instanceof ReplyRefusedError)) throw error;
      delivery.logger.info({ session, replyId, err: error }, 'a reply that was to be discarded is settled otherwise');
    }
  }

  /** Answers whether it is out of the way: delivered, or dead for all to see. */
  async #deliver(stored: StoredReply): Promise<boolean> {
    const { at, delivery, lease, signal } = this.#parts;
    const rebase = stored.fencingToken !== lease.current.fencingToken;
    const attempted = { view: stored, reply: stored.payload as R, rebase, signal };
    const result = await at('deliver one', () => lease.run(() => new Delivery(delivery, lease.holding, attempted).run()));
    return result.kind === 'told' && (result.state === 'delivered' || result.state === 'dead');
  }
}
