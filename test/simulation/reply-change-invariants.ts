/** What a single command may make of a single reply. */
import type { SessionEvent } from '../../service/src/session/commands.ts';
import type { Attempt } from '../../service/src/session/replies/commands.ts';
import type { Reply, ReplyState } from '../../service/src/session/types.ts';
import { must } from './invariant.ts';
import type { Transition } from './invariants.ts';
import { comesBefore, isOpen } from './reply-invariants.ts';

/** Where a reply may go from each state. A delivered one stays so. */
const EDGES: Readonly<Record<ReplyState, readonly ReplyState[]>> = {
  parked: ['sending', 'delivered', 'dead', 'superseded'],
  // To itself: its taker begins anew.
  sending: ['sending', 'delivered', 'parked', 'unknown', 'dead'],
  unknown: ['sending', 'delivered', 'parked', 'dead', 'superseded'],
  dead: ['parked', 'superseded'],
  superseded: ['parked'],
  delivered: [],
};

const BACKOFF_MS = [5_000, 25_000, 120_000, 600_000, 1_800_000];
const backoffMs = (setbacks: number): number => BACKOFF_MS[Math.min(setbacks, 4)]!;

export const checkChange = (transition: Transition, was: Reply | undefined, is: Reply, told: readonly SessionEvent[]): void => {
  if (was === is) return must(told.length === 0, 'what has not changed is not told');
  if (!was) return checkNew(transition, is, told);
  checkPath(was, is, told, transition);
  must(KEPT.every((member) => was[member] === is[member]), 'what a reply is does not change');
  must(is.committed || !was.committed, 'what is committed stays so');
  must(is.maybeDelivered || !was.maybeDelivered, 'what may have arrived stays so');
  const own = ownAttempt(transition, was, is);
  if (is.attempts !== was.attempts) checkTaking(transition, was, is, own);
  else checkTaker(was, is, own);
  if (was.state !== is.state || is.taker !== was.taker) checkCause(transition, was, is, own);
  must(is.expiresAtMs === was.expiresAtMs || (transition.command.kind === 'replay' && is.state === 'parked'), 'only a replay gives more time');
};

const KEPT = ['number', 'replyId', 'fencingToken', 'sequence', 'holder', 'payloadHash', 'payloadBytes', 'contentType', 'parkedAtMs', 'lifeMs'] as const;

/** The command, where it is an attempt at this reply that came to something. */
const ownAttempt = ({ command }: Transition, was: Reply, is: Reply): Attempt | undefined => {
  const isNoted = was.attempts !== is.attempts || was.taker?.outcome !== is.taker?.outcome;
  return isNoted && command.kind === 'attempt' && command.replyId === is.replyId ? command : undefined;
};

const checkNew = ({ command, nowMs, after }: Transition, is: Reply, told: readonly SessionEvent[]): void => {
  must(command.kind === 'park' && command.replyId === is.replyId, 'a reply is there because it was parked');
  // What was due at that moment came first, and may have granted a token.
  must(is.fencingToken <= after.floor, 'nobody parks under a token that was never granted');
  must(is.state === 'parked' && is.attempts === 0 && is.dueAtMs === nowMs && is.parkedAtMs === nowMs, 'a parked reply is due at once');
  must(is.expiresAtMs === nowMs + is.lifeMs, 'a parked reply has its time before it');
  must(told.length === 1 && told[0]?.type === 'parked', 'a parking is told once');
};

/** Every change of state is told once, in order, and each is an allowed one. */
const checkPath = (was: Reply, is: Reply, told: readonly SessionEvent[], transition: Transition): void => {
  const isRefused = ownAttempt(transition, was, is)?.permanent === true;
  let state = was.state;
  for (const event of told) {
    if (event.type !== 'reply-state') return must(false, 'a reply is parked once');
    must(EDGES[state].includes(event.state), `no reply goes from ${state} to ${event.state}`);
    must(state !== 'sending' || event.state !== 'dead' || isRefused, 'nothing dies of age while it is being sent');
    state = event.state;
  }
  must(state === is.state, 'every change of state is told, once');
  must(told.filter((event) => event.type === 'reply-state' && event.state === 'sending').length === is.attempts - was.attempts, 'every attempt is told, once');
};

