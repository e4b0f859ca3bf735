/** The API of parked replies as it stands on the wire, one call a method, with nothing retried and nothing hidden. For tests. */
import type { IncomingHttpHeaders } from 'node:http';
import type { AnswerBody, LeaseApi } from './lease-api.ts';

export type ReplyState = 'parked' | 'sending' | 'unknown' | 'dead' | 'delivered' | 'superseded';

/** Members of answers about replies that tests look at; each answer has some of them. */
export interface ReplyBody extends AnswerBody {
  readonly replyId?: string;
  readonly state?: ReplyState;
  readonly committed?: boolean;
  readonly attempts?: number;
  readonly maybeDelivered?: boolean;
  readonly lastError?: string;
  readonly reason?: string;
  readonly dueInMs?: number;
  readonly payload?: unknown;
  readonly payloadBytes?: number;
  readonly contentType?: string;
  /** A page of a listing; in the problem `replies-full` a number. */
  readonly replies?: readonly ReplyBody[];
  readonly nextCursor?: string;
}

export interface ReplyAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: ReplyBody;
}

export interface ParkBody {
  readonly fencingToken: number;
  readonly payload: unknown;
  readonly holder?: string;
  readonly contentType?: string;
  readonly committed?: boolean;
  readonly reason?: string;
}

export interface AttemptBody {
  readonly attempt: number;
  readonly outcome: 'sending' | 'delivered' | 'failed' | 'unknown';
  readonly committed?: boolean;
  readonly error?: string;
  readonly permanent?: boolean;
}

export const replyPath = (session: string, replyId: string): string => `/v1/replies/${encodeURIComponent(session)}/${replyId}`;

export const park = (api: LeaseApi, session: string, replyId: string, body: ParkBody): Promise<ReplyAnswer> =>
  api.call({ method: 'PUT', path: replyPath(session, replyId), body: { holder: 'gateway-1', ...body } });

export const attempt = (api: LeaseApi, session: string, replyId: string, leaseId: string, body: AttemptBody): Promise<ReplyAnswer> =>
  api.call({ method: 'POST', path: `${replyPath(session, replyId)}/attempts`, leaseId, body });

export const replay = (api: LeaseApi, session: string, replyId: string, reason: string): Promise<ReplyAnswer> =>
  api.call({ method: 'POST', path: `${replyPath(session, replyId)}/replay`, body: { reason } });

export const discard = (api: LeaseApi, session: string, replyId: string, reason: string): Promise<ReplyAnswer> =>
  api.call({ method: 'POST', path: `${replyPath(session, replyId)}/discard`, body: { reason } });

export const readReply = (api: LeaseApi, session: string, replyId: string): Promise<ReplyAnswer> => api.call({ method: 'GET', path: replyPath(session, replyId) });

/** All replies of a session, however many pages they take. @throws Error when a page is refused */
export const repliesOf = async (api: LeaseApi, session: string): Promise<ReplyBody[]> => {
  const replies: ReplyBody[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const path: string = `/v1/replies/${encodeURIComponent(session)}?limit=1000${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
    const { status, body }: ReplyAnswer = await api.call({ method: 'GET', path });
    if (status !== 200) throw new Error(`the replies of ${session} were answered ${status} ${body.code}`);
    replies.push(...(body.replies ?? []));
    cursor = body.nextCursor;
  }
  return replies;
};
