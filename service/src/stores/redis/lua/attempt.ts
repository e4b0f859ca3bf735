/** The typed side of `attempt.lua`. */
import type { Outcomes } from '../../../session/commands.ts';
import type { Attempt } from '../../../session/replies/commands.ts';
import { defineScript, flag, optional } from '../script.ts';
import type { Named } from './named.ts';
import { readReplyOutcome } from './read-reply-view.ts';

export const attemptScript = defineScript<Named<Attempt>, Outcomes['attempt']>('attempt', {
  args: ({ name, command }) => [
    name,
    command.replyId,
    command.leaseIdHash,
    command.attempt,
    command.outcome,
    flag(command.committed === true),
    optional(command.error),
    optional(command.retryAfterMs),
    flag(command.permanent === true),
  ],
  read: (told) => readReplyOutcome(told) as Outcomes['attempt'],
});
