/** Wrong rules about parked replies, all of which clients can see. */
import type { Outcome } from '../../service/src/session/commands.ts';
import type { ReplyView } from '../../service/src/session/replies/commands.ts';
import type { Reply, Session } from '../../service/src/session/types.ts';
import { after, asRules, before, real, type Mutation } from './mutation.ts';

export const withReplies = (session: Session, change: (replies: readonly Reply[]) => readonly Reply[]): Session => ({ ...session, replies: change(session.replies) });

/** Changes the replies, settled ones too, for which `isMeant` holds. */
export const changing = (session: Session, isMeant: (reply: Reply) => boolean, change: (reply: Reply) => Partial<Reply>): Session => {
  const changed = (reply: Reply): Reply => (isMeant(reply) ? { ...reply, ...change(reply) } : reply);
  return { ...session, replies: session.replies.map(changed), settledReplies: session.settledReplies.map(changed) };
};

export const find = ({ replies, settledReplies }: Session, replyId: string): Reply | undefined => [...replies, ...settledReplies].find((reply) => reply.replyId === replyId);

/** The outcome, where it tells of a reply, with something else told. */
const telling = (outcome: Outcome, told: Partial<ReplyView>): Outcome => ('reply' in outcome ? ({ ...outcome, reply: { ...outcome.reply, ...told } } as Outcome) : outcome);

