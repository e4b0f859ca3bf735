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

/**
 * What a majority has is given to those that have it not, or whose vote for the lease is gone, as each says so: the slowest node says it when all is decided, and
 * is needed when another is away. Nobody waits for it.
 */
export const repair = (name: SessionName, known: Known, { answers, leftMs }: Carried, clock: Clock): void => {
  const endsAtMs = clock.now().monoMs + leftMs;
  const put = async ({ node, answer }: Carried['answers'][number]): Promise<void> => {
    if ((await answer).kind !== 'refused' || node.clockOffsetMs === undefined) return;
    const { monoMs } = clock.now();
    const forMs = endsAtMs - monoMs;
    if (forMs <= 0) return;
    // It is there before the lease is over, or not at all.
    await node.repair(name, requestOf(known, { kind: 'extend', forMs }), monoMs + node.clockOffsetMs + Math.min(REPAIR_MS_MAX, forMs / 2));
  };
  // Whoever does not take it now is repaired by the next renewal.
  for (const asked of answers) put(asked).catch(() => {});
};
