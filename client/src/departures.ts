/** Gives lease ids back: those of leases that are done with, and those that nobody wants any more. Never rejects. */
import type { Logger } from './logger.ts';
import { repeat, type RepeatParts } from './repeat.ts';
import { leasePath } from './session-path.ts';

/** What became of a release. `lost`: the lease had ended before. `unknown`: no answer came; the lease ends by itself. */
export type ReleaseOutcome = 'released' | 'lost' | 'unknown';

export class Departures {
  readonly #parts: RepeatParts;
  readonly #withinMs: number;
  readonly #logger: Logger;
  readonly #underWay = new Set<Promise<ReleaseOutcome>>();

  constructor(parts: RepeatParts & { readonly logger: Logger; readonly withinMs: number }) {
    this.#parts = parts;
    this.#withinMs = parts.withinMs;
    this.#logger = parts.logger;
  }

  /** Ends the id, whatever became of it: a lease is released, a ticket leaves the queue, a request still on its way is refused. */
  depart(session: string, leaseId: string): Promise<ReleaseOutcome> {
    const outcome = this.#depart(session, leaseId);
    this.#underWay.add(outcome);
    void outcome.then(() => this.#underWay.delete(outcome));
    return outcome;
  }

  /** Resolves when all that is under way has ended, one way or the other. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  async #depart(session: string, leaseId: string): Promise<ReleaseOutcome> {
    try {
      const answer = await repeat(this.#parts, { method: 'DELETE', path: leasePath(session), leaseId, purpose: 'calls' }, { withinMs: this.#withinMs });
      if (answer.status === 204) return 'released';
      if (answer.status === 410) return 'lost';
      this.#logger.warn({ session, status: answer.status }, 'the service refused to take a lease id back; it ends by itself');
    } catch (error) {
      this.#logger.warn({ session, err: error }, 'could not give a lease id back; it ends by itself');
    }
    return 'unknown';
  }
}
