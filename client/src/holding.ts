/** One lease, as long as this client holds it: what is known of it, until when it may be believed, and how it ended. */
import type { Clock, Timer } from './clock.ts';
import { publishLost } from './diagnostics.ts';
import { LeaseEndedError, LeaseLostError, LeaseUncertainError, type LossFacts } from './errors.ts';
import { Notices, type YieldListener } from './notices.ts';
import { believedMs, combine, judge, validityOf, type Validity } from './validity.ts';
import type { Previous, YieldRequest } from './views.ts';
import type { Renewal } from './wire.ts';

export interface HoldingFacts {
  readonly session: string;
  readonly leaseId: string;
  readonly holder: string;
  readonly fencingToken: number;
  readonly ttlMs: number;
  readonly validity: Validity;
  readonly waitedMs: number;
  readonly previous: Previous | undefined;
  /** Undelivered replies of the session when it was granted. */
  readonly parkedReplies?: number;
  readonly autoRenew: boolean;
  /** Renewals stop when the lease's owner has not told of progress for this long. */
  readonly progressTimeoutMs: number | undefined;
  /** When the longest hold ends, on the monotonic clock; undefined where the service's default applies. */
  readonly holdEndsAtMs: number | undefined;
}

export interface HoldingParts {
  readonly clock: Clock;
  /** The clocks went apart: a renewal is wanted at once. */
  readonly onUncertain: (holding: Holding) => void;
  /** The lease is over here, one way or the other. Called once, before anybody else is told. */
  readonly onOver: (holding: Holding) => void;
}

type Phase = 'live' | 'lost' | 'released' | 'left';

// Renewals extend by the whole TTL unless max hold or a preemption caps them; below this part of it they are capped.
const CAPPED_PART = 0.95;

export class Holding {
  readonly facts: HoldingFacts;
  readonly notices: Notices;
  readonly #parts: HoldingParts;
  readonly #lossController = new AbortController();
  readonly #endController = new AbortController();
  #phase: Phase = 'live';
  #lostInSilence = false;
  #validity: Validity;
  #ttlMs: number;
  #cappedAtMs = Infinity;
  #progressAtMs: number;
  #deadline: Timer | undefined;

  constructor(facts: HoldingFacts, parts: HoldingParts) {
    this.facts = facts;
    this.#parts = parts;
    this.notices = new Notices(facts.parkedReplies);
    this.#validity = facts.validity;
    this.#ttlMs = facts.ttlMs;
    this.#progressAtMs = parts.clock.now().monoMs;
    this.#armDeadline();
  }

  get phase(): Phase {
    return this.#phase;
  }

  get ttlMs(): number {
    return this.#ttlMs;
  }

  /** The deadline passed without a word from the service, where the lease may still stand. */
  get lostInSilence(): boolean {
    return this.#lostInSilence;
  }

  /** Aborted when the lease is lost, with the `LeaseLostError`; never by a release. */
  get lossSignal(): AbortSignal {
    return this.#lossController.signal;
  }

  /** Aborted when the lease is over here, for whatever reason. */
  get endSignal(): AbortSignal {
    return this.#endController.signal;
  }

  get held(): boolean {
    return this.#trouble() === undefined;
  }

  /** @throws why the lease cannot be relied on at this moment */
  assertHeld(): void {
    const trouble = this.#trouble();
    if (trouble) throw trouble;
  }

  /** Whether a renewal can still help: it can while only the clocks are in doubt. @throws why it cannot */
  assertRenewable(): void {
    const trouble = this.#trouble();
    if (trouble && !(trouble instanceof LeaseUncertainError)) throw trouble;
  }

  /** How long it may still be believed, in milliseconds. */
  get remainingMs(): number {
    return this.#phase === 'live' ? Math.max(0, believedMs(this.#validity, this.#parts.clock.now())) : 0;
  }

  /** Until when renewals are tried. */
  get deadlineMonoMs(): number {
    return this.#validity.deadlineMonoMs;
  }

