/** The typed side of `revoke.lua`. */
import type { Outcomes, Revoke } from '../../../session/commands.ts';
import { defineScript } from '../script.ts';
import type { Named } from './named.ts';
import { readLeaseOutcome } from './read-outcome.ts';

export const revokeScript = defineScript<Named<Revoke>, Outcomes['revoke']>('revoke', {
  args: ({ name }) => [name],
  read: (told) => readLeaseOutcome(told) as Outcomes['revoke'],
});
