/** Puts a reply where its state belongs, and tells when the state has changed. */
import type { Draft } from '../draft.ts';
import { REPLIES_BYTES_MAX, SETTLED_REPLIES_MAX, SETTLED_REPLY_MS } from '../limits.ts';
import type { Reply, Session } from '../types.ts';
import { bytesOf, compareReplies } from './order.ts';

const isSettled = ({ state }: Reply): boolean => state === 'delivered' || state === 'superseded';

const without = (replies: readonly Reply[], { number }: Reply): readonly Reply[] => {
  const index = replies.findIndex((reply) => reply.number === number);
  return index === -1 ? replies : replies.toSpliced(index, 1);
};

const inOrder = (replies: readonly Reply[], reply: Reply): readonly Reply[] => {
  const place = replies.findIndex((other) => compareReplies(reply, other) < 0);
  return replies.toSpliced(place === -1 ? replies.length : place, 0, reply);
};

/** Adds a reply, or replaces the one of its number. */
export const putReply = (draft: Draft, reply: Reply): void => {
  const { session } = draft;
  const open = without(session.replies, reply);
  const settled = without(session.settledReplies, reply);
  draft.session = isSettled(reply)
    ? { ...session, replies: open, settledReplies: withinLimits([...settled, reply]) }
    : { ...session, replies: inOrder(open, reply), settledReplies: settled };
};

/** Replaces a reply whose state has changed, and tells it. */
export const changeReply = (draft: Draft, reply: Reply): void => {
  putReply(draft, reply);
  tellState(draft, reply);
};

export const tellState = (draft: Draft, { holder, fencingToken, replyId, state }: Reply): void => {
  draft.events.push({ type: 'reply-state', holder, fencingToken, replyId, state });
};

/** A session remembers so many settled replies, and so many bytes of what superseded ones said; the oldest go first. */
const withinLimits = (settled: readonly Reply[]): readonly Reply[] => {
  const kept = settled.slice(Math.max(0, settled.length - SETTLED_REPLIES_MAX));
  let bytes = bytesOf(kept.filter(({ payloadDropped }) => !payloadDropped));
  if (bytes <= REPLIES_BYTES_MAX) return kept;
  return kept.map((reply) => {
    if (reply.payloadDropped || bytes <= REPLIES_BYTES_MAX) return reply;
    bytes -= reply.payloadBytes;
    return { ...reply, payloadDropped: true };
  });
};

/** Settled replies that are remembered long enough. They stand in the order of their settling. */
const isForgotten = ({ settledAtMs = 0 }: Reply, nowMs: number): boolean => settledAtMs + SETTLED_REPLY_MS <= nowMs;

export const hasForgottenReplies = ({ settledReplies }: Session, nowMs: number): boolean => settledReplies.length > 0 && isForgotten(settledReplies[0]!, nowMs);

export const forgetSettled = (draft: Draft): void => {
  const { monoMs } = draft.now;
  if (!hasForgottenReplies(draft.session, monoMs)) return;
  draft.session = { ...draft.session, settledReplies: draft.session.settledReplies.filter((reply) => !isForgotten(reply, monoMs)) };
};
