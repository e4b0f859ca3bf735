/** The typed side of `fence.lua`. */
import type { CheckFence, FenceVerdict } from '../../../session/commands.ts';
import { defineScript } from '../script.ts';
import type { Named } from './named.ts';
import { readVerdict } from './read-outcome.ts';

export const fenceScript = defineScript<Named<CheckFence>, FenceVerdict>('fence', {
  args: ({ name, command }) => [name, command.fencingToken],
  read: readVerdict,
});
