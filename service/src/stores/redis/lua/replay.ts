/** The typed side of `replay.lua`. */
import type { Outcomes } from '../../../session/commands.ts';
import type { Replay } from '../../../session/replies/commands.ts';
import { defineScript, optional } from '../script.ts';
import type { Named } from './named.ts';
import { readReplyOutcome } from './read-reply-view.ts';

export const replayScript = defineScript<Named<Replay>, Outcomes['replay']>('replay', {
  args: ({ name, command }) => [name, command.replyId, optional(command.leaseIdHash), command.reason],
  read: (told) => readReplyOutcome(told) as Outcomes['replay'],
});
