/** The typed side of `shared/replyviews.lua`: outcomes about replies, from flat arrays whose first item is the kind. */
import type { Outcomes } from '../../../session/commands.ts';
import type { RepliesPage, ReplyOutcomes, ReplyPlace, ReplyView } from '../../../session/replies/commands.ts';
import type { FencingToken, ReplyId, ReplyState } from '../../../session/types.ts';
import type { Told } from '../script.ts';
import { flag, list, number, optionalNumber, optionalText, text } from './reading.ts';
import { readLeaseOutcome } from './read-outcome.ts';

export const readReplyView = (told: unknown): ReplyView => {
  const [replyId, fencingToken, order, holder, state, committed, attempts, maybeDelivered, due, expires, parkedMsAgo, settled, error, why, payloadBytes, contentType] = list(told);
  const sequence = optionalNumber(order);
  const dueInMs = optionalNumber(due);
  const expiresInMs = optionalNumber(expires);
  const settledMsAgo = optionalNumber(settled);
  const lastError = optionalText(error);
  const reason = optionalText(why);
  return {
    replyId: replyId as ReplyId,
    fencingToken: number(fencingToken) as FencingToken,
    ...(sequence !== undefined && { sequence }),
    holder: text(holder),
    state: state as ReplyState,
    committed: flag(committed),
    attempts: number(attempts),
    maybeDelivered: flag(maybeDelivered),
    ...(dueInMs !== undefined && { dueInMs }),
    parkedMsAgo: number(parkedMsAgo),
    ...(expiresInMs !== undefined && { expiresInMs }),
    ...(settledMsAgo !== undefined && { settledMsAgo }),
    ...(lastError !== undefined && { lastError }),
    ...(reason !== undefined && { reason }),
    payloadBytes: number(payloadBytes),
    contentType: text(contentType),
  };
};

const readPlace = (told: unknown): ReplyPlace | undefined => {
  const [fencingToken, sequence, nth] = list(told);
  return nth === undefined ? undefined : { fencingToken: number(fencingToken) as FencingToken, sequence: optionalNumber(sequence), number: number(nth) };
};

export const readRepliesPage = ([, views, last]: Told): RepliesPage => {
  const nextAfter = readPlace(last);
  return { kind: 'replies', replies: list(views).map(readReplyView), ...(nextAfter && { nextAfter }) };
};

type ReplyOutcome = ReplyOutcomes['park' | 'attempt' | 'replay' | 'discard' | 'inspect-reply'];

/** Any outcome of a command on one reply. */
export const readReplyOutcome = (told: Told): ReplyOutcome => {
  const [kind, first, second] = told;
  switch (kind) {
    case 'reply':
      return { kind, reply: readReplyView(first) };
    case 'parked':
      return { kind, repeated: flag(first), reply: readReplyView(second) };
    case 'replies-full':
      return { kind, replies: number(first), bytes: number(second) };
    case 'reply-settled':
      return { kind, state: first as ReplyState };
    case 'reply-not-next':
      return { kind, replyId: first as ReplyId };
    case 'attempt-superseded':
      return { kind, attempts: number(first) };
    case 'reply-unknown':
    case 'reply-id-reused':
    case 'reply-sending':
    case 'attempt-not-taken':
    case 'fencing-token-unknown':
      return { kind };
    default:
      return readLeaseOutcome(told) as Outcomes['attempt'];
  }
};
