/** Makes the reply, once, while the session is held as well as can be. */
import { unlessAborted } from '../abort.ts';
import type { At } from '../checkpoint.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import type { RandomFraction } from '../chance.ts';
import { retryWhileHeld, type Attempt, type RetryOptions } from '../retry.ts';
import type { Interruption } from './interruption.ts';
import type { EarlierReply, GenerateContext, TurnHandlers } from './options.ts';
import type { TurnLease } from './turn-lease.ts';

export interface GenerationParts<R> {
  readonly at: At;
  readonly clock: Clock;
  readonly socketClock: Clock;
  readonly random: RandomFraction;
  readonly logger: Logger;
  readonly lease: TurnLease;
  readonly interruption: Interruption;
  readonly generate: TurnHandlers<R>['generate'];
  readonly onLost: 'finish' | 'abort';
}

/** What was made, and the fencing token under which it was begun: what it was made of is as old as that. */
export interface Generated<R> {
  readonly reply: R;
  readonly fencingToken: number;
}

const NEVER = new AbortController().signal;

export class Generation<R> {
  readonly #parts: GenerationParts<R>;

  constructor(parts: GenerationParts<R>) {
    this.#parts = parts;
  }

  /** @throws what `generate` throws; the reason of the interruption where that is why */
  async run(parked: readonly EarlierReply<R>[]): Promise<Generated<R>> {
    const { at, lease, interruption, generate } = this.#parts;
    const { fencingToken } = lease.current;
    const off = lease.onLease((current) => interruption.watch(current));
    try {
      const reply = await at('generate handler', () => lease.run(() => generate(this.#context(parked))));
      return { reply, fencingToken };
    } finally {
      off();
      interruption.close();
    }
  }

  #context(parked: readonly EarlierReply<R>[]): GenerateContext<R> {
    const { lease, interruption } = this.#parts;
    return {
      get lease() {
        return lease.current;
      },
      get deadlineInMs() {
        return interruption.deadlineInMs;
      },
      signal: interruption.signal,
      retry: (fn, options = {}) => this.#retry(fn, options),
      parked,
    };
  }

  /** Under `finish` a loss leaves the attempt in flight alone, and the next one begins when the session is ours again. */
  #retry<T>(fn: (attempt: Attempt) => T | Promise<T>, options: RetryOptions): Promise<T> {
    const { at, clock, socketClock, random, logger, lease, interruption, onLost } = this.#parts;
    if (onLost === 'abort') return lease.current.retry(fn, { ...options, signal: joined(options.signal, interruption.signal) });
    const { session } = lease.current;
    const signal = joined(options.signal, interruption.signal);
    const ready = (): Promise<void> => at('hold for attempt', () => unlessAborted(signal, lease.ensureHeld()));
    const holdRemainingMs = (): number => (lease.holding.held ? lease.holding.holdRemainingMs : Infinity);
    return retryWhileHeld(fn, { ...options, signal }, { clock, socketClock, random, logger, session, endSignal: NEVER, holdRemainingMs, ready });
  }
}

const joined = (own: AbortSignal | undefined, turn: AbortSignal): AbortSignal => (own === undefined ? turn : AbortSignal.any([own, turn]));
