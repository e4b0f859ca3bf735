/** The lease that a turn runs under. It may be lost and regained on the way; whatever is nested in the turn is nested in the newest one. */
import { follow } from '../abort.ts';
import { fullJitterMs } from '../backoff.ts';
import type { RandomFraction } from '../chance.ts';
import type { At } from '../checkpoint.ts';
import type { Clock } from '../clock.ts';
import { HoldfastError, LeaseEndedError, LeaseHeldError, LeaseLostError, StaleFencingTokenError, WaitersFullError } from '../errors.ts';
import type { Holding } from '../holding.ts';
import { holdingOf, type Lease } from '../lease.ts';
import type { Logger } from '../logger.ts';
import type { Nesting, Seat } from '../nesting.ts';
import type { AdoptOptions, ExportedLease } from '../options.ts';
import { pause } from '../pause.ts';

const BACKOFF_MS_MAX = 30_000;
// Who again and again says of a lease that it is lost, while it stands, will go on saying so.
const RETURNS_MAX = 5;

export interface TurnLeaseParts {
  readonly at: At;
  readonly clock: Clock;
  readonly random: RandomFraction;
  readonly logger: Logger;
  readonly nesting: Nesting;
  /** Takes the session's lease anew, outside of every nesting. */
  readonly acquire: (signal: AbortSignal) => Promise<Lease>;
  readonly adopt: (exported: ExportedLease, options: AdoptOptions) => Promise<Lease>;
  /** Ends all waiting. */
  readonly signal: AbortSignal;
  readonly reacquisitions: number;
  readonly reacquireBaseMs: number;
}

export class TurnLease {
  readonly #parts: TurnLeaseParts;
  readonly #seat: Seat;
  readonly #listeners = new Set<(lease: Lease) => void>();
  readonly #ending = new AbortController();
  readonly #unfollow: () => void;
  #lease: Lease;
  /** Whether the turn has to release it: one that the caller gave stays the caller's. */
  #isOurs: boolean;
  #isOver = false;
  #takeovers = 0;
  /** The last lease that counts as taken over. */
  #counted: Holding | undefined;
  #acquires = 0;
  #returns = 0;
  #regaining: Promise<void> | undefined;

  constructor(parts: TurnLeaseParts, lease: Lease, isOurs: boolean) {
    this.#parts = parts;
    this.#lease = lease;
    this.#isOurs = isOurs;
    this.#seat = { current: holdingOf(lease) };
    this.#unfollow = follow(this.#ending, [parts.signal]);
  }

  get current(): Lease {
    return this.#lease;
  }