  /** How long it can be held at most, however often it is renewed; Infinity where nothing is known to end it. */
  get holdRemainingMs(): number {
    const endsAtMs = Math.min(this.facts.holdEndsAtMs ?? Infinity, this.#cappedAtMs);
    const graceMs = this.yieldRequest?.remainingMs ?? Infinity;
    return Math.max(0, Math.min(endsAtMs - this.#parts.clock.now().monoMs, graceMs));
  }

  get yieldRequest(): YieldRequest | undefined {
    return this.notices.yieldRequest(this.#parts.clock.now().monoMs);
  }

  onYield(listener: YieldListener): () => void {
    return this.notices.onYield(listener, this.#parts.clock.now().monoMs);
  }

  progress(): void {
    this.#progressAtMs = this.#parts.clock.now().monoMs;
  }

  /** Its owner has not told of progress for longer than it said it would. */
  get isStalled(): boolean {
    const { progressTimeoutMs } = this.facts;
    return progressTimeoutMs !== undefined && this.#parts.clock.now().monoMs - this.#progressAtMs > progressTimeoutMs;
  }

  /**
   * Takes in an answered renewal.
   * @param answered what it is worth, counted from its own sending
   */
  renewed(answered: { readonly sent: Validity['sent']; readonly renewal: Renewal }): void {
    const { sent, renewal } = answered;
    if (this.#phase !== 'live') return;
    // Somebody may have seen that the deadline had passed: what was told to be over stays over.
    if (judge(this.#validity, this.#parts.clock.now()) === 'over') return this.lose();
    this.#validity = combine(this.#validity, validityOf(sent, renewal.remainingMs));
    this.#ttlMs = renewal.ttlMs;
    this.#cappedAtMs = renewal.remainingMs < renewal.ttlMs * CAPPED_PART ? sent.monoMs + renewal.remainingMs : Infinity;
    this.#armDeadline();
    this.notices.deliver(renewal, sent.monoMs);
  }

  /**
   * The lease is gone.
   * @param known what the service said of it; undefined when the deadline passed in silence
   */
  lose(known?: Omit<LossFacts, 'session' | 'fencingToken'>): void {
    if (this.#phase !== 'live') return;
    this.#lostInSilence = known === undefined;
    const { session, fencingToken, holder } = this.facts;
    const { endedBecause, currentToken, successor } = known ?? {};
    const loss = new LeaseLostError({ session, fencingToken, endedBecause, currentToken, successor });
    this.#finish('lost');
    publishLost({ session, holder, fencingToken, endedBecause, successor });
    this.#lossController.abort(loss);
    this.#endController.abort(loss);
  }

  /** Its owner is done with it: `released`, or `left` to live on without this client. */
  end(phase: 'released' | 'left'): void {
    if (this.#phase !== 'live') return;
    this.#finish(phase);
    this.#endController.abort(endedError(phase));
  }

  #finish(phase: Phase): void {
    this.#phase = phase;
    this.#deadline?.cancel();
    this.notices.silence();
    this.#parts.onOver(this);
  }

  #trouble(): Error | undefined {
    switch (this.#phase) {
      case 'lost':
        return this.#lossController.signal.reason as LeaseLostError;
      case 'released':
      case 'left':
        return endedError(this.#phase);
      case 'live':
        return this.#doubt();
    }
  }

  #doubt(): Error | undefined {
    const { session, fencingToken } = this.facts;
    switch (judge(this.#validity, this.#parts.clock.now())) {
      case 'valid':
        return undefined;
      case 'uncertain':
        this.#parts.onUncertain(this);
        return new LeaseUncertainError();
      case 'over':
        return new LeaseLostError({ session, fencingToken });
    }
  }

  #armDeadline(): void {
    const { clock } = this.#parts;
    this.#deadline?.cancel();
    this.#deadline = clock.after(Math.max(0, this.#validity.deadlineMonoMs - clock.now().monoMs), () => {
      // A timer may come a moment early; the clock decides.
      if (clock.now().monoMs >= this.#validity.deadlineMonoMs) this.lose();
      else this.#armDeadline();
    });
    this.#deadline.unref?.();
  }
}

const endedError = (phase: 'released' | 'left'): LeaseEndedError =>
  new LeaseEndedError(phase === 'released' ? 'The lease was released.' : 'The lease was left; this client does not renew it any more.');