const checkTaking = ({ after }: Transition, was: Reply, is: Reply, own: Attempt | undefined): void => {
  const { lease, replies } = after.session;
  must(is.attempts === was.attempts + 1, 'attempts rise one by one');
  must(own?.outcome === 'sending' && own.attempt === is.attempts, 'an attempt has the number that its taker gave it');
  must(own?.leaseIdHash === lease?.leaseIdHash && is.taker?.leaseIdHash === lease?.leaseIdHash, 'only the live holder takes');
  must(is.state === 'sending', 'what is taken is being sent');
  const isAgain = was.state === 'sending' && was.taker?.leaseIdHash === is.taker?.leaseIdHash;
  must(isAgain || replies.every((other) => other === is || !isOpen(other) || comesBefore(is, other)), 'the first of the undelivered is taken first');
};

const checkTaker = (was: Reply, is: Reply, own: Attempt | undefined): void => {
  must(was.taker?.leaseIdHash === is.taker?.leaseIdHash, 'an attempt has one taker');
  if (was.taker?.outcome === is.taker?.outcome) return;
  must(own?.outcome === is.taker?.outcome && own?.leaseIdHash === is.taker?.leaseIdHash && own?.attempt === is.attempts, 'only its taker settles an attempt');
};

/** Who may have brought the reply into its state, and when it is due then. */
const checkCause = (transition: Transition, was: Reply, is: Reply, own: Attempt | undefined): void => {
  const { command, nowMs } = transition;
  const isOwn = 'replyId' in command && command.replyId === is.replyId;
  switch (is.state) {
    case 'sending':
      return must(own?.outcome === 'sending', 'nothing is sent but by an attempt');
    case 'delivered':
      return must(own?.outcome === 'delivered' && own.attempt === is.attempts && is.settledAtMs === nowMs, 'nothing is delivered but by word of its taker');
    case 'superseded':
      return must(isOwn && command.kind === 'discard' && is.reason === command.reason && is.settledAtMs === nowMs, 'nothing is superseded but by a discard');
    case 'dead':
      if (own?.outcome === 'failed' && own.permanent) return must(is.reason === own.error && is.settledAtMs === nowMs, 'who was refused for good says why');
      return must(is.reason?.startsWith('expired') === true && is.settledAtMs === is.expiresAtMs && is.expiresAtMs <= nowMs, 'nothing is dead but by refusal or age');
    case 'parked':
      if (own?.outcome === 'failed') return checkFailed(transition, was, is, own);
      must(isOwn && command.kind === 'replay' && is.reason === command.reason, 'nothing is parked again but by failure or replay');
      return must(is.dueAtMs === nowMs && is.setbacks === 0 && !is.wasUnknown && is.expiresAtMs === nowMs + is.lifeMs, 'a replay starts anew');
    case 'unknown':
      return checkUnknown(transition, was, is, own);
  }
};

const checkFailed = ({ nowMs, after }: Transition, was: Reply, is: Reply, own: Attempt): void => {
  must(own.leaseIdHash === after.session.lease?.leaseIdHash, 'only the live holder says that it failed');
  must(is.dueAtMs === nowMs + Math.max(backoffMs(was.setbacks), own.retryAfterMs ?? 0) && is.setbacks === was.setbacks + 1, 'a failure is followed by the back-off');
};

const checkUnknown = ({ nowMs, after }: Transition, was: Reply, is: Reply, own: Attempt | undefined): void => {
  const ended = after.session.ended.find(({ leaseIdHash }) => leaseIdHash === is.taker?.leaseIdHash);
  must(own?.outcome === 'unknown' ? own.leaseIdHash === after.session.lease?.leaseIdHash : was.state === 'sending', 'unknown is what its taker calls so, or left behind');
  // A lease that ended so long ago that it is forgotten by now: when it did is not told any more.
  const atMs = own ? nowMs : ended?.endedAtMs;
  must(is.wasUnknown && is.maybeDelivered, 'it is noted that it was unknown');
  if (!was.wasUnknown) must(is.dueAtMs <= nowMs && is.setbacks === was.setbacks, 'unknown for the first time is due at once');
  else if (atMs !== undefined) must(is.dueAtMs === atMs + backoffMs(was.setbacks) && is.setbacks === was.setbacks + 1, 'unknown again is due by back-off');
};
