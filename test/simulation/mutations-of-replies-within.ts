/** Wrong rules about parked replies that only the state shows. */
import type { Command } from '../../service/src/session/commands.ts';
import type { FencingToken, Reply, Session } from '../../service/src/session/types.ts';
import { after, asRules, before, real, type Mutation } from './mutation.ts';
import { changing, find, withReplies } from './mutations-of-replies.ts';

/** Changes the reply that the command was about, where it came to something. */
const afterwards = (isMeant: (command: Command) => boolean, change: (reply: Reply, was: Reply | undefined, command: Command, nowMs: number) => Partial<Reply>): Mutation['rules'] =>
  after((applied, was, command, nowMs) => {
    if (!('replyId' in command) || !isMeant(command) || applied.outcome.kind !== 'reply') return applied;
    return { ...applied, session: changing(applied.session, ({ replyId }) => replyId === command.replyId, (reply) => change(reply, find(was, command.replyId), command, nowMs)) };
  });

const isFailure = (command: Command): boolean => command.kind === 'attempt' && command.outcome === 'failed' && command.permanent !== true;

/** The command, said by the taker of its attempt. */
const asTaker = (session: Session, command: Command): Command => {
  const reply = command.kind === 'attempt' && command.outcome === 'delivered' ? find(session, command.replyId) : undefined;
  return reply?.taker && command.kind === 'attempt' ? { ...command, attempt: reply.attempts, leaseIdHash: reply.taker.leaseIdHash } : command;
};

