/** The replies of one session: which goes first, which is which, how many there are. */
import type { ReplyPlace } from './commands.ts';
import type { Reply, ReplyId, ReplyState, Session } from '../types.ts';

/** By fencing token, then by sequence, then by parking. A reply without a sequence comes after those of its token that have one. */
export const compareReplies = (a: ReplyPlace, b: ReplyPlace): number => {
  if (a.fencingToken !== b.fencingToken) return a.fencingToken - b.fencingToken;
  const [first, second] = [a.sequence ?? Infinity, b.sequence ?? Infinity];
  return first === second ? a.number - b.number : first < second ? -1 : 1;
};

/** Whether it still has to reach somebody. */
export const isUndelivered = ({ state }: { readonly state: ReplyState }): boolean => state === 'parked' || state === 'sending' || state === 'unknown';

/** Whether nothing more comes of it by itself. A dead reply is over, and still counts: somebody has to look at it. */
export const isOver = (reply: { readonly state: ReplyState }): boolean => !isUndelivered(reply);

/** The reply that has to be attempted before all others of its session. One that is being sent stays it, so that no two are sent at once: what was parked late goes next. */
export const headOf = ({ replies }: Session): Reply | undefined => replies.find(({ state }) => state === 'sending') ?? replies.find(isUndelivered);

export const findReply = ({ replies, settledReplies }: Session, replyId: ReplyId): Reply | undefined => {
  const named = (reply: Reply): boolean => reply.replyId === replyId;
  return replies.find(named) ?? settledReplies.find(named);
};

export const undeliveredCount = ({ replies }: Session): number => replies.reduce((count, reply) => (isUndelivered(reply) ? count + 1 : count), 0);

export const bytesOf = (replies: readonly Reply[]): number => replies.reduce((bytes, { payloadBytes }) => bytes + payloadBytes, 0);
