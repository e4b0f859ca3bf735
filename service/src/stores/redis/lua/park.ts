/** The typed side of `park.lua`. */
import type { Outcomes } from '../../../session/commands.ts';
import type { Park } from '../../../session/replies/commands.ts';
import { defineScript, flag, optional } from '../script.ts';
import type { Named } from './named.ts';
import { readReplyOutcome } from './read-reply-view.ts';

export const parkScript = defineScript<Named<Park>, Outcomes['park']>('park', {
  args: ({ name, command }) => [
    name,
    command.replyId,
    command.fencingToken,
    command.holder,
    optional(command.sequence),
    flag(command.committed),
    command.contentType,
    optional(command.reason),
    command.expiresInMs,
    command.payloadHash,
    command.payloadBytes,
    command.payload,
    optional(command.usedUp?.replies),
    optional(command.usedUp?.bytes),
  ],
  read: (told) => readReplyOutcome(told) as Outcomes['park'],
});
