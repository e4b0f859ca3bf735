/** What is sent to the nodes to be written, and what brings those up to it that were behind. */
import type { Clock } from '../../clock.ts';
import type { SessionName } from '../../session/store.ts';
import type { Known } from './basis.ts';
import { filed } from './filing.ts';
import type { AcceptRequest } from './node-port.ts';
import type { Carried } from './register-client.ts';
import { tokenOf, writeSession } from './session-text.ts';

/** A write that was stuck for longer does not put a lease back any more. */
const REPAIR_MS_MAX = 1_000;

export const requestOf = ({ ballot, by, value, session, past }: Pick<Known, 'ballot' | 'by' | 'value' | 'session' | 'past'>, effect: AcceptRequest['effect'], payloads?: AcceptRequest['payloads']): AcceptRequest => ({
  proposal: { ballot, by, value, token: tokenOf(session), state: writeSession(session, past) },
  effect,
  filed: filed(session),
  ...(payloads && { payloads }),
});

/** What a majority has is given to those that have it not, or whose vote for the lease is gone. Nobody waits for it. */
export const repair = (name: SessionName, known: Known, { behind, leftMs }: Carried, clock: Clock): void => {
  if (behind.length === 0) return;
  const request = requestOf(known, { kind: 'extend', forMs: leftMs });
  const { monoMs } = clock.now();
  for (const node of behind) {
    if (node.clockOffsetMs === undefined) continue;
    // Whoever does not take it now is repaired by the next renewal.
    node.repair(name, request, monoMs + node.clockOffsetMs + REPAIR_MS_MAX).catch(() => {});
  }
};
