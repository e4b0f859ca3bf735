/**
 * A gateway over the bare API of several instances, for as long as it is let: it waits in slices, renews, parks and delivers replies, releases or
 * forgets to, and goes away at bad moments. Each of its requests may go to another instance.
 */
import { newLeaseId, type Answer } from '../lease-api.ts';
import type { RecordedApi } from '../load/recorded-api.ts';
import { monotonicMs } from '../monotonic.ts';
import { pause } from '../until.ts';
import type { FailOver } from './fail-over.ts';
import { pickSession } from './pick-session.ts';
import type { ReplyWork } from './reply-work.ts';
import type { Tally } from './tally.ts';

export interface GatewayParts {
  readonly name: string;
  readonly sessions: readonly string[];
  readonly ttlMs: number;
  readonly ways: FailOver;
  readonly replies: ReplyWork;
  readonly chance: () => number;
  readonly tally: Tally;
  readonly stopped: () => boolean;
}

/** What a raw gateway holds. */
export interface Held {
  readonly session: string;
  readonly leaseId: string;
  readonly holder: string;
  readonly fencingToken: number;
  /** Until when the last answer is good, counted from its request. */
  untilMs: number;
  /** How many replies wait in the session, by the last answer. */
  parkedReplies: number;
}

const SLICES_MAX = 3;
const SLICE_MS = { min: 400, more: 2_000 };
const IMPATIENT_MS_MAX = 400;
/** Between two renewals. */
const HOLDS_MS_MAX = 120;
/** Between two turns: the run is about what goes wrong, and leaves the machine some time to start again what was killed. */
const RESTS_MS_MAX = 600;
/** How often it goes away in the midst of an acquire, cuts it and comes back, leaves after a slice, forgets to release, asks the fence. */
const CHANCES = { goesAway: 0.03, cuts: 0.06, leaves: 0.15, forgets: 0.02, asksFence: 0.15, parks: 0.3, parksLate: 0.04, background: 0.15 };

export class Gateway {
  readonly #parts: GatewayParts;
  #turns = 0;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
  }

  async run(): Promise<void> {
    const { stopped, chance } = this.#parts;
    while (!stopped()) {
      await this.#turn();
      await pause(chance() * RESTS_MS_MAX);
    }
  }

  async #turn(): Promise<void> {
    const { name, sessions, chance, ways, replies } = this.#parts;
    const session = pickSession(sessions, chance);
    const holder = `${name}.${(this.#turns += 1)}`;
    const held = await this.#acquire(session, holder);
    if (!held) return;
    const parks = chance() < CHANCES.parks;
    if (parks) await replies.park(held, `${name}-${this.#turns}`);
    await this.#hold(held);
    if (held.parkedReplies > 0) await replies.deliverAll(held);
    if (chance() < CHANCES.forgets) return;
    await ways.answered((api) => api.release(session, held.leaseId));
    if (chance() < CHANCES.parksLate) await replies.park(held, `${name}-${this.#turns}-late`);
  }

  async #acquire(session: string, holder: string): Promise<Held | undefined> {
    const { chance, tally, ttlMs, ways } = this.#parts;
    const leaseId = newLeaseId();
    const background = chance() < CHANCES.background;
    const tokenMaxBefore = tally.tokenMax(session);
    if (chance() < CHANCES.goesAway) {
      const gone = AbortSignal.timeout(Math.ceil(chance() * IMPATIENT_MS_MAX));
      await ways.once((api) => api.acquire(session, leaseId, { holder, ttlMs, waitMs: SLICE_MS.more, background }, gone)).catch(() => {}); // that it fails is its point
      return undefined;
    }
    for (let left = SLICES_MAX; left > 0; left -= 1) {
      const waitMs = Math.ceil(SLICE_MS.min + chance() * SLICE_MS.more);
      let sentMs = 0;
      const { status, body } = await ways.answered((api) => {
        sentMs = monotonicMs();
        return api.acquire(session, leaseId, { holder, ttlMs, waitMs, background }, this.#mayCut(waitMs));
      });
      if (status === 200 || status === 201) {
        const { fencingToken = 0, remainingMs = 0, waitedMs = 0, parkedReplies = 0 } = body;
        if (fencingToken <= tokenMaxBefore) this.#wrong(`${session} was granted with ${fencingToken}; ${tokenMaxBefore} had been told before it was asked for`);
        tally.sawToken(session, fencingToken);
        return { session, leaseId, holder, fencingToken, untilMs: sentMs + waitedMs + remainingMs, parkedReplies };
      }
      if (status !== 409) {
        if (status !== 410) this.#wrong(`an acquire of ${session} was answered ${status} ${body.code}`);
        return undefined;
      }
      if (chance() < CHANCES.leaves) break;
      await pause(chance() * 100);
    }
    // A waiter that leaves says so, or not.
    if (chance() < 0.5) await ways.answered((api) => api.release(session, leaseId));
    return undefined;
  }

  /** Now and then a connection is cut while its request waits. */
  #mayCut(waitMs: number): AbortSignal | undefined {
    const { chance } = this.#parts;
    return chance() < CHANCES.cuts ? AbortSignal.timeout(Math.ceil(chance() * waitMs)) : undefined;
  }

  /** Renews a few times. While the last answer is good for it, only a renewal will do for an answer. */
  async #hold(held: Held): Promise<void> {
    const { chance, ways } = this.#parts;
    const { session, fencingToken } = held;
    // What was offered has to be confirmed.
    for (let left = 1 + Math.floor(chance() * 3); left > 0; left -= 1) {
      await pause(chance() * HOLDS_MS_MAX);
      if (!(await this.#renew(held))) return;
      if (chance() >= CHANCES.asksFence) continue;
      await ways.answered((api) => api.noting(session, { kind: 'fence', fencingToken }, (plain) => plain.fence(session, fencingToken)));
    }
  }

  async #renew(held: Held): Promise<boolean> {
    const { ways } = this.#parts;
    const { session, leaseId, fencingToken } = held;
    let sentMs = 0;
    const renew = (api: RecordedApi): Promise<Answer> => {
      sentMs = monotonicMs();
      return api.renew(session, leaseId);
    };
    const { status, body } = await ways.answered(renew);
    if (status === 200 && body.fencingToken !== fencingToken) this.#wrong(`a renewal in ${session} changed the token`);
    if (status !== 200 && monotonicMs() < held.untilMs) this.#wrong(`a renewal in ${session} was answered ${status} ${body.code} while the lease was live`);
    if (status === 200) [held.untilMs, held.parkedReplies] = [sentMs + (body.remainingMs ?? 0), body.parkedReplies ?? 0];
    return status === 200;
  }

  #wrong(what: string): void {
    this.#parts.tally.wrong.push(`${this.#parts.name}: ${what}`);
  }
}
