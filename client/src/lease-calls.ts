/** What can be done with a held lease beyond looking at it. */
import { asRenewal } from './answers.ts';
import type { Clock } from './clock.ts';
import type { Departures, ReleaseOutcome } from './departures.ts';
import { publishStale, reportRenewal } from './diagnostics.ts';
import { LeaseLostError, StaleFencingTokenError } from './errors.ts';
import type { Heartbeats } from './heartbeats.ts';
import type { Holding } from './holding.ts';
import type { Logger } from './logger.ts';
import type { Nesting } from './nesting.ts';
import { refusalIn } from './problem.ts';
import { repeat, type RepeatParts } from './repeat.ts';
import { retryWhileHeld, type Attempt, type RetryOptions } from './retry.ts';
import { leasePath } from './session-path.ts';
import type { ExportedLease } from './options.ts';
import type { SessionCalls } from './session-calls.ts';
import type { Renewed } from './views.ts';
import type { RenewRequest } from './wire.ts';

export interface LeaseCallsParts extends RepeatParts {
  readonly socketClock: Clock;
  readonly logger: Logger;
  readonly heartbeats: Heartbeats;
  readonly departures: Departures;
  readonly nesting: Nesting;
  readonly sessions: SessionCalls;
  readonly requestTimeoutMs: number;
  readonly storeId: () => string | undefined;
}

export class LeaseCalls {
  readonly #parts: LeaseCallsParts;
  readonly #releases = new WeakMap<Holding, Promise<ReleaseOutcome>>();

  constructor(parts: LeaseCallsParts) {
    this.#parts = parts;
  }

  async renew(holding: Holding, request: RenewRequest): Promise<Renewed> {
    holding.assertRenewable();
    const { session, leaseId, fencingToken } = holding.facts;
    const answer = await repeat(
      this.#parts,
      { method: 'POST', path: leasePath(session, '/renew'), leaseId, body: request, purpose: 'calls', signal: holding.endSignal },
      { withinMs: this.#parts.requestTimeoutMs },
    );
    if (answer.status === 200) {
      const renewal = asRenewal(answer.body);
      holding.renewed({ sent: answer.sent, renewal });
      reportRenewal(holding, 'held');
      holding.assertRenewable();
      this.#parts.heartbeats.answered(holding, answer.sent.monoMs, renewal.renewAfterMs);
      const { ttlMs, remainingMs, waiters, yieldRequest } = renewal;
      return { fencingToken, ttlMs, remainingMs, waiters, ...(yieldRequest && { yieldRequest }) };
    }
    const refusal = refusalIn(answer, session);
    if (refusal instanceof LeaseLostError) this.#lose(holding, 'lost', refusal);
    else if (refusal.code === 'lease-unknown') this.#lose(holding, 'not-found', {});
    holding.assertRenewable();
    throw refusal;
  }

  #lose(holding: Holding, status: 'lost' | 'not-found', known: Parameters<Holding['lose']>[0]): void {
    holding.lose(known);
    reportRenewal(holding, status);
  }

  /** Ends the lease here at once, and in the service as soon as may be. Repeating it gives the same outcome. */
  release(holding: Holding): Promise<ReleaseOutcome> {
    let release = this.#releases.get(holding);
    if (!release) {
      release = this.#release(holding);
      this.#releases.set(holding, release);
    }
    return release;
  }

  async #release(holding: Holding): Promise<ReleaseOutcome> {
    if (holding.phase === 'lost' && !holding.lostInSilence) return 'lost';
    if (holding.phase === 'left') return 'unknown';
    const { session, leaseId } = holding.facts;
    holding.end('released');
    return this.#parts.departures.depart(session, leaseId);
  }

  async verify(holding: Holding): Promise<void> {
    const { sessions } = this.#parts;
    const { session, fencingToken } = holding.facts;
    const { verdict, stale, currentToken, endedBecause } = await sessions.checkFence(session, fencingToken);
    if (!stale || verdict === 'current') return;
    publishStale({ session, fencingToken, verdict, currentToken, endedBecause });
    const successor = await this.#successorOf(holding);
    // An unknown token is not known to be over: the next heartbeat will tell.
    if (verdict !== 'unknown') holding.lose({ endedBecause, currentToken, successor });
    throw new StaleFencingTokenError({ session, fencingToken, verdict, currentToken, endedBecause, successor });
  }

  /** Who took over: the verdict on a token does not say so. Its absence must not keep the verdict itself from the caller. */
  async #successorOf({ facts: { session, fencingToken } }: Holding): Promise<{ readonly holder: string } | undefined> {
    try {
      const { holder, previous } = await this.#parts.sessions.inspect(session);
      if (holder !== undefined) return { holder };
      return previous && previous.fencingToken > fencingToken ? { holder: previous.holder } : undefined;
    } catch (error) {
      this.#parts.logger.debug({ session, err: error }, 'could not find out who took over');
      return undefined;
    }
  }

  progress(holding: Holding): void {
    const wasStalled = holding.isStalled;
    holding.progress();
    if (wasStalled) this.#parts.heartbeats.resume(holding);
  }

  retry<R>(holding: Holding, fn: (attempt: Attempt) => R | Promise<R>, options: RetryOptions): Promise<R> {
    const { clock, socketClock, random, logger } = this.#parts;
    const { session } = holding.facts;
    return retryWhileHeld(fn, options, { clock, socketClock, random, logger, session, endSignal: holding.endSignal, holdRemainingMs: () => holding.holdRemainingMs });
  }

  run<R>(holding: Holding, fn: () => R): R {
    return this.#parts.nesting.run(holding, fn);
  }

  export({ facts: { session, leaseId, holder, fencingToken } }: Holding): ExportedLease {
    const storeId = this.#parts.storeId();
    return { session, leaseId, holder, fencingToken, ...(storeId !== undefined && { storeId }) };
  }
}
