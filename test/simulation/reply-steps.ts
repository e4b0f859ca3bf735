/** What can happen to replies in a random history, and the command that each step comes to. */
import fc from 'fast-check';
import type { Attempt, ReplyCommand } from '../../service/src/session/replies/commands.ts';
import { headOf } from '../../service/src/session/replies/order.ts';
import type { FencingToken, LeaseIdHash, PayloadHash, Reply, ReplyId, ReplyState, Session } from '../../service/src/session/types.ts';
import { anyStep, SESSIONS, SLOTS, type Fate, type Step } from './steps.ts';

/** Who asks: whoever holds the session, who took the reply last, the client of a slot, or an operator without a lease id. */
export type Asker = 'holder' | 'taker' | number | undefined;
/** Which reply is meant: the one that goes first, or one by its name. */
export type Meant = 'head' | number;

export type ReplyStep =
  | { readonly do: 'park'; readonly session: number; readonly name: number; readonly terms: ParkTerms; readonly fate: Fate }
  | { readonly do: 'attempt'; readonly session: number; readonly meant: Meant; readonly by: Exclude<Asker, undefined>; readonly terms: AttemptTerms; readonly fate: Fate }
  | { readonly do: 'replay' | 'discard'; readonly session: number; readonly meant: Meant; readonly by: Asker; readonly fate: Fate }
  | { readonly do: 'inspect-reply'; readonly session: number; readonly meant: Meant }
  | { readonly do: 'list-replies'; readonly session: number; readonly state: ReplyState | undefined; readonly limit: number };

export type AnyStep = Step | ReplyStep;

export interface ParkTerms {
  /** Counts back from the newest token that anybody was told. */
  readonly nthNewest: number;
  /** 1 for a token that was not granted yet. */
  readonly offset: number;
  readonly sequence: number | undefined;
  /** The same name with another is another reply. */
  readonly says: number;
  readonly committed: boolean;
  readonly expiresInMs: number;
  readonly payloadBytes: number;
}

export interface AttemptTerms {
  readonly outcome: Attempt['outcome'];
  /** Away from the number that would be right. */
  readonly offset: number;
  readonly committed: boolean | undefined;
  readonly permanent: boolean;
  readonly retryAfterMs: number | undefined;
}

/** Few names, so that they meet. */
const NAMES = 3;
const MIB = 1024 * 1024;

const oneOf = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
// Most of it happens in one session, so that it comes to something.
const session = oneOf(0, 0, 0, 0, SESSIONS - 1);
const slot = fc.nat({ max: SLOTS - 1 });
const name = fc.nat({ max: NAMES - 1 });
const meant: fc.Arbitrary<Meant> = fc.oneof({ weight: 3, arbitrary: fc.constant<Meant>('head') }, { weight: 2, arbitrary: name });
const by: fc.Arbitrary<Asker & (string | number)> = fc.oneof({ weight: 4, arbitrary: oneOf<'holder' | 'taker'>('holder', 'taker') }, { weight: 1, arbitrary: slot });
const byAny: fc.Arbitrary<Asker> = fc.oneof({ weight: 1, arbitrary: by }, { weight: 1, arbitrary: fc.constant(undefined) });
const fate = oneOf<Fate>('told', 'told', 'told', 'told', 'told', 'lost');

const parkTerms: fc.Arbitrary<ParkTerms> = fc.record({
  nthNewest: oneOf(0, 0, 0, 1, 2),
  offset: oneOf(0, 0, 0, 0, 0, 0, 0, 0, 1),
  sequence: oneOf(undefined, undefined, 0, 1),
  says: oneOf(0, 0, 0, 0, 0, 0, 1),
  committed: oneOf(false, false, true),
  expiresInMs: oneOf(86_400_000, 86_400_000, 60_000, 5_000),
  payloadBytes: oneOf(10, 10, 10, 10, 10, 5 * MIB, 6 * MIB, 16 * MIB),
});

const attemptTerms: fc.Arbitrary<AttemptTerms> = fc.record({
  outcome: oneOf<Attempt['outcome']>('sending', 'sending', 'sending', 'sending', 'delivered', 'failed', 'failed', 'unknown'),
  offset: oneOf(0, 0, 0, 0, 0, 0, 0, -1, 1),
  committed: oneOf(undefined, undefined, true, false),
  permanent: oneOf(false, false, false, true),
  retryAfterMs: oneOf(undefined, undefined, 0, 7_000, 3_600_000),
});

