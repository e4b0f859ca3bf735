/** What need not be remembered any more. */
import type { Now } from '../clock.ts';
import { ENDED_ID_MS, IDLE_SESSION_MS, SETTLED_REPLY_MS } from './limits.ts';
import type { Session } from './types.ts';

/** Nobody holds it, and no reply of it waits for anybody: neither to be delivered nor, dead, to be looked at. */
export const isIdle = (session: Session): boolean => session.lease === undefined && session.replies.length === 0;

/** From when on nothing of a session is worth keeping: free, its last end long ago, its ended ids and settled replies past their use. Undefined while it is in use. */
export const forgettableAt = (session: Session): number | undefined => {
  if (!isIdle(session)) return undefined;
  const { ended, settledReplies, previous } = session;
  return Math.max(
    0,
    ...ended.map(({ endedAtMs }) => endedAtMs + ENDED_ID_MS),
    ...settledReplies.map(({ settledAtMs = 0 }) => settledAtMs + SETTLED_REPLY_MS),
    previous === undefined ? 0 : previous.endedAtMs + IDLE_SESSION_MS,
  );
};

/** Whether that is so by now. The floor outlives it. */
export const isForgettable = (session: Session, now: Now): boolean => (forgettableAt(session) ?? Infinity) <= now.monoMs;
