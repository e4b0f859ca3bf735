/** The lease API with a history: what was asked and answered is written down for the checker, lost answers as unknown. */
import type { SessionCommand } from '../history/record.ts';
import type { HistoryRecorder } from '../history/recorder.ts';
import type { AcquireBody, Answer, LeaseApi } from '../lease-api.ts';
import { outcomeOf } from './outcome-of.ts';

/** Nobody listened: the request went nowhere. */
export const isRefused = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';

type RecordedAcquire = Required<Pick<AcquireBody, 'holder' | 'ttlMs' | 'waitMs'>> & Pick<AcquireBody, 'background'>;

export class RecordedApi {
  readonly #api: LeaseApi;
  readonly #history: HistoryRecorder;
  readonly #instance: number | undefined;

  /** @param instance which one it is, of several */
  constructor(api: LeaseApi, history: HistoryRecorder, instance?: number) {
    this.#api = api;
    this.#history = history;
    this.#instance = instance;
  }

  acquire(session: string, leaseId: string, body: RecordedAcquire, signal?: AbortSignal): Promise<Answer> {
    return this.noting(session, { kind: 'acquire', leaseId, ...body }, () => this.#api.acquire(session, leaseId, body, signal));
  }

  renew(session: string, leaseId: string): Promise<Answer> {
    return this.noting(session, { kind: 'renew', leaseId }, () => this.#api.renew(session, leaseId));
  }

  release(session: string, leaseId: string): Promise<Answer> {
    return this.noting(session, { kind: 'release', leaseId }, () => this.#api.release(session, leaseId));
  }

  /** What is not written down: it changes nothing, and tells nothing of what the checker judges. */
  plain<A extends Answer>(ask: (api: LeaseApi) => Promise<A>): Promise<A> {
    return ask(this.#api);
  }

  /** Writes down any other command, which `ask` sends. */
  async noting<A extends Answer>(session: string, command: SessionCommand, ask: (api: LeaseApi) => Promise<A>): Promise<A> {
    const sent = this.#history.sent(session, command, this.#instance);
    try {
      const answer = await ask(this.#api);
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
