/**
 * A gateway that takes, renews and releases leases over the bare API for as long as it is let, and repeats whatever was not
 * answered. It judges what one caller alone can judge; the history is for the checker.
 */
import { newLeaseId, type Answer } from '../lease-api.ts';
import { monotonicMs } from '../monotonic.ts';
import { pause } from '../until.ts';
import { isRefused, type RecordedApi } from './recorded-api.ts';

export interface GatewayParts {
  readonly api: RecordedApi;
  readonly name: string;
  readonly sessions: readonly string[];
  readonly ttlMs: number;
  /** 0 to 1. */
  readonly chance: () => number;
  readonly tally: Tally;
  readonly stopped: () => boolean;
}

export interface EndedLease {
  readonly session: string;
  readonly leaseId: string;
  readonly holder: string;
  readonly fencingToken: number;
}

/** What all gateways of a run saw together. */
export class Tally {
  grants = 0;
  renewals = 0;
  /** Requests that were sent again, because nobody knew what had become of them. Those that met a closed door do not count. */
  lost = 0;
  /** The largest fencing token that anybody was told. */
  tokenMax = 0;
  readonly released: EndedLease[] = [];
  readonly wrong: string[] = [];
}

const REPEAT_AFTER_MS = 20;
const KNOCK_AGAIN_MS = 100;
const REPEAT_FOR_MS = 30_000;
const WAIT_MS = 2_000;

export class RawGateway {
  readonly #parts: GatewayParts;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
  }

  async run(): Promise<void> {
    while (!this.#parts.stopped()) await this.#turn();
  }

  async #turn(): Promise<void> {
    const { api, name, sessions, ttlMs, chance, tally } = this.#parts;
    const session = sessions[Math.floor(chance() ** 2 * sessions.length)] ?? '';
    const leaseId = newLeaseId();
    const tokenMaxBefore = tally.tokenMax;
    let sentMs = monotonicMs();
    const granted = await this.#answered(() => {
      sentMs = monotonicMs();
      return api.acquire(session, leaseId, { holder: name, ttlMs, waitMs: WAIT_MS });
    });
    const { status, body } = granted;
    if (status === 409 || status === 410) return;
    const { fencingToken = 0, remainingMs = 0, waitedMs = 0 } = body;
    if (status !== 200 && status !== 201) return this.#wrong(`an acquire of ${session} was answered ${status} ${body.code}`);
    tally.grants += 1;
    if (fencingToken <= tokenMaxBefore) this.#wrong(`${session} was granted with ${fencingToken}; ${tokenMaxBefore} had been told before it was asked for`);
    tally.tokenMax = Math.max(tally.tokenMax, fencingToken);
    await this.#hold(session, leaseId, fencingToken, sentMs + waitedMs + remainingMs);
    const released = await this.#answered(() => api.release(session, leaseId));
    if (released.status === 204) tally.released.push({ session, leaseId, holder: name, fencingToken });
    else if (released.body.code !== 'lease-lost') this.#wrong(`a release of ${session} was answered ${released.status} ${released.body.code}`);
  }

  /** Renews a few times. While the last answer is good for it, only a renewal will do for an answer. */
  async #hold(session: string, leaseId: string, fencingToken: number, heldUntilMs: number): Promise<void> {
    const { api, chance, tally } = this.#parts;
    for (let left = Math.floor(chance() * 4); left >= 0; left--) {
      let sentMs = monotonicMs();
      const { status, body } = await this.#answered(() => {
        sentMs = monotonicMs();
        return api.renew(session, leaseId);
      });
      const answeredMs = monotonicMs();
      if (status === 200) tally.renewals += 1;
      if (status === 200 && body.fencingToken !== fencingToken) this.#wrong(`a renewal in ${session} changed the token`);
      if (status !== 200 && answeredMs < heldUntilMs) this.#wrong(`a renewal in ${session} was answered ${status} ${body.code} while the lease was live`);
      if (status !== 200) return;
      heldUntilMs = sentMs + (body.remainingMs ?? 0);
      await pause(chance() * 20);
    }
  }

  /** Repeats a request until an answer says what became of it. */
  async #answered(call: () => Promise<Answer>): Promise<Answer> {
    const giveUpMs = monotonicMs() + REPEAT_FOR_MS;
    for (;;) {
      const answer = await call().catch((error: unknown) => error);
      if (!(answer instanceof Error) && (answer as Answer).status < 500) return answer as Answer;
      if (monotonicMs() > giveUpMs) throw new Error(`not answered within ${REPEAT_FOR_MS} ms`, { cause: answer });
      if (!isRefused(answer)) this.#parts.tally.lost += 1;
      // While the service starts, knocking at its door only takes time from it.
      await pause(isRefused(answer) ? KNOCK_AGAIN_MS : REPEAT_AFTER_MS);
    }
  }

  #wrong(what: string): void {
    this.#parts.tally.wrong.push(`${this.#parts.name}: ${what}`);
  }
}
