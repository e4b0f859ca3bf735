/** What a test holds of the service that it started: its address, its clock, and the faults it can be given. */
import { TTL_MS_LIMIT } from '../config.ts';
import { hashLeaseId } from '../hashes.ts';
import { TTL_MS_DEFAULT } from '../session/limits.ts';
import type { LeaseId } from '../session/types.ts';
import { checkHolder, checkSpan, sessionNamed } from './checks.ts';
import type { Faults } from './faults.ts';
import type { LostAnswer, RequestMatch } from './lost-answers.ts';
import type { OffsetClock, TestClock } from './offset-clock.ts';
import { Passage } from './passage.ts';
import type { Quiet } from './quiet.ts';
import type { EndedLease, SessionEnds } from './session-ends.ts';

/** The service wakes up four times a second, and each time takes its moment: a day takes a second or two. */
const STEP_MS_MAX = 30 * 24 * 3_600_000;

/** How a session is taken over. */
export interface TakeOverOptions {
  /** The new holder's name. Default `another gateway`. */
  readonly holder?: string;
  /** How long it holds the session, as nothing renews its lease, in milliseconds. Default 30,000. */
  readonly ttlMs?: number;
}

/** The lease of the holder who has taken a session over. */
export interface ForeignLease {
  readonly session: string;
  readonly holder: string;
  readonly fencingToken: number;
  /** For a request in its name; a secret elsewhere. */
  readonly leaseId: string;
  /** The lease that was ended for it; undefined where nobody held the session. */
  readonly takenFrom: EndedLease | undefined;
  /** Gives the session back. `lost`: its time was up before. */
  release(): Promise<'released' | 'lost'>;
}

export interface HoldfastParts {
  readonly url: string;
  readonly clock: OffsetClock;
  readonly quiet: Quiet;
  readonly faults: Faults;
  readonly ends: SessionEnds;
  readonly mintLeaseId: () => string;
  readonly stop: () => Promise<void>;
}

/** A running service of the testing kit. */
export class Holdfast implements AsyncDisposable {
  /** Where it answers, such as `http://127.0.0.1:49152`. */
  readonly url: string;
  /** Real time plus what `advance` has added. Give it to every client; timeouts of sockets stay real. */
  readonly clock: TestClock;
  readonly #parts: HoldfastParts;
  readonly #passage: Passage;
  #closed: Promise<void> | undefined;

  /** @internal */
  constructor(parts: HoldfastParts) {
    this.#parts = parts;
    this.url = parts.url;
    this.clock = parts.clock.callers;
    this.#passage = new Passage(parts.clock, parts.quiet);
  }

  /**
   * Moves the clock on by `ms`, the service's and all clients'. Timers that are due on the way fire in order, each at its own moment, and
   * what they start, a heartbeat and its answer for one, comes to rest before time goes on. `advance(0)` waits for what is under way.
   * @param ms whole milliseconds, at most 30 days
   * @throws RangeError
   */
  async advance(ms: number): Promise<void> {
    checkSpan('advance', ms, 0, STEP_MS_MAX);
    return this.#passage.advance(ms);
  }

  /**
   * Ends a session's lease as expired, now, though its holder renews it and takes it for its own: what a gateway meets whose clock was slow
   * or whose process was paused. The holder hears of it as it always does, by event or by its next heartbeat. Whoever waits is served.
   * @throws RangeError `session`. Error with the code `lease-not-held`
   */
  async expire(session: string): Promise<EndedLease> {
    this.#assertOpen();
    const ended = await this.#parts.ends.expire(sessionNamed(session));
    await this.#parts.quiet.settle();
    return ended;
  }

  /**
   * Ends a session's lease as `expire` does, and takes the session for another holder, before anybody who waits. Without a lease it just
   * takes it.
   * @throws RangeError `session`, `holder`, `ttlMs`
   */
  async takeOver(session: string, { holder = 'another gateway', ttlMs = TTL_MS_DEFAULT }: TakeOverOptions = {}): Promise<ForeignLease> {
    this.#assertOpen();
    const { ends, quiet, mintLeaseId } = this.#parts;
    const name = sessionNamed(session);
    checkHolder(holder);
    checkSpan('ttlMs', ttlMs, 1, TTL_MS_LIMIT);
    const leaseId = mintLeaseId();
    const leaseIdHash = hashLeaseId(leaseId as LeaseId);
    const { fencingToken, takenFrom } = await ends.takeOver(name, { holder, leaseIdHash, ttlMs });
    await quiet.settle();
    const release = async (): Promise<'released' | 'lost'> => {
      const outcome = await ends.release(name, leaseIdHash);
      await quiet.settle();
      return outcome;
    };
    return { session, holder, fencingToken, leaseId, takenFrom, release };
  }

  /**
   * From now on nothing answers, as behind a network that drops every packet: connections are accepted, requests are not carried out, and
   * answers that are due do not leave. The service itself goes on, and leases expire.
   */
  goSilent(): void {
    this.#assertOpen();
    this.#parts.faults.goSilent();
  }

  /** Ends the silence. What was swallowed stays so: connections of that time are reset, and their clients try again. */
  comeBack(): void {
    this.#parts.faults.comeBack();
  }

  /**
   * The next request that matches is carried out, and its answer lost: the connection is reset before the answer's first byte.
   * @returns resolves when that has happened; rejects if the service is closed before
   * @throws RangeError 1,000 are waited for already
   * @example
   * const lost = holdfast.dropNextAnswer({ method: 'DELETE' });
   * await lease.release();   // 'released', by its repeat
   * await lost;              // { method: 'DELETE', status: 204, … }
   */
  dropNextAnswer(match: RequestMatch = {}): Promise<LostAnswer> {
    this.#assertOpen();
    return this.#parts.faults.lostAnswers.next(match);
  }

  /**
   * The service stands still until the clock has gone on by `ms`, as a stopped process does: its timers wait, requests wait, and all of it is
   * made up for after. Clients go on. Of several stalls the one that ends last counts.
   * @returns resolves when the service goes on: by `advance`, or when the time has really passed
   * @throws RangeError `ms`
   */
  stall(ms: number): Promise<void> {
    this.#assertOpen();
    checkSpan('stall', ms, 0, STEP_MS_MAX);
    const { clock, faults } = this.#parts;
    clock.holdService(clock.now().monoMs + ms);
    return faults.stall(clock.service, ms);
  }

  /** Cuts all connections and ends the service. The clock goes on, for clients that are closed later. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const { faults, clock, stop } = this.#parts;
    faults.close(closedError());
    clock.releaseService();
    await stop();
  }

  #assertOpen(): void {
    if (this.#closed) throw closedError();
  }
}

const closedError = (): Error => new Error('this service of the testing kit is closed');
