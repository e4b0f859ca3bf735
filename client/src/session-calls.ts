/** Calls about sessions, whoever holds them. */
import type { Answer } from './exchange.ts';
import type { ListOptions, RevokeOptions, YieldOptions } from './options.ts';
import { refusalIn } from './problem.ts';
import { queryOf } from './query.ts';
import { repeat, type RepeatParts } from './repeat.ts';
import { leasePath } from './session-path.ts';
import type { FenceVerdict, LeaseView, Revoked, SessionView, YieldAsked } from './views.ts';
import type { FenceAnswer, LeaseList, RevokeAnswer, RevokeRequest, SessionState, YieldAnswer, YieldRequestBody } from './wire.ts';

export interface SessionCallsParts extends RepeatParts {
  readonly holder: string;
  readonly requestTimeoutMs: number;
}

export class SessionCalls {
  readonly #parts: SessionCallsParts;

  constructor(parts: SessionCallsParts) {
    this.#parts = parts;
  }

  async inspect(session: string): Promise<SessionView> {
    const body: SessionState = await this.#get(leasePath(session), session);
    return body;
  }

  async checkFence(session: string, fencingToken: number): Promise<FenceVerdict> {
    const { verdict, stale, currentToken, endedBecause }: FenceAnswer = await this.#get(leasePath(session, `/fence?token=${fencingToken}`), session);
    return { verdict, stale, ...(currentToken !== undefined && { currentToken }), ...(endedBecause !== undefined && { endedBecause }) };
  }

  async *list({ prefix, holder, pageSize, signal }: ListOptions): AsyncGenerator<LeaseView, void, void> {
    let cursor: string | undefined;
    do {
      const path = `/v1/leases${queryOf({ prefix, holder, limit: pageSize, cursor })}`;
      const page: LeaseList = await this.#get(path, '', signal);
      yield* page.leases;
      cursor = page.nextCursor;
    } while (cursor !== undefined);
  }

  async requestYield(session: string, { by = this.#parts.holder, reason, graceMs, signal }: YieldOptions): Promise<YieldAsked> {
    const body: YieldRequestBody = { by, ...(reason !== undefined && { reason }), ...(graceMs !== undefined && { graceMs }) };
    const answered: YieldAnswer = await this.#postOnce(leasePath(session, '/yield'), session, body, signal);
    return answered;
  }

  async revoke(session: string, { by = this.#parts.holder, reason, signal }: RevokeOptions): Promise<Revoked> {
    const body: RevokeRequest = { by, reason };
    const answered: RevokeAnswer = await this.#postOnce(leasePath(session, '/revoke'), session, body, signal);
    return answered;
  }

  async #get<Body>(path: string, session: string, signal?: AbortSignal): Promise<Body> {
    const answer = await repeat(this.#parts, { method: 'GET', path, purpose: 'calls', signal }, { withinMs: this.#parts.requestTimeoutMs });
    return bodyOf(answer, session);
  }

  /** Repeated only while nothing was sent: after a lost answer it could hit the next holder. */
  async #postOnce<Body>(path: string, session: string, body: object, signal?: AbortSignal): Promise<Body> {
    const call = { method: 'POST', path, body, purpose: 'calls', signal } as const;
    const answer = await repeat(this.#parts, call, { withinMs: this.#parts.requestTimeoutMs, safe: false });
    return bodyOf(answer, session);
  }
}

/** @throws what a refusal says */
const bodyOf = <Body>(answer: Answer, session: string): Body => {
  if (answer.status >= 400) throw refusalIn(answer, session);
  return answer.body as Body;
};
