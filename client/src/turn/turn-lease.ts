/** The lease that a turn runs under. It may be lost and regained on the way; whatever is nested in the turn is nested in the newest one. */
import { fullJitterMs } from '../backoff.ts';
import type { RandomFraction } from '../chance.ts';
import type { At } from '../checkpoint.ts';
import type { Clock } from '../clock.ts';
import { HoldfastError, LeaseEndedError, LeaseHeldError, LeaseLostError, StaleFencingTokenError, WaitersFullError } from '../errors.ts';
import type { Holding } from '../holding.ts';
import { holdingOf, type Lease } from '../lease.ts';
import type { Logger } from '../logger.ts';
import type { Nesting, Seat } from '../nesting.ts';
import type { ExportedLease } from '../options.ts';
import { pause } from '../pause.ts';

const BACKOFF_MS_MAX = 30_000;

export interface TurnLeaseParts {
  readonly at: At;
  readonly clock: Clock;
  readonly random: RandomFraction;
  readonly logger: Logger;
  readonly nesting: Nesting;
  /** Takes the session's lease anew, outside of every nesting. */
  readonly acquire: () => Promise<Lease>;
  readonly adopt: (exported: ExportedLease) => Promise<Lease>;
  /** Ends all waiting. */
  readonly signal: AbortSignal;
  readonly reacquisitions: number;
  readonly reacquireBaseMs: number;
}

export class TurnLease {
  readonly #parts: TurnLeaseParts;
  readonly #seat: Seat;
  readonly #listeners = new Set<(lease: Lease) => void>();
  #lease: Lease;
  /** Whether the turn has to release it: one that the caller gave stays the caller's. */
  #isOurs: boolean;
  #takeovers = 0;
  #regaining: Promise<void> | undefined;

  constructor(parts: TurnLeaseParts, lease: Lease, isOurs: boolean) {
    this.#parts = parts;
    this.#lease = lease;
    this.#isOurs = isOurs;
    this.#seat = { current: holdingOf(lease) };
  }

  get current(): Lease {
    return this.#lease;
  }

  get holding(): Holding {
    return holdingOf(this.#lease);
  }

  /** How often the session was somebody else's in the meantime. */
  get takeovers(): number {
    return this.#takeovers;
  }

  /** Runs `fn` inside the lease, and inside those that come after it. */
  run<R>(fn: () => R): R {
    return this.#parts.nesting.runIn(this.#seat, fn);
  }

  /** Calls `listener` with the lease, now and each time when it is another one. Returns what takes it off. */
  onLease(listener: (lease: Lease) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#lease);
    return () => void this.#listeners.delete(listener);
  }

  /** @throws why the lease is not held and could not be regained */
  async ensureHeld(): Promise<void> {
    if (!this.#lease.held) await this.#parts.at('regain', () => this.regain());
  }

  /**
   * Comes back to the session, at best with the lease that was there. One attempt at a time, whoever asks for it.
   * @param cause what said that it is lost
   * @throws why it could not be regained
   */
  async regain(cause?: unknown): Promise<void> {
    this.#regaining ??= this.#regain(cause).finally(() => (this.#regaining = undefined));
    await this.#parts.at('regained', () => this.#regaining);
  }

  /** Gives the lease back, unless it is the caller's. Never rejects. */
  async release(): Promise<void> {
    if (this.#isOurs) await this.#parts.at('release lease', () => this.#lease.release());
  }

  async #regain(cause: unknown): Promise<void> {
    const { at, reacquisitions } = this.#parts;
    for (let failures = 0; ; ) {
      try {
        if (await at('renew', () => this.#isStillOurs())) {
          // Where the resource has seen a larger token than the live one, no waiting helps.
          if (cause instanceof StaleFencingTokenError) throw cause;
          return;
        }
        if (this.#takeovers >= reacquisitions) throw cause ?? this.#lease.signal.reason;
        this.#takeovers += 1;
        await at('back off', () => this.#backOff(this.#takeovers - 1));
        const lease = await at('acquire again', () => this.#parts.acquire());
        return this.#use(lease);
      } catch (error) {
        failures += 1;
        if (failures >= reacquisitions || !isPassing(error)) throw error;
        await at('back off after failure', () => this.#backOff(failures));
      }
    }
  }

  /** Asks by the old id: a lease that was lost in silence, or is in doubt, may stand. @throws ServiceUnavailableError nobody could say */
  async #isStillOurs(): Promise<boolean> {
    const { at, adopt } = this.#parts;
    const before = this.#lease;
    try {
      if (this.holding.phase === 'live') await at('renew lease', () => before.renew());
      else this.#use(await at('adopt', () => adopt(before.export())));
      return true;
    } catch (error) {
      if (error instanceof LeaseLostError || error instanceof LeaseEndedError) return false;
      throw error;
    }
  }

  #backOff(step: number): Promise<void> {
    const { clock, random, reacquireBaseMs, signal } = this.#parts;
    return pause(clock, fullJitterMs(step, reacquireBaseMs, BACKOFF_MS_MAX, random()), signal);
  }

  /** Goes on with another lease, which is the turn's own to release. */
  #use(lease: Lease): void {
    const { session, fencingToken } = lease;
    this.#parts.logger.info({ session, fencingToken, takeovers: this.#takeovers }, 'a turn goes on under another lease');
    this.#lease = lease;
    this.#isOurs = true;
    this.#seat.current = holdingOf(lease);
    for (const listener of this.#listeners) listener(lease);
  }
}

/** Whether another attempt to acquire may go better. */
const isPassing = (error: unknown): boolean =>
  error instanceof LeaseHeldError || error instanceof WaitersFullError || (error instanceof HoldfastError && error.retryable);