export const MUTATIONS_OF_REPLIES_WITHIN: readonly Mutation[] = [
  {
    wrong: 'an attempt outlives the lease of its taker',
    breaks: /under the live lease of its taker/,
    rules: after((applied, was) =>
      applied.events.some(({ type }) => type === 'ended') ? { ...applied, session: changing(applied.session, ({ replyId, state }) => state === 'unknown' && find(was, replyId)?.state === 'sending', () => ({ state: 'sending' })) } : applied,
    ),
  },
  {
    wrong: 'an attempt that was cut off counts as failed',
    breaks: /no reply goes|told, once|nothing is parked again/,
    rules: after((applied, was) =>
      applied.events.some(({ type }) => type === 'ended') ? { ...applied, session: changing(applied.session, ({ replyId, state }) => state === 'unknown' && find(was, replyId)?.state === 'sending', () => ({ state: 'parked' })) } : applied,
    ),
  },
  {
    wrong: 'unknown for the first time waits for the back-off',
    breaks: /for the first time is due at once/,
    rules: afterwards((command) => command.kind === 'attempt' && command.outcome === 'unknown', (reply, _was, _command, nowMs) => ({ dueAtMs: Math.max(reply.dueAtMs, nowMs + 5_000) })),
  },
  {
    wrong: 'unknown is due at once each time',
    breaks: /unknown again is due by back-off/,
    rules: afterwards((command) => command.kind === 'attempt' && command.outcome === 'unknown', (_reply, _was, _command, nowMs) => ({ dueAtMs: nowMs })),
  },
  { wrong: 'the back-off never grows', breaks: /followed by the back-off/, rules: afterwards(isFailure, (reply) => ({ setbacks: Math.min(reply.setbacks, 1) })) },
  {
    wrong: 'the receiver may shorten the back-off',
    breaks: /followed by the back-off/,
    rules: afterwards(isFailure, (reply, _was, command, nowMs) => ({ dueAtMs: command.kind === 'attempt' && command.retryAfterMs !== undefined ? nowMs + command.retryAfterMs : reply.dueAtMs })),
  },
  { wrong: 'nobody looks at what the receiver asks for', breaks: /followed by the back-off/, rules: afterwards(isFailure, (reply, _was, _command, nowMs) => ({ dueAtMs: Math.min(reply.dueAtMs, nowMs + 1_800_000) })) },
  {
    wrong: 'a replay keeps the back-off',
    breaks: /a replay starts anew/,
    rules: afterwards((command) => command.kind === 'replay', (reply, was) => ({ setbacks: was?.setbacks ?? reply.setbacks })),
  },
  {
    wrong: 'a replay gives no more time',
    breaks: /a replay starts anew/,
    rules: afterwards((command) => command.kind === 'replay', (reply, was) => ({ expiresAtMs: was?.expiresAtMs ?? reply.expiresAtMs })),
  },
  {
    wrong: 'an attempt gives more time',
    breaks: /only a replay gives more time/,
    rules: afterwards((command) => command.kind === 'attempt', (reply, _was, _command, nowMs) => ({ expiresAtMs: nowMs + reply.lifeMs })),
  },
  {
    wrong: 'what is too old dies a second late',
    breaks: /only a replay gives more time|what is too old is dead/,
    rules: before((session, _command, nowMs) => changing(session, ({ state, expiresAtMs }) => (state === 'parked' || state === 'unknown') && expiresAtMs <= nowMs && expiresAtMs > nowMs - 1_000, () => ({ expiresAtMs: nowMs + 1 }))),
  },
  {
    wrong: 'what is being sent dies of age',
    breaks: /every change of state is told/,
    rules: before((session, _command, nowMs) =>
      changing(session, ({ state, expiresAtMs }) => state === 'sending' && expiresAtMs <= nowMs, ({ expiresAtMs, lifeMs }) => ({ state: 'dead', settledAtMs: expiresAtMs, reason: `expired: not delivered within ${lifeMs} ms` })),
    ),
  },
  { wrong: 'a dead reply does not say why', breaks: /nothing is dead but by|has a reason/, rules: after((applied) => ({ ...applied, session: changing(applied.session, ({ state }) => state === 'dead', () => ({ reason: undefined })) })) },
  { wrong: 'changes of state are told twice', breaks: /no reply goes from|told, once/, rules: after((applied) => ({ ...applied, events: applied.events.flatMap((event) => (event.type === 'reply-state' ? [event, event] : [event])) })) },
  { wrong: 'a parking is not told', breaks: /counted and told/, rules: after((applied) => ({ ...applied, events: applied.events.filter(({ type }) => type !== 'parked') })) },
  {
    wrong: 'an unknown outcome at the end of a lease is not told',
    breaks: /told, once|no reply goes/,
    rules: after((applied) => (applied.events.some(({ type }) => type === 'ended') ? { ...applied, events: applied.events.filter(({ type }) => type !== 'reply-state') } : applied)),
  },
  {
    wrong: 'what was parked late is sent beside the one under way',
    breaks: /sent at a time/,
    rules: () =>
      asRules((session, floor, command, now) => {
        const sending = session.replies.find(({ state }) => state === 'sending');
        const isOther = command.kind === 'attempt' && command.outcome === 'sending' && sending !== undefined && command.replyId !== sending.replyId && session.lease !== undefined && session.lease.expiresAtMs > now.monoMs;
        if (!isOther) return real(session, floor, command, now);
        const applied = real(changing(session, (reply) => reply === sending, () => ({ state: 'parked', expiresAtMs: Infinity })), floor, command, now);
        return { ...applied, session: changing(applied.session, ({ number }) => number === sending.number, () => ({ state: 'sending', expiresAtMs: sending.expiresAtMs })) };
      }),
  },
  {
    wrong: '`delivered` is believed whoever says it',
    breaks: /only its taker settles|nothing is delivered but/,
    rules: () => asRules((session, floor, command, now) => real(session, floor, asTaker(session, command), now)),
  },
  {
    wrong: '`delivered` of an older attempt settles the one under way',
    breaks: /only its taker settles|nothing is delivered but/,
    rules: () => asRules((session, floor, command, now) => real(session, floor, command.kind === 'attempt' && command.attempt < (find(session, command.replyId)?.attempts ?? 0) ? asTaker(session, command) : command, now)),
  },
  {
    wrong: 'what is being sent can be discarded',
    breaks: /no reply goes from sending to superseded/,
    rules: before((session, command) => (command.kind === 'discard' ? changing(session, ({ replyId, state }) => replyId === command.replyId && state === 'sending', () => ({ state: 'unknown' })) : session)),
  },
  {
    wrong: 'what is being sent can be replayed',
    breaks: /no reply goes|nothing is parked again|told, once|replay starts anew/,
    rules: before((session, command) => (command.kind === 'replay' ? changing(session, ({ replyId, state }) => replyId === command.replyId && state === 'sending', () => ({ state: 'parked' })) : session)),
  },
  {
    wrong: 'a refused attempt notes that the reply is committed',
    breaks: /a look changes nothing/,
    rules: after((applied, _was, command) =>
      command.kind === 'attempt' && applied.outcome.kind === 'attempt-superseded' && command.committed ? { ...applied, session: changing(applied.session, ({ replyId }) => replyId === command.replyId, () => ({ committed: true })) } : applied,
    ),
  },
  {
    wrong: 'a dead reply needs no room',
    breaks: /open replies are within the limits/,
    rules: () =>
      asRules((session, floor, command, now) => {
        if (command.kind !== 'park') return real(session, floor, command, now);
        const dead = session.replies.filter(({ state, replyId }) => state === 'dead' && replyId !== command.replyId);
        const applied = real(withReplies(session, (replies) => replies.filter((reply) => !dead.includes(reply))), floor, command, now);
        return { ...applied, session: withReplies(applied.session, (replies) => [...replies, ...dead].toSorted((a, b) => a.fencingToken - b.fencingToken || (a.sequence ?? Infinity) - (b.sequence ?? Infinity) || a.number - b.number)) };
      }),
  },
  {
    wrong: 'a replay needs no room',
    breaks: /open replies are within the limits/,
    rules: before((session, command) => {
      const reply = command.kind === 'replay' ? find(session, command.replyId) : undefined;
      if (reply?.state !== 'superseded') return session;
      return { ...session, settledReplies: session.settledReplies.filter((other) => other !== reply), replies: [...session.replies, { ...reply, state: 'dead' }] };
    }),
  },
  {
    wrong: 'superseded payloads are kept without a limit',
    breaks: /settled replies are within the limits/,
    rules: after((applied, _was, command) => {
      if (command.kind !== 'discard') return applied;
      const settledReplies = applied.session.settledReplies.map((reply) => ({ ...reply, payloadDropped: reply.state === 'delivered' }));
      return { ...applied, session: { ...applied.session, settledReplies } };
    }),
  },
  {
    wrong: 'settled replies are kept for ever',
    breaks: /younger than seven days/,
    rules: () =>
      asRules((session, floor, command, now) => {
        const applied = real({ ...session, settledReplies: [] }, floor, command, now);
        return command.kind === 'tick' || command.kind === 'inspect' ? { ...applied, session: { ...applied.session, settledReplies: session.settledReplies } } : real(session, floor, command, now);
      }),
  },
  {
    wrong: 'dead replies are counted among those that wait',
    breaks: /how many replies wait/,
    rules: after((applied) => (applied.outcome.kind === 'session' ? { ...applied, outcome: { ...applied.outcome, parkedReplies: applied.session.replies.length } } : applied)),
  },
  {
    wrong: 'a reply is parked under a token that was never granted',
    breaks: /a token that was never granted/,
    rules: () =>
      asRules((session, floor, command, now) => {
        if (command.kind !== 'park') return real(session, floor, command, now);
        const applied = real(session, (floor + 1) as FencingToken, command, now);
        return { ...applied, floor: applied.floor === floor + 1 ? floor : applied.floor };
      }),
  },
  {
    wrong: 'a dead reply blocks those behind it',
    breaks: /the reply that is next can be attempted/,
    rules: after((applied, _was, command) => {
      const first = applied.session.replies[0];
      return command.kind === 'attempt' && command.outcome === 'sending' && applied.outcome.kind === 'reply' && first?.state === 'dead' ? { ...applied, outcome: { kind: 'reply-not-next', replyId: first.replyId } } : applied;
    }),
  },
];
