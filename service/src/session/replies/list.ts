/** Looking at the replies of one session. */
import type { Outcomes } from '../commands.ts';
import type { InspectReply, ListReplies } from './commands.ts';
import type { Draft } from '../draft.ts';
import { compareReplies, findReply } from './order.ts';
import { replyView } from './views.ts';

export const inspectReply = ({ session, now }: Draft, { replyId }: InspectReply): Outcomes['inspect-reply'] => {
  const reply = findReply(session, replyId);
  return reply ? { kind: 'reply', reply: replyView(reply, now.monoMs) } : { kind: 'reply-unknown' };
};

export const listReplies = ({ session, now }: Draft, { state, limit, after }: ListReplies): Outcomes['list-replies'] => {
  const matching = [...session.replies, ...session.settledReplies]
    .filter((reply) => (state === undefined || reply.state === state) && (after === undefined || compareReplies(after, reply) < 0))
    .sort(compareReplies);
  const page = matching.slice(0, limit);
  const last = page.at(-1);
  return {
    kind: 'replies',
    replies: page.map((reply) => replyView(reply, now.monoMs)),
    ...(last && matching.length > limit && { nextAfter: { fencingToken: last.fencingToken, sequence: last.sequence, number: last.number } }),
  };
};
