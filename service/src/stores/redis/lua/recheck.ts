/** The typed side of `recheck.lua`: what has become of waiting connections. */
import type { Wake } from '../../../session/commands.ts';
import type { ConnectionId, LeaseIdHash } from '../../../session/types.ts';
import { defineScript } from '../script.ts';
import { list } from './reading.ts';
import { readLeaseOutcome } from './read-outcome.ts';

export interface WaitingRequest {
  readonly name: string;
  readonly leaseIdHash: LeaseIdHash;
  readonly connection: ConnectionId;
  /** By the store's clock. */
  readonly requestedAtMs: number;
}

/** An answer that the connection has missed; that it still waits; or that the store knows nothing of it. */
export type Rechecked = Wake['outcome'] | { readonly kind: 'waiting' } | { readonly kind: 'gone' };

export const recheckScript = defineScript<readonly WaitingRequest[], readonly Rechecked[]>('recheck', {
  args: (requests) => requests.flatMap(({ name, leaseIdHash, connection, requestedAtMs }) => [name, leaseIdHash, connection, requestedAtMs]),
  read: (told) => told.map((answer) => (list(answer)[0] === 'gone' ? { kind: 'gone' } : (readLeaseOutcome(list(answer)) as Rechecked))),
});
