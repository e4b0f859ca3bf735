/** How a session must be stored: whatever counters and indexes say of it is told by its state alone. */
import { isForgettable, isIdle } from '../../../service/src/session/forget.ts';
import { courierDueAt } from '../../../service/src/session/replies/due.ts';
import { bytesOf, isUndelivered, undeliveredCount } from '../../../service/src/session/replies/order.ts';
import { nextDueAt } from '../../../service/src/session/settle.ts';
import type { Reply, Session } from '../../../service/src/session/types.ts';
import type { StoredSession } from '../../support/redis-session-state.ts';

/** The time at which an idle session may be forgotten need only be safe; all else is exact. */
export type Storage = Omit<StoredSession, 'isKnown' | 'idleAtMs'> & { readonly idle: 'not idle' | 'idle' | 'forgotten too early' };

/** @param isKnown a session of which nothing was ever kept stands in no index */
export const expectedStorage = (session: Session, beside: Pick<StoredSession, 'isKnown' | 'floor' | 'payloads' | 'settledInPartition'>): Storage => {
  const { lease, waiters, ended, replies, settledReplies } = session;
  const all = [...replies, ...settledReplies];
  const canExpire = ({ state }: Reply): boolean => state === 'parked' || state === 'unknown';
  const dueAtMs = nextDueAt(session);
  const courierAtMs = courierDueAt(session);
  const idle = beside.isKnown && isIdle(session);
  return {
    floor: beside.floor,
    session,
    payloads: beside.payloads,
    counted: {
      ended: ended.length,
      endedOldestAtMs: ended[0]?.endedAtMs ?? 0,
      waiters: waiters.length,
      tickets: waiters.length,
      open: replies.length,
      openBytes: bytesOf(replies),
      undelivered: undeliveredCount(session),
      sending: replies.find(({ state }) => state === 'sending')?.number ?? 0,
      keptBytes: bytesOf(settledReplies.filter(({ payloadDropped }) => !payloadDropped)),
    },
    waits: new Map(waiters.map(({ leaseIdHash, connection, waitEndsAtMs, ticketEndsAtMs }) => [leaseIdHash, connection === undefined ? ticketEndsAtMs : waitEndsAtMs])),
    undelivered: replies.filter(isUndelivered).map(({ number }) => number),
    expiring: new Map(replies.filter(canExpire).map(({ number, expiresAtMs }) => [number, expiresAtMs])),
    replyNumbers: new Map(all.map(({ replyId, number }) => [replyId, number])),
    listed: new Map(all.map(({ number, state, settledAtMs, dueAtMs }) => [number, { state, atMs: settledAtMs ?? dueAtMs }])),
    isLive: lease !== undefined,
    dueAtMs,
    dueAtMsInRecord: dueAtMs,
    courierAtMs,
    courierAtMsInRecord: courierAtMs,
    idle: idle ? 'idle' : 'not idle',
    isIdleInRecord: idle,
    oldestSettledAtMs: settledReplies[0]?.settledAtMs,
    settledInPartition: beside.settledInPartition,
  };
};

/** What was found, with a judgement where only safety counts. */
export const foundStorage = ({ isKnown: _isKnown, idleAtMs, ...found }: StoredSession): Storage => {
  if (idleAtMs === undefined) return { ...found, idle: 'not idle' };
  return { ...found, idle: isForgettable(found.session, { monoMs: idleAtMs, wallUs: 0 }) ? 'idle' : 'forgotten too early' };
};
