/** The typed side of `inspect-reply.lua`. */
import type { Outcomes } from '../../../session/commands.ts';
import type { InspectReply } from '../../../session/replies/commands.ts';
import { defineScript } from '../script.ts';
import type { Named } from './named.ts';
import { readReplyOutcome } from './read-reply-view.ts';

export const inspectReplyScript = defineScript<Named<InspectReply>, Outcomes['inspect-reply']>('inspect-reply', {
  args: ({ name, command }) => [name, command.replyId],
  read: (told) => readReplyOutcome(told) as Outcomes['inspect-reply'],
});
