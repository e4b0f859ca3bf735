/** The lease API with a history: what was asked and answered is written down for the checker, lost answers as unknown. */
import type { SessionCommand } from '../history/record.ts';
import type { HistoryRecorder } from '../history/recorder.ts';
import type { AcquireBody, Answer, LeaseApi } from '../lease-api.ts';
import { outcomeOf } from './outcome-of.ts';

/** Nobody listened: the request went nowhere. */
export const isRefused = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';

export class RecordedApi {
  readonly #api: LeaseApi;
  readonly #history: HistoryRecorder;

  constructor(api: LeaseApi, history: HistoryRecorder) {
    this.#api = api;
    this.#history = history;
  }

  acquire(session: string, leaseId: string, body: Required<Pick<AcquireBody, 'holder' | 'ttlMs' | 'waitMs'>>, signal?: AbortSignal): Promise<Answer> {
    return this.#noting(session, { kind: 'acquire', leaseId, ...body }, () => this.#api.acquire(session, leaseId, body, signal));
  }

  renew(session: string, leaseId: string): Promise<Answer> {
    return this.#noting(session, { kind: 'renew', leaseId }, () => this.#api.renew(session, leaseId));
  }

  release(session: string, leaseId: string): Promise<Answer> {
    return this.#noting(session, { kind: 'release', leaseId }, () => this.#api.release(session, leaseId));
  }

  async #noting(session: string, command: SessionCommand, ask: () => Promise<Answer>): Promise<Answer> {
    const sent = this.#history.sent(session, command);
    try {
      const answer = await ask();
      sent.answered(outcomeOf(command.kind, answer.status, answer.body));
      return answer;
    } catch (error) {
      // A refused connection carried nothing; any other failure leaves open what became of the request.
      if (isRefused(error)) sent.answered({ kind: 'not-applied' });
      else sent.gaveUp();
      throw error;
    }
  }
}
