/** What a raw gateway does with replies: it parks its own, and delivers those that wait in a session that it holds, whoever left them. */
import type { CommitContext } from '../../../client/src/index.ts';
import type { LeaseApi } from '../lease-api.ts';
import type { RecordedApi } from '../load/recorded-api.ts';
import { commandsOf } from '../load/commands-of.ts';
import { monotonicMs } from '../monotonic.ts';
import { attempt, park, readReply, type AttemptBody, type ReplyAnswer, type ReplyBody } from '../reply-api.ts';
import type { Recording } from '../reply-run/recording.ts';
import type { FailOver } from './fail-over.ts';
import type { Held } from './gateway.ts';
import type { Tally } from './tally.ts';

export interface ReplyWorkParts {
  readonly ways: FailOver;
  readonly recording: Recording;
  readonly tally: Tally;
  readonly chance: () => number;
}

const UNDELIVERED = ['sending', 'unknown', 'parked'] as const;
const DELIVERED_AT_ONCE_MAX = 8;
/** How often it says that it does not know, whatever came of it. */
const SAYS_UNKNOWN = 0.05;
/** Below this it does not begin anything that must not be done twice. */
const LEFT_MS_MIN = 100;

type Send = (api: RecordedApi) => Promise<ReplyAnswer>;

export class ReplyWork {
  readonly #parts: ReplyWorkParts;

  constructor(parts: ReplyWorkParts) {
    this.#parts = parts;
  }

  async park({ session, fencingToken, holder }: Held, replyId: string): Promise<void> {
    const { ways, recording, tally } = this.#parts;
    const payload = `answer ${replyId}`;
    recording.log({ what: 'generated', session, replyId, text: payload });
    const body = { fencingToken, payload, holder };
    const { status } = await ways.answered(recorded(session, replyId, 'PUT', undefined, body, (api) => park(api, session, replyId, body)));
    if (status !== 200 && status !== 201) {
      tally.wrong.push(`the parking of ${replyId} was answered ${status}`);
      return;
    }
    tally.repliesParked += 1;
    recording.log({ what: 'kept', session, replyId, fencingToken, where: 'service' });
  }

  /** Delivers what waits, first the first, until nothing does, the lease is lost, or it is enough. */
  async deliverAll(held: Held): Promise<void> {
    for (let left = DELIVERED_AT_ONCE_MAX; left > 0; left -= 1) {
      const head = await this.#head(held.session);
      if (!head || !(await this.#deliver(held, head))) return;
    }
  }

  /** Of the undelivered ones the first; what is settled stands in the same list. */
  async #head(session: string): Promise<ReplyBody | undefined> {
    const { ways } = this.#parts;
    const heads = await Promise.all(
      UNDELIVERED.map(async (state) => {
        const path = `/v1/replies/${encodeURIComponent(session)}?state=${state}&limit=1`;
        const { body }: ReplyAnswer = await ways.answered((api) => api.plain((connection) => connection.call({ method: 'GET', path })));
        return body.replies ?? [];
      }),
    );
    return heads.flat().toSorted((a, b) => (a.fencingToken ?? 0) - (b.fencingToken ?? 0))[0];
  }

  /** @returns whether it makes sense to go on */
  async #deliver(held: Held, { replyId = '', attempts = 0, maybeDelivered = false, state }: ReplyBody): Promise<boolean> {
    const { recording, chance } = this.#parts;
    const { session, fencingToken } = held;
    recording.onCheckpoint('attempt: before');
    const read = await this.#parts.ways.answered(recorded(session, replyId, 'GET', undefined, undefined, (api) => readReply(api, session, replyId)));
    const text = read.body.payload;
    if (typeof text !== 'string' || monotonicMs() + LEFT_MS_MIN > held.untilMs) return false;
    const context: CommitContext = { session, replyId, fencingToken, rebase: true, signal: new AbortController().signal };
    try {
      await recording.handlers.commit(text, context);
    } catch (error) {
      // The transcript has seen a larger token: this lease is over, whatever its holder thinks.
      if (error instanceof Error && error.name === 'StaleFencingTokenError') return false;
      throw error;
    }
    const number = attempts + 1;
    const taken = await this.#tell(held, replyId, { attempt: number, outcome: 'sending', committed: true });
    if (taken.status !== 200) return taken.body.code !== 'lease-lost' && taken.body.code !== 'lease-unknown';
    if (monotonicMs() + LEFT_MS_MIN > held.untilMs) return false;
    const outcome = await this.#send(text, { ...context, attempt: number, maybeDelivered: maybeDelivered || state === 'sending' });
    const said = chance() < SAYS_UNKNOWN ? 'unknown' : outcome;
    const settled = await this.#tell(held, replyId, { attempt: number, outcome: said, ...(said !== 'delivered' && { error: `it was ${said}` }) });
    return settled.status === 200;
  }

  async #send(text: string, context: CommitContext & { readonly attempt: number; readonly maybeDelivered: boolean }): Promise<'delivered' | 'failed' | 'unknown'> {
    try {
      await this.#parts.recording.handlers.deliver(text, context);
      return 'delivered';
    } catch (error) {
      return error instanceof Error && 'status' in error ? 'failed' : 'unknown';
    }
  }

  #tell({ session, leaseId }: Held, replyId: string, body: AttemptBody): Promise<ReplyAnswer> {
    const send = recorded(session, replyId, 'POST attempts', leaseId, body, (api) => attempt(api, session, replyId, leaseId, body));
    return this.#parts.ways.answered(send);
  }
}

/** A request about a reply, written down as what it is on the wire. */
const recorded = (session: string, replyId: string, request: string, leaseId: string | undefined, body: object | undefined, send: (api: LeaseApi) => Promise<ReplyAnswer>): Send => {
  const [method = '', action] = request.split(' ');
  const url = `/v1/replies/${encodeURIComponent(session)}/${replyId}${action === undefined ? '' : `/${action}`}`;
  const [sent] = commandsOf(method, url, leaseId, body === undefined ? '' : JSON.stringify(body));
  return (api) => api.noting(session, sent!.command, send);
};
