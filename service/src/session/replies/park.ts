/** Park: keeps a finished reply, whoever holds the session by now. */
import type { Outcomes } from '../commands.ts';
import type { Park, RepliesFull } from './commands.ts';
import type { Draft } from '../draft.ts';
import { REPLIES_BYTES_MAX, REPLIES_MAX } from '../limits.ts';
import type { Reply, Session } from '../types.ts';
import { bytesOf, findReply } from './order.ts';
import { putReply } from './put.ts';
import { replyView } from './views.ts';

export const park = (draft: Draft, command: Park): Outcomes['park'] => {
  const { session, now } = draft;
  const known = findReply(session, command.replyId);
  if (known) return parkAgain(draft, known, command);
  // Nobody can have generated anything under a token that was never granted, and it would stand behind all to come.
  if (command.fencingToken > draft.floor) return { kind: 'fencing-token-unknown' };
  const full = roomFault(session, command.payloadBytes);
  if (full) return full;
  for (const quota of ['replies', 'bytes'] as const) {
    const limit = command.usedUp?.[quota];
    if (limit !== undefined) return { kind: 'quota-exceeded', quota, limit };
  }
  const reply: Reply = {
    number: session.repliesParked + 1,
    replyId: command.replyId,
    fencingToken: command.fencingToken,
    sequence: command.sequence,
    holder: command.holder,
    state: 'parked',
    committed: command.committed,
    attempts: 0,
    taker: undefined,
    payloadHash: command.payloadHash,
    payloadBytes: command.payloadBytes,
    payloadDropped: false,
    contentType: command.contentType,
    reason: command.reason,
    lastError: undefined,
    parkedAtMs: now.monoMs,
    dueAtMs: now.monoMs,
    setbacks: 0,
    wasUnknown: false,
    maybeDelivered: false,
    lifeMs: command.expiresInMs,
    expiresAtMs: now.monoMs + command.expiresInMs,
    settledAtMs: undefined,
  };
  draft.session = { ...session, repliesParked: reply.number };
  putReply(draft, reply);
  const { holder, fencingToken, replyId, state } = reply;
  draft.events.push({ type: 'parked', holder, fencingToken, replyId, state });
  return { kind: 'parked', repeated: false, reply: replyView(reply, now.monoMs) };
};

/** The same reply again is the same parking: it keeps its first token and all its terms; only `committed` may rise. */
const parkAgain = (draft: Draft, known: Reply, { payloadHash, committed }: Park): Outcomes['park'] => {
  if (known.payloadHash !== payloadHash) return { kind: 'reply-id-reused' };
  return { kind: 'parked', repeated: true, reply: replyView(riseCommitted(draft, known, committed), draft.now.monoMs) };
};

/** Notes that the transcript has the reply. What was said once is never taken back. */
export const riseCommitted = (draft: Draft, reply: Reply, committed: boolean | undefined): Reply => {
  if (!committed || reply.committed) return reply;
  const risen = { ...reply, committed };
  draft.session = {
    ...draft.session,
    replies: draft.session.replies.map((other) => (other === reply ? risen : other)),
    settledReplies: draft.session.settledReplies.map((other) => (other === reply ? risen : other)),
  };
  return risen;
};

/** Why a session cannot take another reply of this size; undefined when it can. */
export const roomFault = ({ replies }: Session, payloadBytes: number): RepliesFull | undefined => {
  const bytes = bytesOf(replies);
  const fits = replies.length < REPLIES_MAX && bytes + payloadBytes <= REPLIES_BYTES_MAX;
  return fits ? undefined : { kind: 'replies-full', replies: replies.length, bytes };
};
