/**
 * One message answered: generate, park, commit, deliver, settle, in this order. A lost lease does not end it: from the moment on that the reply is parked it is
 * kept by the service, and this turn, the next holder or a courier brings it to its end.
 */
import { HoldfastError, LeaseLostError } from '../errors.ts';
import { ReplyRefusedError } from '../reply-errors.ts';
import { Delivery, type DeliveryParts, type DeliveryResult } from '../replies/delivery.ts';
import { isUndelivered, type ReplyView, type StoredReply } from '../replies/views.ts';
import type { EarlierReplies } from './earlier-replies.ts';
import type { Generated, Generation } from './generation.ts';
import { keep, type KeepingParts, type Unkept } from './keeping.ts';
import type { EarlierReply, TurnResult } from './options.ts';
import type { TurnLease } from './turn-lease.ts';

export interface TurnParts<R> extends KeepingParts {
  readonly delivery: DeliveryParts<R>;
  readonly lease: TurnLease;
  readonly generation: Generation<R>;
  readonly earlier: EarlierReplies<R>;
  readonly replyId: string;
  /** The caller named the reply, so that it may be there already. */
  readonly mayBeKnown: boolean;
  readonly terms: Pick<Unkept<R>, 'contentType' | 'sequence' | 'expiresInMs'>;
  /** Ends the turn at the next step; what is generated is kept all the same. */
  readonly signal: AbortSignal;
}

/** A reply that is kept, on the way to its end. */
interface Kept<R> {
  readonly reply: R;
  /** Under which it was generated. */
  readonly fencingToken: number;
  readonly view: ReplyView;
  /** Earlier replies whose words it contains. */
  readonly merged: readonly EarlierReply<R>[];
}

const NONE: readonly never[] = [];

// Whoever moves a reply at the same time as its live holder is an operator, and not many.
const MOVED_MAX = 5;

export class Turn<R> {
  readonly #parts: TurnParts<R>;

  constructor(parts: TurnParts<R>) {
    this.#parts = parts;
  }

  /** @throws what `generate` throws while there is no reply. ReplyNotParkedError has the reply, which could be kept nowhere. */
  async run(): Promise<TurnResult<R>> {
    const { at, lease } = this.#parts;
    try {
      return await at('turn', () => this.#run());
    } finally {
      await at('release', () => lease.release());
    }
  }

  async #run(): Promise<TurnResult<R>> {
    const { at, generation, earlier, lease, signal, mayBeKnown, replyId, terms } = this.#parts;
    signal.throwIfAborted();
    const known = mayBeKnown ? await at('look', () => this.#known()) : undefined;
    if (known) return await at('finish known', () => this.#finish({ reply: known.payload as R, fencingToken: known.fencingToken, view: known, merged: NONE }));
    const merged = lease.current.parkedReplies > 0 ? await at('earlier replies', () => earlier.settle()) : NONE;
    const generated: Generated<R> = await at('generate', () => generation.run(merged));
    const { session } = lease.current;
    const kept = await at('keep', () => keep(this.#parts, { session, replyId, ...generated, ...terms }));
    if (kept.where === 'spool') return this.#result(generated, { outcome: 'parked', attempts: 0, spooled: true, error: kept.error });
    return await at('finish', () => this.#finish({ ...generated, view: kept.view, merged }));
  }

  /** The reply of this name, if there is one: its turn was cut off, or has come to its end. */
  async #known(): Promise<StoredReply | undefined> {
    const { at, calls, lease, replyId, signal } = this.#parts;
    try {
      return await at('read known', () => calls.read(lease.current.session, replyId, signal));
    } catch (error) {
      if (error instanceof ReplyRefusedError && error.code === 'reply-unknown') return undefined;
      throw error;
    }
  }

  /** Brings a kept reply as far as it will go. Whatever fails now, it is kept: so nothing is thrown any more. */
  async #finish(kept: Kept<R>): Promise<TurnResult<R>> {
    const { at, logger, lease, replyId } = this.#parts;
    try {
      return await at('complete', () => this.#complete(kept));
    } catch (error) {
      logger.warn({ session: lease.current.session, replyId, err: error }, 'a turn ended before its reply was delivered; the reply stays parked');
      return this.#result(kept, { outcome: 'parked', attempts: kept.view.attempts, error });
    }
  }

  async #complete(kept: Kept<R>): Promise<TurnResult<R>> {
    const { at, calls, lease, earlier, signal, replyId } = this.#parts;
    let { view, merged } = kept;
    for (let moved = 0; moved <= MOVED_MAX; ) {
      if (!isUndelivered(view)) return this.#result(kept, { outcome: view.state as TurnResult['outcome'], attempts: view.attempts });
      if (signal.aborted) break;
      const takeoversBefore = lease.takeovers;
      await at('hold', () => lease.ensureHeld());
      // While the session was somebody else's, a courier or the next holder may have brought it further.
      if (lease.takeovers > takeoversBefore) {
        view = await at('read again', () => calls.read(lease.current.session, replyId));
        continue;
      }
      const result = await at('deliver', () => this.#deliver(kept, view, merged));
      merged = result.kind === 'lost' ? merged : NONE;
      if (result.kind === 'told') return this.#result(kept, { ...result, outcome: result.state as TurnResult['outcome'] });
      if (result.kind === 'unanswered') return this.#result(kept, { ...result, outcome: result.delivered ? 'delivered' : 'parked' });
      if (result.kind === 'not-next') {
        if (!(await at('clear', () => earlier.clear(result.replyId)))) break;
        continue;
      }
      if (result.kind === 'lost') await at('come back', () => this.#comeBack(result.error));
      else moved += 1;
      view = await at('read', () => calls.read(lease.current.session, replyId));
    }
    return this.#result(kept, { outcome: 'parked', attempts: view.attempts, ...(signal.aborted && { error: signal.reason }) });
  }

  /** One attempt; those that are merged into the reply make way for it before. */
  async #deliver(kept: Kept<R>, view: ReplyView, merged: readonly EarlierReply<R>[]): Promise<DeliveryResult> {
    const { at, delivery, earlier, lease, signal, replyId } = this.#parts;
    try {
      await at('supersede merged', () => earlier.supersede(merged, replyId));
    } catch (error) {
      if (error instanceof LeaseLostError) return { kind: 'lost', error };
      throw error;
    }
    const rebase = lease.current.fencingToken !== kept.fencingToken;
    return await at('attempt delivery', () => lease.run(() => new Delivery(delivery, lease.holding, { view, reply: kept.reply, rebase, signal }).run()));
  }

  /** Somebody said that the lease is lost. What the service said is known to the lease too; what a resource said, the service has to confirm. */
  async #comeBack(error: unknown): Promise<void> {
    const { at, lease } = this.#parts;
    const { session, fencingToken } = lease.current;
    if (error instanceof LeaseLostError && error.session === session && error.fencingToken === fencingToken) lease.holding.lose(error);
    else if (error instanceof HoldfastError && error.code === 'lease-unknown') lease.holding.lose({});
    await at('regain lease', () => lease.regain(error));
  }

  #result(
    { reply }: { readonly reply: R },
    { outcome, attempts, error, spooled = false }: Pick<TurnResult, 'outcome' | 'attempts'> & { readonly error?: unknown; readonly spooled?: boolean },
  ): TurnResult<R> {
    const { lease, replyId } = this.#parts;
    const { current, takeovers } = lease;
    return { outcome, replyId, fencingToken: current.fencingToken, takeovers, attempts, reply, spooled, ...(error !== undefined && { error }) };
  }
}
