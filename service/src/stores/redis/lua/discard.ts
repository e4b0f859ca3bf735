/** The typed side of `discard.lua`. */
import type { Outcomes } from '../../../session/commands.ts';
import type { Discard } from '../../../session/replies/commands.ts';
import { defineScript, optional } from '../script.ts';
import type { Named } from './named.ts';
import { readReplyOutcome } from './read-reply-view.ts';

export const discardScript = defineScript<Named<Discard>, Outcomes['discard']>('discard', {
  args: ({ name, command }) => [name, command.replyId, optional(command.leaseIdHash), command.reason],
  read: (told) => readReplyOutcome(told) as Outcomes['discard'],
});
