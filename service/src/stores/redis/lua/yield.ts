/** The typed side of `yield.lua`. */
import type { AskYield, Outcomes } from '../../../session/commands.ts';
import { defineScript, optional } from '../script.ts';
import type { Named } from './named.ts';
import { readLeaseOutcome } from './read-outcome.ts';

export const yieldScript = defineScript<Named<AskYield>, Outcomes['yield']>('yield', {
  args: ({ name, command }) => [name, command.by, optional(command.reason), optional(command.graceMs)],
  read: (told) => readLeaseOutcome(told) as Outcomes['yield'],
});
