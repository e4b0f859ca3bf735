/**
 * One message answered: generate, park, commit, deliver, settle, in this order. A lost lease does not end it: from the moment on that the reply is parked it is
 * kept by the service, and this turn, the next holder or a courier brings it to its end.
 */
import { ReplyRefusedError } from '../reply-errors.ts';
import { Delivery, type DeliveryParts, type DeliveryResult } from '../replies/delivery.ts';
import { isUndelivered, type ReplyView, type StoredReply } from '../replies/views.ts';
import type { SpooledReply } from '../spool/spool.ts';
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
    const { at, generation, lease, signal, mayBeKnown, replyId, terms } = this.#parts;
    signal.throwIfAborted();
    const spooled = mayBeKnown ? await at('look in the spool', () => this.#spooled()) : undefined;
    if (spooled) return await at('finish spooled', () => this.#finishSpooled(spooled));
    const known = mayBeKnown ? await at('look', () => this.#known()) : undefined;
    if (known) return await at('finish known', () => this.#finish({ reply: known.payload as R, fencingToken: known.fencingToken, view: known, merged: NONE }));
    const merged = await at('prepare', () => this.#prepare());
    const generated: Generated<R> = await at('generate', () => generation.run(merged));
    const { session } = lease.current;
    const kept = await at('keep', () => keep(this.#parts, { session, replyId, ...generated, ...terms }));
    if (kept.where === 'spool') return this.#result(generated, { outcome: 'parked', attempts: 0, spooled: true, error: kept.error });
    return await at('finish', () => this.#finish({ ...generated, view: kept.view, merged }));
  }

  /** The reply of this name in the local spool: its turn was cut off while the service was away. */
  async #spooled(): Promise<SpooledReply | undefined> {
    const { at, spool, lease, replyId } = this.#parts;
    return await at('find spooled', () => spool?.find({ session: lease.current.session, replyId }));
  }

  /** Brings it to the service as the courier would, and goes on from there. */
  async #finishSpooled(spooled: SpooledReply): Promise<TurnResult<R>> {
    const { at, spool } = this.#parts;
    const { session, replyId, payload, fencingToken, contentType, sequence, expiresInMs } = spooled;
    const generated = { reply: payload as R, fencingToken };
    const kept = await at('keep spooled', () => keep(this.#parts, { session, replyId, ...generated, contentType, sequence, expiresInMs }));
    if (kept.where === 'spool') return this.#result(generated, { outcome: 'parked', attempts: 0, spooled: true, error: kept.error });
    await at('remove spooled', () => spool?.remove(spooled));
    return await at('finish parked', () => this.#finish({ ...generated, view: kept.view, merged: NONE }));
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

  /** Looks after what earlier holders left, and again where the session was somebody else's meanwhile: nothing is generated on what is known to be old. */
  async #prepare(): Promise<readonly EarlierReply<R>[]> {
    const { at, earlier, lease } = this.#parts;
    for (;;) {
      const { takeovers } = lease;
      const merged = lease.current.parkedReplies > 0 ? await at('earlier replies', () => earlier.settle()) : NONE;
      await at('hold to generate', () => lease.ensureHeld());
      if (lease.takeovers === takeovers) return merged;
    }
  }

  /** Brings a kept reply as far as it will go. Whatever fails now, it is kept: so nothing is thrown any more. */
  async #finish(kept: Kept<R>): Promise<TurnResult<R>> {
    const { at, logger, lease, replyId } = this.#parts;
    try {
      return await at('complete', () => this.#complete(kept));
    } catch (error) {
      logger.warn({ session: lease.current.session, replyId, err: error }, 'a turn ended before its reply was delivered; the reply stays parked');
      return this.#result(kept, { outcome: standing(kept.view), attempts: kept.view.attempts, error });
    }
  }

  async #complete(kept: Kept<R>): Promise<TurnResult<R>> {
    const { at, calls, lease, earlier, signal, replyId } = this.#parts;
    const cleared = new Set<string>();
    let { view, merged } = kept;
    for (let moved = 0; moved <= MOVED_MAX; ) {
      if (!isUndelivered(view)) return this.#result(kept, { outcome: view.state as TurnResult['outcome'], attempts: view.attempts });
      if (signal.aborted) break;
      const takeoversBefore = lease.takeovers;
      await at('hold', () => lease.ensureHeld());
      await at('supersede merged', () => earlier.supersede(merged, replyId));
      merged = NONE;
      if (!(await at('make way', () => earlier.makeWay()))) break;
      // While the session was somebody else's, a courier or the next holder may have brought it further.
      if (lease.takeovers > takeoversBefore) {
        view = await at('read again', () => calls.read(lease.current.session, replyId));
        continue;
      }
      const result = await at('deliver', () => this.#deliver(kept, view));
      switch (result.kind) {
        case 'told':
          return this.#result(kept, { ...result, outcome: result.state as TurnResult['outcome'] });
        case 'unanswered':
          return this.#result(kept, { ...result, outcome: unansweredOutcome(view, result) });
        case 'not-next':
          if (cleared.has(result.replyId)) moved += 1;
          cleared.add(result.replyId);
          if (!(await at('clear', () => earlier.clear(result.replyId)))) return this.#left(kept, view);
          continue;
        case 'lost':
          await at('come back', () => lease.comeBack(result.error));
          break;
        case 'elsewhere':
          moved += 1;
      }
      view = await at('read', () => calls.read(lease.current.session, replyId));
    }
    return this.#left(kept, view);
  }

  async #deliver({ reply, fencingToken }: Kept<R>, view: ReplyView): Promise<DeliveryResult> {
    const { at, delivery, lease, signal } = this.#parts;
    const rebase = lease.current.fencingToken !== fencingToken;
    return await at('attempt delivery', () => lease.run(() => new Delivery(delivery, lease.holding, { view, reply, rebase, signal }).run()));
  }

  /** It stays where it is, for a courier or the next turn. */
  #left(kept: Kept<R>, view: ReplyView): TurnResult<R> {
    const { signal } = this.#parts;
    return this.#result(kept, { outcome: standing(view), attempts: view.attempts, ...(signal.aborted && { error: signal.reason }) });
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

/** What an undelivered reply is to those who wait for it. */
const standing = ({ state }: ReplyView): TurnResult['outcome'] => (state === 'parked' ? 'parked' : 'unknown');

/** What is true of a reply whose attempt could not be settled: it counts as unknown from the lease's end on, unless the attempt was not begun. */
const unansweredOutcome = (view: ReplyView, result: { readonly delivered: boolean; readonly attempts: number }): TurnResult['outcome'] => {
  if (result.delivered) return 'delivered';
  return result.attempts > view.attempts ? 'unknown' : standing(view);
};
