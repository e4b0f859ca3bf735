/** The typed side of `release.lua`. */
import type { Outcomes, Release } from '../../../session/commands.ts';
import { defineScript } from '../script.ts';
import type { Named } from './named.ts';
import { readLeaseOutcome } from './read-outcome.ts';

export const releaseScript = defineScript<Named<Release>, Outcomes['release']>('release', {
  args: ({ name, command }) => [name, command.leaseIdHash],
  read: (told) => readLeaseOutcome(told) as Outcomes['release'],
});
