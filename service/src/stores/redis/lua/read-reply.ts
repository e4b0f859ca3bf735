/** The typed side of `read-reply.lua`: one reply and its payload. */
import type { ReplyUnknown } from '../../../session/replies/commands.ts';
import type { StoredReply } from '../../../session/store.ts';
import type { ReplyId } from '../../../session/types.ts';
import { defineScript } from '../script.ts';
import { optionalText } from './reading.ts';
import { readReplyView } from './read-reply-view.ts';

export interface ReplyAsked {
  /** Of the session, as `nameText` gives it. */
  readonly name: string;
  readonly replyId: ReplyId;
}

export const readReplyScript = defineScript<ReplyAsked, StoredReply | ReplyUnknown>('read-reply', {
  args: ({ name, replyId }) => [name, replyId],
  read: ([kind, view, json]) => {
    if (kind === 'reply-unknown') return { kind };
    const payload = optionalText(json);
    return { kind: 'reply', reply: readReplyView(view), ...(payload !== undefined && { payload }) };
  },
});
