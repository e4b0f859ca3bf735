/** What need not be remembered any more. */
import type { Now } from '../clock.ts';
import { ENDED_ID_MS, IDLE_SESSION_MS, SETTLED_REPLY_MS } from './limits.ts';
import type { Session } from './types.ts';

/** Nobody holds it, and no reply of it waits for anybody: neither to be delivered nor, dead, to be looked at. */
export const isIdle = (session: Session): boolean => session.lease === undefined && session.replies.length === 0;

/** Whether nothing of a session is worth keeping: free, its last end long ago, its ended ids and settled replies past their use. The floor outlives it. */
export const isForgettable = (session: Session, now: Now): boolean =>
  isIdle(session) &&
  session.ended.every(({ endedAtMs }) => endedAtMs + ENDED_ID_MS <= now.monoMs) &&
  session.settledReplies.every(({ settledAtMs = 0 }) => settledAtMs + SETTLED_REPLY_MS <= now.monoMs) &&
  (session.previous === undefined || session.previous.endedAtMs + IDLE_SESSION_MS <= now.monoMs);
