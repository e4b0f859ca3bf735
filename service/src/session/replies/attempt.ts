/**
 * Attempts to deliver: who may begin one, and what comes of it. Taking needs the live lease, so the delivery of a session is
 * serial and fenced, and the lease's end is the only time-out there is.
 */
import type { Outcomes } from '../commands.ts';
import type { Attempt } from './commands.ts';
import type { Draft } from '../draft.ts';
import { REPLY_BACKOFF_MS } from '../limits.ts';
import { leaseRefusal } from '../renew.ts';
import type { AttemptOutcome, Lease, Reply } from '../types.ts';
import { findReply, headOf, isOver } from './order.ts';
import { riseCommitted } from './park.ts';
import { changeReply } from './put.ts';
import { replyView } from './views.ts';

type Outcome = Outcomes['attempt'];

export const attempt = (draft: Draft, command: Attempt): Outcome => {
  const reply = findReply(draft.session, command.replyId);
  if (!reply) return { kind: 'reply-unknown' };
  if (isRepeat(reply, command)) return told(draft, riseCommitted(draft, reply, command.committed));
  if (isOver(reply)) return { kind: 'reply-settled', state: reply.state };
  return command.outcome === 'sending' ? take(draft, reply, command) : conclude(draft, reply, command, command.outcome);
};

const told = (draft: Draft, reply: Reply): Outcome => ({ kind: 'reply', reply: replyView(reply, draft.now.monoMs) });

/** The same word on the same attempt, from the same taker: its answer got lost. */
const isRepeat = ({ attempts, taker, state }: Reply, { attempt: number, leaseIdHash, outcome }: Attempt): boolean => {
  if (number !== attempts || taker?.leaseIdHash !== leaseIdHash) return false;
  return outcome === 'sending' ? state === 'sending' : taker.outcome === outcome;
};

/** Begins an attempt. A live holder need not wait for the back-off: it is for those who come unasked. */
const take = (draft: Draft, reply: Reply, command: Attempt): Outcome => {
  const refusal = leaseRefusal(draft.session, command.leaseIdHash);
  if (refusal) return refusal;
  const head = headOf(draft.session)!;
  if (head !== reply) return { kind: 'reply-not-next', replyId: head.replyId };
  if (command.attempt !== reply.attempts + 1) return { kind: 'attempt-superseded', attempts: reply.attempts };
  const taken = riseCommitted(draft, reply, command.committed);
  // The taker's own attempt that it never settled is given up by the next one; nobody else's can stand here.
  const idle = taken.state === 'sending' ? unknown(taken, draft.now.monoMs) : taken;
  const sending: Reply = {
    ...idle,
    state: 'sending',
    attempts: command.attempt,
    taker: { leaseIdHash: command.leaseIdHash, outcome: undefined },
    dueAtMs: draft.now.monoMs,
  };
  changeReply(draft, sending);
  return told(draft, sending);
};

/**
 * Settles an attempt. That something was delivered stays true after the taker's lease has ended, and sparing the receiver a
 * repeat is worth believing it; anything else is for the live holder to say.
 */
const conclude = (draft: Draft, reply: Reply, command: Attempt, outcome: AttemptOutcome): Outcome => {
  if (command.attempt !== reply.attempts) return { kind: 'attempt-superseded', attempts: reply.attempts };
  if (reply.taker?.leaseIdHash !== command.leaseIdHash) return { kind: 'attempt-not-taken' };
  const refusal = outcome === 'delivered' ? undefined : leaseRefusal(draft.session, command.leaseIdHash);
  if (refusal) return refusal;
  if (outcome !== 'delivered' && reply.state === 'parked') return { kind: 'attempt-not-taken' };
  const answered: Reply = {
    ...riseCommitted(draft, reply, command.committed),
    taker: { ...reply.taker, outcome },
    lastError: command.error ?? reply.lastError,
  };
  const concluded = afterOutcome(answered, command, outcome, draft.now.monoMs);
  changeReply(draft, concluded);
  return told(draft, concluded);
};

const afterOutcome = (reply: Reply, { permanent, error, retryAfterMs = 0 }: Attempt, outcome: AttemptOutcome, nowMs: number): Reply => {
  switch (outcome) {
    case 'delivered':
      return { ...reply, state: 'delivered', payloadDropped: true, settledAtMs: nowMs };
    case 'unknown':
      return unknown(reply, nowMs);
    case 'failed':
      return permanent
        ? { ...reply, state: 'dead', reason: error ?? 'refused for good', settledAtMs: nowMs }
        : { ...reply, state: 'parked', dueAtMs: nowMs + Math.max(backoffMs(reply), retryAfterMs), setbacks: reply.setbacks + 1 };
  }
};

const backoffMs = ({ setbacks }: Reply): number => REPLY_BACKOFF_MS[Math.min(setbacks, REPLY_BACKOFF_MS.length - 1)]!;

/** Nobody knows whether it arrived. It goes out again under the same id: at once the first time, then by back-off. */
const unknown = (reply: Reply, nowMs: number): Reply =>
  reply.wasUnknown
    ? { ...reply, state: 'unknown', maybeDelivered: true, dueAtMs: nowMs + backoffMs(reply), setbacks: reply.setbacks + 1 }
    : { ...reply, state: 'unknown', maybeDelivered: true, dueAtMs: nowMs, wasUnknown: true };

/** The taker's lease has ended in the midst of its attempt. */
export const abandonAttempts = (draft: Draft, { leaseIdHash }: Lease, endedAtMs: number): void => {
  for (const reply of draft.session.replies) {
    if (reply.state === 'sending' && reply.taker?.leaseIdHash === leaseIdHash) changeReply(draft, unknown(reply, endedAtMs));
  }
};