export const anyReplyStep: fc.Arbitrary<ReplyStep> = fc.oneof(
  { weight: 7, arbitrary: fc.record({ do: fc.constant('park' as const), session, name, terms: parkTerms, fate }) },
  { weight: 14, arbitrary: fc.record({ do: fc.constant('attempt' as const), session, meant, by, terms: attemptTerms, fate }) },
  { weight: 4, arbitrary: fc.record({ do: oneOf<'replay' | 'discard'>('replay', 'discard'), session, meant, by: byAny, fate }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('inspect-reply' as const), session, meant }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('list-replies' as const), session, state: oneOf<ReplyState | undefined>(undefined, 'parked', 'dead'), limit: oneOf(1, 3, 100) }) },
);

/** Leases and replies together: every way in which a lease begins and ends, while its holder delivers. */
export const anyReplyHistory = (lengthMax: number): fc.Arbitrary<AnyStep[]> =>
  fc.array(fc.oneof({ weight: 2, arbitrary: anyStep }, { weight: 3, arbitrary: anyReplyStep }), { minLength: 5, maxLength: lengthMax, size: 'max' }).map((steps) => [...BEGINNING, ...steps]);

/** Somebody holds the session and has parked a reply: from there it gets interesting. */
const BEGINNING: readonly AnyStep[] = [
  { do: 'acquire', session: 0, slot: 0, terms: { ttlMs: 30_000, waitMs: 0, maxHoldMs: 4 * 3_600_000, otherClass: false, maxWaiters: undefined, yieldRequest: undefined }, fate: 'told', thief: false },
  { do: 'park', session: 0, name: 0, terms: { nthNewest: 0, offset: 0, sequence: undefined, says: 0, committed: false, expiresInMs: 86_400_000, payloadBytes: 10 }, fate: 'told' },
];

/** How the names of a history become ids. */
export interface Names {
  leaseIdHash(slot: number): LeaseIdHash;
  replyId(name: number): ReplyId;
  /** Tokens that were granted, oldest first. */
  readonly tokens: readonly number[];
}

/** The command of a step, as clients would send it that know how the session stands. */
export const replyCommand = (step: ReplyStep, state: Session, names: Names): ReplyCommand => {
  switch (step.do) {
    case 'park':
      return parkCommand(step, names);
    case 'attempt': {
      const { outcome, offset, committed, permanent, retryAfterMs } = step.terms;
      const replyId = replyIdOf(step.meant, state, names);
      const attempt = Math.max(0, (find(state, replyId)?.attempts ?? 0) + (outcome === 'sending' ? 1 : 0) + offset);
      const failure = outcome === 'failed' ? { error: `error ${attempt}`, permanent, retryAfterMs } : {};
      return { kind: 'attempt', replyId, leaseIdHash: leaseIdHashOf(step.by, state, replyId, names), attempt, outcome, committed, ...failure };
    }
    case 'replay':
    case 'discard': {
      const replyId = replyIdOf(step.meant, state, names);
      const own = step.by === undefined ? {} : { leaseIdHash: leaseIdHashOf(step.by, state, replyId, names) };
      return { kind: step.do, replyId, reason: `for the sake of ${step.do}`, ...own };
    }
    case 'inspect-reply':
      return { kind: 'inspect-reply', replyId: replyIdOf(step.meant, state, names) };
    case 'list-replies':
      return { kind: 'list-replies', state: step.state, limit: step.limit };
  }
};

const parkCommand = ({ name: nth, terms }: ReplyStep & { do: 'park' }, names: Names): ReplyCommand => {
  const { nthNewest, offset, says, sequence, committed, expiresInMs, payloadBytes } = terms;
  const token = (names.tokens.at(-1 - nthNewest) ?? names.tokens[0] ?? 1) + offset;
  const payload = JSON.stringify(`${nth} says ${says}`);
  const reply = { replyId: names.replyId(nth), fencingToken: token as FencingToken, holder: `parker of ${nth}`, sequence, committed, contentType: 'text/plain', expiresInMs };
  return { kind: 'park', ...reply, payload, payloadBytes, payloadHash: payload as PayloadHash };
};

const replyIdOf = (which: Meant, state: Session, names: Names): ReplyId => (which === 'head' ? (headOf(state)?.replyId ?? names.replyId(0)) : names.replyId(which));

const find = ({ replies, settledReplies }: Session, replyId: ReplyId): Reply | undefined => [...replies, ...settledReplies].find((reply) => reply.replyId === replyId);

const leaseIdHashOf = (who: Exclude<Asker, undefined>, state: Session, replyId: ReplyId, names: Names): LeaseIdHash => {
  if (typeof who === 'number') return names.leaseIdHash(who);
  const taker = who === 'taker' ? find(state, replyId)?.taker : undefined;
  return (taker ?? state.lease)?.leaseIdHash ?? names.leaseIdHash(0);
};
