/** The typed side of `renew.lua`: any number of renewals in one partition. */
import type { Outcomes, Renew } from '../../../session/commands.ts';
import { defineScript, optional } from '../script.ts';
import type { Named } from './named.ts';
import { list } from './reading.ts';
import { readLeaseOutcome } from './read-outcome.ts';

export const renewScript = defineScript<readonly Named<Renew>[], readonly Outcomes['renew'][]>('renew', {
  args: (renewals) =>
    renewals.flatMap(({ name, command }) => [name, command.leaseIdHash, optional(command.ttlMs), optional(command.metadata && JSON.stringify(command.metadata))]),
  read: (told) => told.map((outcome) => readLeaseOutcome(list(outcome)) as Outcomes['renew']),
});
