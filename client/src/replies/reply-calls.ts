/** Calls about parked replies. Every one of them may be repeated after a lost answer. */
import { queryOf } from '../query.ts';
import type { Answer, Call } from '../exchange.ts';
import { refusalIn } from '../problem.ts';
import { repeat, type RepeatParts } from '../repeat.ts';
import { repliesPath, replyPath } from '../session-path.ts';
import type { AttemptReport, InterveneOptions, ListRepliesOptions, ParkOptions } from './options.ts';
import type { AttemptRequest, ParkRequest, Reply, ReplyList, ReplyWithPayload } from '../wire.ts';
import type { ParkedReply, ReplyView, StoredReply } from './views.ts';

export interface ReplyCallsParts extends RepeatParts {
  readonly holder: string;
  readonly requestTimeoutMs: number;
}

/** The lease under which something is said of a reply. */
export interface Taker {
  readonly session: string;
  readonly leaseId: string;
}

export class ReplyCalls {
  readonly #parts: ReplyCallsParts;

  constructor(parts: ReplyCallsParts) {
    this.#parts = parts;
  }

  async park(session: string, replyId: string, { signal, ...options }: ParkOptions & { readonly holder?: string }): Promise<ParkedReply> {
    const body: ParkRequest = { holder: this.#parts.holder, ...options };
    const answer = await this.#ask({ method: 'PUT', path: replyPath(session, replyId), body, signal }, session);
    return { repeated: answer.status === 200, reply: answer.body as Reply };
  }

  async read(session: string, replyId: string, signal?: AbortSignal): Promise<StoredReply> {
    return this.#body<ReplyWithPayload>({ method: 'GET', path: replyPath(session, replyId), signal }, session);
  }

  /** The replies of one session, in delivery order. */
  listSession(session: string, options: ListRepliesOptions): AsyncGenerator<ReplyView, void, void> {
    return this.#pages(repliesPath(session), session, options);
  }

  /** The replies of all sessions, by the time when they are due. */
  list(options: ListRepliesOptions): AsyncGenerator<ReplyView, void, void> {
    return this.#pages('/v1/replies', '', options);
  }

  /** The first reply of each session that a courier may come for now; one page. */
  async listDue(limit: number, signal?: AbortSignal): Promise<readonly ReplyView[]> {
    const page = await this.#body<ReplyList>({ method: 'GET', path: `/v1/replies${queryOf({ due: 'true', limit })}`, signal }, '');
    return page.replies;
  }

  /** Begins an attempt, or says what came of it. */
  async attempt({ session, leaseId }: Taker, replyId: string, report: AttemptReport, signal?: AbortSignal): Promise<ReplyView> {
    const body: AttemptRequest = report;
    return this.#body<Reply>({ method: 'POST', path: replyPath(session, replyId, '/attempts'), leaseId, body, signal }, session);
  }

  /** @param taker the live holder; an operator has none */
  async replay(session: string, replyId: string, { reason, signal }: InterveneOptions, taker?: Taker): Promise<ReplyView> {
    return this.#body<Reply>({ method: 'POST', path: replyPath(session, replyId, '/replay'), leaseId: taker?.leaseId, body: { reason }, signal }, session);
  }

  /** @param taker the live holder; an operator has none */
  async discard(session: string, replyId: string, { reason, signal }: InterveneOptions, taker?: Taker): Promise<ReplyView> {
    return this.#body<Reply>({ method: 'POST', path: replyPath(session, replyId, '/discard'), leaseId: taker?.leaseId, body: { reason }, signal }, session);
  }

  async *#pages(path: string, session: string, { state, pageSize, signal }: ListRepliesOptions): AsyncGenerator<ReplyView, void, void> {
    let cursor: string | undefined;
    do {
      const page: ReplyList = await this.#body({ method: 'GET', path: path + queryOf({ state, limit: pageSize, cursor }), signal }, session);
      yield* page.replies;
      cursor = page.nextCursor;
    } while (cursor !== undefined);
  }

  async #body<Body>(call: Omit<Call, 'purpose' | 'timeoutMs'>, session: string): Promise<Body> {
    return (await this.#ask(call, session)).body as Body;
  }

  async #ask(call: Omit<Call, 'purpose' | 'timeoutMs'>, session: string): Promise<Answer> {
    const answer = await repeat(this.#parts, { ...call, purpose: 'calls' }, { withinMs: this.#parts.requestTimeoutMs });
    if (answer.status >= 400) throw refusalIn(answer, session);
    return answer;
  }
}
