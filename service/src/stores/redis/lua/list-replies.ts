/** The typed side of `list-replies.lua`. */
import type { Outcomes } from '../../../session/commands.ts';
import type { ListReplies } from '../../../session/replies/commands.ts';
import { defineScript, optional } from '../script.ts';
import type { Named } from './named.ts';
import { readRepliesPage } from './read-reply-view.ts';

export const listRepliesScript = defineScript<Named<ListReplies>, Outcomes['list-replies']>('list-replies', {
  args: ({ name, command: { state, limit, after } }) => [name, optional(state), limit, optional(after?.fencingToken), optional(after?.sequence), optional(after?.number)],
  read: readRepliesPage,
});