export const MUTATIONS_OF_REPLIES: readonly Mutation[] = [
  {
    wrong: 'parked replies are dropped with the lease under which they were parked',
    breaks: ['S12'],
    rules: after((applied) => (applied.events.some(({ type }) => type === 'ended') ? { ...applied, session: withReplies(applied.session, () => []) } : applied)),
  },
  { wrong: 'dead replies are forgotten', breaks: ['S12'], rules: after((applied) => ({ ...applied, session: withReplies(applied.session, (replies) => replies.filter(({ state }) => state !== 'dead')) })) },
  { wrong: 'settled replies are forgotten at once', breaks: ['S12'], rules: after((applied) => ({ ...applied, session: { ...applied.session, settledReplies: [] } })) },
  {
    wrong: 'dead replies come back when somebody is granted the session',
    breaks: ['S12'],
    rules: after((applied) =>
      applied.events.some(({ type }) => type === 'granted') ? { ...applied, session: changing(applied.session, ({ state }) => state === 'dead', () => ({ state: 'parked', settledAtMs: undefined })) } : applied,
    ),
  },
  {
    wrong: 'a replay brings back what was delivered',
    breaks: ['S12', 'S13'],
    rules: before((session, command) => (command.kind === 'replay' ? changing(session, ({ replyId, state }) => replyId === command.replyId && state === 'delivered', () => ({ state: 'superseded' })) : session)),
  },
  {
    wrong: 'a delivered reply is sent again',
    breaks: ['S13', 'S12'],
    rules: before((session, command) => {
      const reply = command.kind === 'attempt' && command.outcome === 'sending' ? find(session, command.replyId) : undefined;
      if (reply?.state !== 'delivered') return session;
      const settledReplies = session.settledReplies.filter((other) => other !== reply);
      return { ...session, settledReplies, replies: [{ ...reply, state: 'parked', settledAtMs: undefined }, ...session.replies] };
    }),
  },
  {
    wrong: 'the repeat of a parking takes back that it was committed',
    breaks: ['S12'],
    rules: after((applied, _was, command) =>
      command.kind === 'park' && applied.outcome.kind === 'parked'
        ? { ...applied, session: changing(applied.session, ({ replyId }) => replyId === command.replyId, () => ({ committed: command.committed })), outcome: telling(applied.outcome, { committed: command.committed }) }
        : applied,
    ),
  },
  {
    wrong: 'an attempt that does not say committed takes it back',
    breaks: ['S12'],
    rules: after((applied, _was, command) =>
      command.kind === 'attempt' && applied.outcome.kind === 'reply' && command.committed === false
        ? { ...applied, session: changing(applied.session, ({ replyId }) => replyId === command.replyId, () => ({ committed: false })), outcome: telling(applied.outcome, { committed: false }) }
        : applied,
    ),
  },
  {
    wrong: 'the repeat of a parking takes the token that it brings',
    breaks: ['S9'],
    rules: after((applied, _was, command) => {
      if (command.kind !== 'park' || applied.outcome.kind !== 'parked') return applied;
      const { fencingToken } = command;
      return { ...applied, session: changing(applied.session, ({ replyId }) => replyId === command.replyId, () => ({ fencingToken })), outcome: telling(applied.outcome, { fencingToken }) };
    }),
  },
  {
    wrong: 'another payload replaces the one that was parked under its id',
    breaks: ['S9'],
    rules: before((session, command) => (command.kind === 'park' ? changing(session, ({ replyId }) => replyId === command.replyId, () => ({ payloadHash: command.payloadHash })) : session)),
  },
  {
    wrong: 'the repeat of a parking is refused once its reply is being sent',
    breaks: ['S9'],
    rules: after((applied) => (applied.outcome.kind === 'parked' && applied.outcome.reply.state === 'sending' ? { ...applied, outcome: { kind: 'reply-id-reused' } } : applied)),
  },
  {
    wrong: 'what came of an attempt is refused when it is told again',
    breaks: ['S9'],
    rules: after((applied, was, command) =>
      command.kind === 'attempt' && applied.outcome.kind === 'reply' && find(was, command.replyId)?.taker?.outcome === command.outcome ? { ...applied, outcome: { kind: 'attempt-not-taken' } } : applied,
    ),
  },
  {
    wrong: 'the repeat of `delivered` is told that the reply is settled',
    breaks: ['S9'],
    rules: after((applied, was, command) =>
      command.kind === 'attempt' && command.outcome === 'delivered' && find(was, command.replyId)?.state === 'delivered' ? { ...applied, outcome: { kind: 'reply-settled', state: 'delivered' } } : applied,
    ),
  },
  {
    wrong: 'attempts are counted from the start after a failure',
    breaks: ['S13'],
    rules: after((applied, _was, command) =>
      command.kind === 'attempt' && command.outcome === 'failed' && applied.outcome.kind === 'reply'
        ? { ...applied, session: changing(applied.session, ({ replyId }) => replyId === command.replyId, () => ({ attempts: 0 })), outcome: telling(applied.outcome, { attempts: 0 }) }
        : applied,
    ),
  },
  {
    wrong: 'nobody looks at the number of an attempt',
    breaks: ['S13'],
    rules: () =>
      asRules((session, floor, command, now) => {
        const reply = command.kind === 'attempt' && command.outcome === 'sending' ? find(session, command.replyId) : undefined;
        return real(session, floor, reply && command.kind === 'attempt' ? { ...command, attempt: reply.attempts + 1 } : command, now);
      }),
  },
  {
    wrong: 'replies are taken in the order of their parking',
    breaks: ['S14'],
    rules: before((session, command) => (command.kind === 'attempt' ? withReplies(session, (replies) => replies.toSorted((a, b) => a.number - b.number)) : session)),
  },
  {
    wrong: 'the newest reply is taken first',
    breaks: ['S14'],
    rules: before((session, command) => (command.kind === 'attempt' ? withReplies(session, (replies) => replies.toSorted((a, b) => b.number - a.number)) : session)),
  },
  {
    wrong: 'a reply whose back-off is not over is passed over',
    breaks: ['S14'],
    rules: before((session, command, nowMs) =>
      command.kind === 'attempt' ? withReplies(session, (replies) => [...replies.filter(({ dueAtMs }) => dueAtMs <= nowMs), ...replies.filter(({ dueAtMs }) => dueAtMs > nowMs)]) : session,
    ),
  },
  {
    wrong: 'whoever names a session may take its replies',
    breaks: ['S15'],
    rules: () =>
      asRules((session, floor, command, now) => {
        const { lease } = session;
        const isTaking = command.kind === 'attempt' && command.outcome === 'sending' && lease !== undefined && lease.expiresAtMs > now.monoMs;
        if (!isTaking) return real(session, floor, command, now);
        const applied = real({ ...session, lease: { ...lease, leaseIdHash: command.leaseIdHash } }, floor, command, now);
        return { ...applied, session: { ...applied.session, lease } };
      }),
  },
  {
    wrong: 'a lease that has ended may still take',
    breaks: ['S15'],
    rules: () =>
      asRules((session, floor, command, now) => {
        const hasHeld = command.kind === 'attempt' && session.ended.some(({ leaseIdHash, fencingToken }) => leaseIdHash === command.leaseIdHash && fencingToken !== undefined);
        const { lease } = session;
        if (!hasHeld || !lease || lease.expiresAtMs <= now.monoMs) return real(session, floor, command, now);
        const applied = real({ ...session, lease: { ...lease, leaseIdHash: command.leaseIdHash } }, floor, command, now);
        return { ...applied, session: { ...applied.session, lease } };
      }),
  },
];
