/** What a session is filed under on each node, so that it is found without its name. Pure. */
import { forgettableAt } from '../../session/forget.ts';
import { courierDueAt, hasUndelivered } from '../../session/replies/due.ts';
import { nextDueAt } from '../../session/settle.ts';
import type { Session } from '../../session/types.ts';
import { oldestReplyAt, usageOf } from '../../session/usage.ts';
import type { Filed } from './node-port.ts';

/** The waiters are not: they are their instance's own. */
export const filed = (session: Session): Filed => {
  const { leases, parked, sending, unknown, dead, bytes } = usageOf(session);
  return {
    isLeased: session.lease !== undefined,
    dueAtMs: hasUndelivered(session) ? nextDueAt({ ...session, waiters: [] }) : undefined,
    replies: [...session.replies, ...session.settledReplies].map((reply) => ({ number: reply.number, state: reply.state, atMs: reply.settledAtMs ?? reply.dueAtMs })),
    courierDueAtMs: courierDueAt({ ...session, waiters: [] }),
    usage: [leases, parked, sending, unknown, dead, bytes],
    oldestReplyAtMs: oldestReplyAt(session),
    forgettableAtMs: forgettableAt(session),
  };
};
