/** What earlier holders of the session left: offered first, in order. */
import type { At } from '../checkpoint.ts';
import { HoldfastError, InvalidRequestError } from '../errors.ts';
import { ReplyRefusedError } from '../reply-errors.ts';
import { Delivery, type DeliveryParts } from '../replies/delivery.ts';
import { saysStale } from '../replies/delivery-outcome.ts';
import { undeliveredOf } from '../replies/listing.ts';
import { isUndelivered, type StoredReply } from '../replies/views.ts';
import type { EarlierDecision, EarlierReply, TurnOptions } from './options.ts';
import type { TurnLease } from './turn-lease.ts';

export interface EarlierRepliesParts<R> {
  readonly at: At;
  readonly delivery: DeliveryParts<R>;
  readonly lease: TurnLease;
  readonly decide: TurnOptions<R>['parked'];
  readonly signal: AbortSignal;
}

const earlierOf = <R>({ session, replyId, payload, fencingToken, holder, committed, state, attempts, maybeDelivered, parkedMsAgo }: StoredReply): EarlierReply<R> => ({
  session,
  replyId,
  reply: payload as R,
  fencingToken,
  holder,
  committed,
  maybeDelivered: maybeDelivered || state === 'sending',
  attempts,
  parkedMsAgo,
});

const checkDecision = (decision: unknown): EarlierDecision => {
  if (decision === undefined) return 'deliver';
  if (decision === 'deliver' || decision === 'merge' || decision === 'leave') return decision;
  if (typeof decision === 'object' && decision !== null && 'discard' in decision && typeof decision.discard === 'string') return { discard: decision.discard };
  throw new InvalidRequestError('parked must answer "deliver", "merge", "leave" or { discard } with a reason.');
};

export class EarlierReplies<R> {
  readonly #parts: EarlierRepliesParts<R>;
  /** What the application decided about those that are still there, in order. */
  readonly #standing = new Map<string, EarlierDecision>();

  constructor(parts: EarlierRepliesParts<R>) {
    this.#parts = parts;
  }

  /**
   * Does with each what the application decides. Once one stays, those behind it stay too: their order is the session's.
   * @returns those that are to be merged
   */
  async settle(): Promise<readonly EarlierReply<R>[]> {
    const { at, delivery, lease, signal } = this.#parts;
    const { session } = lease.current;
    const merged: EarlierReply<R>[] = [];
    this.#standing.clear();
    for (const { replyId } of await at('list earlier', () => undeliveredOf(delivery.calls, session, signal))) {
      const stored = await at('read earlier', () => this.#read(replyId));
      if (!stored) continue;
      const decision = await at('decide earlier', () => this.#decide(stored));
      const isSettled = await at('settle earlier', () => this.#settle(stored, decision, this.#standing.size === 0));
      if (isSettled) continue;
      this.#standing.set(replyId, decision);
      if (decision === 'merge') merged.push(earlierOf(stored));
    }
    return merged;
  }

  /** Gives up those whose words are in another reply by now; what became of them otherwise stays as it is. */
  async supersede(merged: readonly EarlierReply<R>[], byReplyId: string): Promise<void> {
    for (const { replyId } of merged) {
      await this.#parts.at('supersede', () => this.#discard(replyId, `merged into ${byReplyId}`));
      this.#standing.delete(replyId);
    }
  }

  /** Brings those to their end that stood before the turn's own. Answers whether the way is free. */
  async makeWay(): Promise<boolean> {
    for (const replyId of [...this.#standing.keys()]) {
      if (!(await this.#parts.at('clear earlier', () => this.clear(replyId)))) return false;
    }
    return true;
  }

  /** Brings one to its end that stands before the turn's own. Answers whether it is out of the way. */
  async clear(replyId: string): Promise<boolean> {
    const { at } = this.#parts;
    const decided = this.#standing.get(replyId);
    if (decided === 'leave') return false;
    const stored = await at('read the one before', () => this.#read(replyId));
    const decision = stored && (decided ?? (await at('decide late', () => this.#decide(stored))));
    const isSettled = !stored || (await at('settle late', () => this.#settle(stored, decision === 'merge' ? 'deliver' : decision!, true)));
    if (isSettled) this.#standing.delete(replyId);
    else this.#standing.set(replyId, decision!);
    return isSettled;
  }

  /** Undefined where it is gone: discarded by an operator, too old, or delivered after all, as its last taker told late. */
  async #read(replyId: string): Promise<StoredReply | undefined> {
    const { at, delivery, lease, signal } = this.#parts;
    try {
      const stored = await at('read one', () => delivery.calls.read(lease.current.session, replyId, signal));
      return isUndelivered(stored) ? stored : undefined;
    } catch (error) {
      if (error instanceof ReplyRefusedError) return undefined;
      throw error;
    }
  }

  async #decide(stored: StoredReply): Promise<EarlierDecision> {
    return checkDecision(await this.#parts.at('decide', () => this.#parts.decide?.(earlierOf(stored))));
  }

  /** Answers whether it is out of the way. */
  async #settle(stored: StoredReply, decision: EarlierDecision, isNext: boolean): Promise<boolean> {
    const { at } = this.#parts;
    if (typeof decision === 'object') return await at('discard earlier', () => this.#discard(stored.replyId, decision.discard));
    return decision === 'deliver' && isNext && (await at('deliver earlier', () => this.#deliver(stored)));
  }

  /** Again under the next lease, where this one is lost. */
  async #discard(replyId: string, reason: string): Promise<boolean> {
    const { at, delivery, lease } = this.#parts;
    for (;;) {
      const { session, leaseId } = lease.holding.facts;
      try {
        await at('discard', () => delivery.calls.discard(session, replyId, { reason }, { session, leaseId }));
        return true;
      } catch (error) {
        if (error instanceof ReplyRefusedError) {
          delivery.logger.info({ session, replyId, err: error }, 'a reply that was to be discarded is not there to be discarded');
          return error.code !== 'reply-sending';
        }
        if (!saysStale(error) && !(error instanceof HoldfastError && error.code === 'lease-unknown')) throw error;
        await at('come back to discard', () => lease.comeBack(error));
      }
    }
  }

  /** Answers whether it is out of the way: delivered, dead for all to see, or gone otherwise. Again under the next lease, where this one is lost. */
  async #deliver(stored: StoredReply): Promise<boolean> {
    const { at, delivery, lease, signal } = this.#parts;
    for (let view: StoredReply | undefined = stored; view; ) {
      const rebase = view.fencingToken !== lease.current.fencingToken;
      const attempted = { view, reply: view.payload as R, rebase, signal };
      const result = await at('deliver one', () => lease.run(() => new Delivery(delivery, lease.holding, attempted).run()));
      if (result.kind === 'told') return result.state === 'delivered' || result.state === 'dead';
      if (result.kind !== 'lost') return false;
      await at('come back to deliver', () => lease.comeBack(result.error));
      view = await at('read once more', () => this.#read(stored.replyId));
    }
    return true;
  }
}
