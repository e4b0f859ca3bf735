/** The typed side of `acquire.lua`. */
import type { Acquire, Outcomes } from '../../../session/commands.ts';
import { defineScript, flag, optional } from '../script.ts';
import { number } from './reading.ts';
import { readLeaseOutcome } from './read-outcome.ts';
import type { Named } from './named.ts';

/** The partition has lost its state, and grants nothing until whatever was granted before is over. */
export interface NoGrants {
  readonly kind: 'no-grants';
  readonly forMs: number;
}

export const acquireScript = defineScript<Named<Acquire>, Outcomes['acquire'] | NoGrants>('acquire', {
  args: ({ name, command }) => [
    name,
    command.leaseIdHash,
    command.connection,
    command.holder,
    command.ttlMs,
    command.waitMs,
    optional(command.maxWaiters),
    flag(command.background),
    command.maxHoldMs,
    flag(command.yieldRequest !== undefined),
    optional(command.yieldRequest?.reason),
    optional(command.yieldRequest?.graceMs),
    optional(command.metadata && JSON.stringify(command.metadata)),
    optional(command.usedUp?.leases),
    optional(command.usedUp?.waiters),
  ],
  read: (told) => (told[0] === 'no-grants' ? { kind: 'no-grants', forMs: number(told[1]) } : (readLeaseOutcome(told) as Outcomes['acquire'])),
});