  get holding(): Holding {
    return holdingOf(this.#lease);
  }

  /** How many leases of the turn ended, so that the session may have been somebody else's in the meantime. */
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

  /** For the turn's next step, which counts as progress. @throws why the lease is not held and could not be regained */
  async ensureHeld(): Promise<void> {
    this.#lease.progress();
    if (!this.holding.held) await this.#parts.at('regain', () => this.#regain());
  }

  /**
   * Comes back to the session after somebody has said that the lease is lost. What the service said is believed; anybody else's word it has to confirm.
   * @throws why it could not be regained; `said` where the service says again and again that it stands
   */
  async comeBack(said: unknown): Promise<void> {
    const { at } = this.#parts;
    const { session, fencingToken } = this.#lease;
    const isOfThisLease = said instanceof LeaseLostError && said.session === session && said.fencingToken === fencingToken;
    if (isOfThisLease && said.endedBecause !== undefined) this.holding.lose(said);
    else if (isUnknownLease(said)) this.holding.lose({});
    const before = this.#takeovers;
    await at('confirm and regain', () => this.#regain(said));
    if (this.#takeovers > before) return;
    this.#returns += 1;
    // Where the resource has seen a larger token than the live one, no waiting helps.
    if (said instanceof StaleFencingTokenError || this.#returns >= RETURNS_MAX) throw said;
    await at('back off after a return', () => this.#backOff(this.#returns));
  }

  /** Gives the lease back, unless it is the caller's; nothing of the turn takes another one after that. Never rejects. */
  async release(): Promise<void> {
    const { at } = this.#parts;
    this.#isOver = true;
    this.#ending.abort(overError());
    this.#unfollow();
    await at('stop regaining', () => this.#regaining?.catch(() => {
      // Whoever waited for it has been told.
    }));
    if (this.#isOurs) await at('release lease', () => this.#lease.release());
  }

  /** One attempt to come back at a time, whoever asks for it. */
  #regain(said?: unknown): Promise<void> {
    if (this.#isOver) return Promise.reject(overError());
    this.#regaining ??= this.#comeBackOrAcquire(said).finally(() => (this.#regaining = undefined));
    return this.#regaining;
  }

  async #comeBackOrAcquire(said: unknown): Promise<void> {
    const { at, reacquisitions, acquire } = this.#parts;
    let why = said;
    for (let failures = 0; ; ) {
      try {
        if (await at('renew', () => this.#isStillOurs())) return;
        this.#countTakeover();
        if (this.#acquires >= reacquisitions) throw why ?? this.holding.endSignal.reason;
        this.#acquires += 1;
        await at('back off', () => this.#backOff(this.#acquires - 1));
        return this.#use(await at('acquire again', () => acquire(this.#ending.signal)));
      } catch (error) {
        why = error;
        failures += 1;
        if (failures >= reacquisitions || !isPassing(error)) throw error;
        await at('back off after a failure', () => this.#backOff(failures));
      }
    }
  }

  /** Asks by the old id: a lease that was lost in silence, or is in doubt, may stand. @throws ServiceUnavailableError nobody could say */
  async #isStillOurs(): Promise<boolean> {
    const { at, adopt } = this.#parts;
    const before = this.#lease;
    const { holding } = this;
    if (holding.phase === 'live' && (await at('renew in time', () => this.#isRenewed(before)))) return true;
    // What the service has said to be over is over, and what was given away is somebody else's.
    if (!holding.lostInSilence) return false;
    const { progressTimeoutMs } = holding.facts;
    try {
      this.#use(await at('adopt', () => adopt(before.export(), { progressTimeoutMs, signal: this.#ending.signal })));
      return true;
    } catch (error) {
      if (isOver(error)) return false;
      throw error;
    }
  }

  async #isRenewed(lease: Lease): Promise<boolean> {
    try {
      holdingOf(lease).assertRenewable();
      await this.#parts.at('renew lease', () => lease.renew());
      return true;
    } catch (error) {
      if (!isOver(error)) throw error;
      // A nested handle that was released says so, while the lease it stood for goes on.
      if (holdingOf(lease).held) return true;
      // Its deadline has passed, and the timer that says so may be late: it is lost in silence. What is known to be over stays as it is.
      holdingOf(lease).lose();
      return false;
    }
  }

  #countTakeover(): void {
    if (this.#counted === this.holding) return;
    this.#counted = this.holding;
    this.#takeovers += 1;
  }

  #backOff(step: number): Promise<void> {
    const { clock, random, reacquireBaseMs } = this.#parts;
    return pause(clock, fullJitterMs(step, reacquireBaseMs, BACKOFF_MS_MAX, random()), this.#ending.signal);
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

const overError = (): LeaseEndedError => new LeaseEndedError('The turn is over, and its lease with it.');

/** Whether an error says for good that a lease is not live any more. */
const isOver = (error: unknown): boolean => error instanceof LeaseLostError || error instanceof LeaseEndedError;

/** The service does not know the lease at all. */
const isUnknownLease = (error: unknown): boolean => error instanceof HoldfastError && error.code === 'lease-unknown';

/** Whether another attempt to acquire may go better. */
const isPassing = (error: unknown): boolean =>
  error instanceof LeaseHeldError || error instanceof WaitersFullError || (error instanceof HoldfastError && error.retryable);
