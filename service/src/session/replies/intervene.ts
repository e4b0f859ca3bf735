/** Replay and discard: what an operator, or the live holder, decides about a reply. */
import type { Outcomes } from '../commands.ts';
import type { Discard, Replay } from './commands.ts';
import type { Draft } from '../draft.ts';
import { leaseRefusal } from '../renew.ts';
import type { Reply } from '../types.ts';
import { findReply } from './order.ts';
import { roomFault } from './park.ts';
import { changeReply } from './put.ts';
import { replyView } from './views.ts';

type Refusal = Extract<Outcomes['discard'], { kind: 'reply-unknown' | 'reply-settled' | 'reply-sending' | 'lease-lost' | 'lease-unknown' }>;

/** The reply that the command is about, if it can be decided about at all. */
const findOpen = (draft: Draft, { replyId, leaseIdHash }: Replay | Discard): Reply | Refusal => {
  const reply = findReply(draft.session, replyId);
  if (!reply) return { kind: 'reply-unknown' };
  const refusal = leaseIdHash === undefined ? undefined : leaseRefusal(draft.session, leaseIdHash);
  if (refusal) return refusal;
  if (reply.state === 'delivered') return { kind: 'reply-settled', state: reply.state };
  // Its taker may be in the midst of sending it; whatever was decided now would not reach it.
  return reply.state === 'sending' ? { kind: 'reply-sending' } : reply;
};

const told = (draft: Draft, reply: Reply): { readonly kind: 'reply'; readonly reply: ReturnType<typeof replyView> } => ({
  kind: 'reply',
  reply: replyView(reply, draft.now.monoMs),
});

/** Due now, with its whole life before it. One that is parked already stays as it is, so that a repeat changes nothing. */
export const replay = (draft: Draft, command: Replay): Outcomes['replay'] => {
  const found = findOpen(draft, command);
  if ('kind' in found) return found;
  if (found.state === 'parked') return told(draft, found);
  if (found.payloadDropped) return { kind: 'reply-settled', state: found.state };
  const full = found.state === 'superseded' ? roomFault(draft.session, found.payloadBytes) : undefined;
  if (full) return full;
  const { monoMs } = draft.now;
  const replayed: Reply = {
    ...found,
    state: 'parked',
    reason: command.reason,
    dueAtMs: monoMs,
    setbacks: 0,
    wasUnknown: false,
    expiresAtMs: monoMs + found.lifeMs,
    settledAtMs: undefined,
  };
  changeReply(draft, replayed);
  return told(draft, replayed);
};

export const discard = (draft: Draft, command: Discard): Outcomes['discard'] => {
  const found = findOpen(draft, command);
  if ('kind' in found) return found;
  if (found.state === 'superseded') return told(draft, found);
  const discarded: Reply = { ...found, state: 'superseded', reason: command.reason, settledAtMs: draft.now.monoMs };
  changeReply(draft, discarded);
  return told(draft, discarded);
};
