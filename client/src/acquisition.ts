/** Takes a lease: mints its id, waits in slices, repeats what got lost, and leaves nothing behind when it gives up. */
import type { RandomBytes } from './chance.ts';
import type { Departures } from './departures.ts';
import { LeaseEndedError } from './errors.ts';
import type { Answer, Call } from './exchange.ts';
import { asGrant, asRenewal } from './answers.ts';
import { mintLeaseId } from './lease-id.ts';
import { pause } from './pause.ts';
import { refusalIn } from './problem.ts';
import { attemptMs, mayRepeat, pauseMs, repeat, type RepeatParts } from './repeat.ts';
import { leasePath } from './session-path.ts';
import { hasTicket, sliceMs, stepAfter } from './slices.ts';
import { judge, validityOf, type Validity } from './validity.ts';
import type { AcquireRequest, Grant } from './wire.ts';

export interface Wanted {
  readonly session: string;
  readonly waitMs: number;
  /** What the service is asked for, but for the wait. */
  readonly request: AcquireRequest;
  readonly signal: AbortSignal;
}

export interface Acquired {
  readonly leaseId: string;
  readonly grant: Grant;
  readonly validity: Validity;
  /** The service wants the first renewal at once. */
  readonly unconfirmed: boolean;
  /** When the next renewal is due, on the monotonic clock. */
  readonly renewAtMs: number;
  readonly waitedMs: number;
}

export interface AcquisitionParts extends RepeatParts {
  readonly randomBytes: RandomBytes;
  readonly departures: Departures;
  /** How long a call is repeated whose answers get lost, beyond the wait. */
  readonly requestTimeoutMs: number;
}

// An id can be over before its repeat is answered, if its lease ended meanwhile. Twice in a row is no accident.
const IDS_MAX = 3;

export class Acquisition {
  readonly #parts: AcquisitionParts;
  readonly #wanted: Wanted;
  readonly #startedMs: number;
  readonly #path: string;
  #leaseId = '';
  /** The service may know the id, so that it has to be told when nobody wants it any more. */
  #mayBeKnown = false;
  #failures = 0;

  constructor(parts: AcquisitionParts, wanted: Wanted) {
    this.#parts = parts;
    this.#wanted = wanted;
    this.#startedMs = parts.clock.now().monoMs;
    this.#path = leasePath(wanted.session);
  }

  /** @throws the signal's reason when it is aborted; else one of the client's errors */
  async run(): Promise<Acquired> {
    try {
      for (let ids = 1; ids <= IDS_MAX; ids += 1) {
        this.#leaseId = mintLeaseId(this.#parts.randomBytes);
        this.#mayBeKnown = false;
        const acquired = await this.#acquireThisId();
        if (acquired) return acquired;
      }
      throw new LeaseEndedError('The lease ended before its grant could be told, several times in a row.', { retryable: true });
    } catch (error) {
      if (this.#mayBeKnown) void this.#parts.departures.depart(this.#wanted.session, this.#leaseId);
      throw error;
    }
  }

  get #elapsedMs(): number {
    return this.#parts.clock.now().monoMs - this.#startedMs;
  }

  /** What is left for all attempts together. */
  get #leftMs(): number {
    return this.#wanted.waitMs + this.#parts.requestTimeoutMs - this.#elapsedMs;
  }

  /** Asks with one id until it is granted, refused, or over; undefined when it is over. */
  async #acquireThisId(): Promise<Acquired | undefined> {
    const { waitMs, session, signal } = this.#wanted;
    for (;;) {
      const askedMs = this.#elapsedMs;
      const answer = await this.#ask();
      if (!answer) continue;
      signal.throwIfAborted();
      switch (stepAfter(answer, waitMs, this.#elapsedMs)) {
        case 'granted':
          return this.#accept(answer);
        case 'anew':
          this.#mayBeKnown = false;
          return undefined;
        case 'again':
          // An answer that came too early, as when another connection took the ticket over, must not make this loop spin.
          if (this.#elapsedMs - askedMs < sliceMs(waitMs, askedMs) / 2) await this.#pauseOr();
          break;
        case 'refused':
          // The service tells how long the last slice waited; the caller waited for all of them.
          throw refusalIn(answer, session, this.#elapsedMs);
      }
    }
  }

  /** One request; undefined when it failed in a way that leaves room for another. */
  async #ask(): Promise<Answer | undefined> {
    const { exchange } = this.#parts;
    const wasKnown = this.#mayBeKnown;
    this.#mayBeKnown = true;
    try {
      const answer = await exchange.send(this.#call());
      this.#failures = 0;
      if (answer.status >= 400 && !hasTicket(answer)) this.#mayBeKnown = wasKnown;
      return answer;
    } catch (error) {
      if (!mayRepeat(error, true)) throw error;
      if (error.outcome === 'not-applied') this.#mayBeKnown = wasKnown;
      await this.#pauseOr(error);
      return undefined;
    }
  }

  #call(): Call {
    const { waitMs, request, signal } = this.#wanted;
    const { exchange, requestTimeoutMs } = this.#parts;
    const slice = sliceMs(waitMs, this.#elapsedMs);
    return {
      method: 'PUT',
      path: this.#path,
      leaseId: this.#leaseId,
      body: slice > 0 ? { ...request, waitMs: slice } : request,
      purpose: slice > 0 ? 'waits' : 'calls',
      timeoutMs: Math.max(1, Math.min(slice + attemptMs(requestTimeoutMs, exchange.endpointCount), this.#leftMs)),
      signal,
    };
  }

  /** Waits before the next attempt, or throws what the last one failed with when there is no time for another. */
  async #pauseOr(error?: Error): Promise<void> {
    const { clock, random, closed, exchange } = this.#parts;
    // An answer that came too early has nothing to do with its endpoint.
    const delayMs = pauseMs(this.#failures, error ? exchange.endpointCount : 1, random);
    this.#failures += 1;
    if (error && delayMs >= this.#leftMs) throw error;
    if (delayMs > 0) await pause(clock, delayMs, this.#wanted.signal, closed);
  }

  /** Reckons from the moment of sending: by the store's clock the wait, and the life after it, both lie behind that. */
  async #accept({ body, sent }: Answer): Promise<Acquired | undefined> {
    const grant = asGrant(body);
    const { waitedMs, remainingMs, renewAfterMs } = grant;
    const acquired: Acquired = {
      leaseId: this.#leaseId,
      grant,
      validity: validityOf(sent, waitedMs + remainingMs),
      unconfirmed: renewAfterMs === 0,
      renewAtMs: sent.monoMs + waitedMs + renewAfterMs,
      waitedMs: sent.monoMs - this.#startedMs + waitedMs,
    };
    return judge(acquired.validity, this.#parts.clock.now()) === 'valid' ? acquired : this.#renewLate(acquired);
  }

  /** The grant came so late that nothing of it can be believed: only a renewal can say whether it still stands. */
  async #renewLate(acquired: Acquired): Promise<Acquired | undefined> {
    const { requestTimeoutMs } = this.#parts;
    const call = { method: 'POST', path: leasePath(this.#wanted.session, '/renew'), leaseId: this.#leaseId, body: {}, purpose: 'calls', signal: this.#wanted.signal } as const;
    const answer = await repeat(this.#parts, call, { withinMs: requestTimeoutMs });
    if (answer.status !== 200) {
      this.#mayBeKnown = false;
      return undefined;
    }
    const { remainingMs, renewAfterMs } = asRenewal(answer.body);
    return { ...acquired, validity: validityOf(answer.sent, remainingMs), unconfirmed: false, renewAtMs: answer.sent.monoMs + renewAfterMs };
  }
}
