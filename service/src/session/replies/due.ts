/** What time does to replies, and when the courier is wanted. */
import type { Draft } from '../draft.ts';
import type { Reply, Session } from '../types.ts';
import { headOf, isUndelivered } from './order.ts';
import { tellState } from './put.ts';

/** One that is being sent is not declared dead under its taker's hands. */
const canExpire = ({ state }: Reply): boolean => state === 'parked' || state === 'unknown';

/** When the first undelivered reply will be too old. */
export const firstExpiryMs = ({ replies }: Session): number | undefined => {
  let first: number | undefined;
  for (const reply of replies) if (canExpire(reply) && (first === undefined || reply.expiresAtMs < first)) first = reply.expiresAtMs;
  return first;
};

/** Declares dead, visibly, what was not delivered in its time. A dead reply keeps its place, so that any number of them die in one pass. */
export const expireReplies = (draft: Draft, atMs: number): void => {
  const replies = draft.session.replies.map((reply) => {
    if (!canExpire(reply) || reply.expiresAtMs > atMs) return reply;
    const doubt = reply.state === 'unknown' ? ', and whether its last attempt arrived is unknown' : '';
    const dead: Reply = { ...reply, state: 'dead', reason: `expired: not delivered within ${reply.lifeMs} ms${doubt}`, settledAtMs: atMs };
    tellState(draft, dead);
    return dead;
  });
  draft.session = { ...draft.session, replies };
};

/** When the courier may come for this session, on the monotonic clock. Undefined while somebody holds it, who is told by its heartbeats, or nothing is left to deliver. */
export const courierDueAt = (session: Session): number | undefined =>
  session.lease === undefined && session.waiters.length === 0 ? headOf(session)?.dueAtMs : undefined;

export const hasUndelivered = ({ replies }: Session): boolean => replies.some(isUndelivered);
