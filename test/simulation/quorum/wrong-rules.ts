/** Rules that are wrong on purpose, each in one place. */
import * as node from '../../../service/src/stores/quorum/rules/node.ts';
import { compareBallots, NO_BALLOT } from '../../../service/src/stores/quorum/rules/ballot.ts';
import type { Kept, Register } from '../../../service/src/stores/quorum/rules/register.ts';
import { RIGHT, type Rules, type State } from './rules.ts';

const withRegister = (kept: Kept<State>, change: Partial<Register<State>>): Kept<State> => ({ ...kept, register: { ...kept.register, ...change } });

/** A node promises a number that it has promised already, to somebody else. */
export const PROMISES_TWICE: Rules = {
  ...RIGHT,
  prepare: (kept, asked, nowMs) => node.prepare(asked.number === kept.register.promised ? withRegister(kept, { promised: asked.number - 1 }) : kept, asked, nowMs),
};

/** Each node counts for itself, and the largest count of a majority is number and token. */
export const COUNTS_ON_NODES: Rules = {
  ...RIGHT,
  countsOnNodes: true,
  prepare: (kept, { by }, nowMs) => node.prepare(kept, { number: kept.register.promised + 1, by }, nowMs),
  accept: (kept, request, nowMs) => {
    const done = node.accept(withRegister(kept, { promised: 0, promisedBy: '', accepted: NO_BALLOT, acceptedBy: '', token: 0 }), request, nowMs);
    const { promised, promisedBy } = kept.register;
    return done.answer.kind === 'taken' ? { ...done, kept: withRegister(done.kept, { promised, promisedBy }) } : { ...done, kept };
  },
};

export const FORGETS_WITHOUT_FLOOR: Rules = { ...RIGHT, forget: (kept, ballot, nowMs) => {
  const done = node.forget(kept, ballot, nowMs);
  return { ...done, kept: { ...done.kept, floor: kept.floor } };
} };

export const SEALS_NOTHING: Rules = { ...RIGHT, sealsEpoch: false };

export const SEEDS_WITHOUT_VOTES: Rules = { ...RIGHT, seed: (read, nowMs) => ({ ...RIGHT.seed(read, nowMs), vote: undefined }) };

export const SEEDS_WITHOUT_FLOOR: Rules = { ...RIGHT, seed: (read, nowMs) => ({ ...RIGHT.seed(read, nowMs), floor: 0 }) };

/** A node takes a claim whosever vote it has. */
const takesAnyClaim: Rules['accept'] = (kept, request, nowMs) => {
  if (request.effect.kind !== 'claim') return node.accept(kept, request, nowMs);
  const done = node.accept({ ...kept, vote: { value: request.proposal.value, untilMs: Infinity } }, request, nowMs);
  return done.answer.kind === 'taken' && done.kept.register !== kept.register ? done : { ...done, kept };
};

export const LOOKS_AT_NO_VOTE: Rules = { ...RIGHT, accept: takesAnyClaim };
export const LOOKS_AT_NO_LEASE: Rules = { ...RIGHT, looksAtLease: false };
/** The claimer waits for its votes, as with redlock alone, and nobody looks at them any more when they are claimed. */
export const TRUSTS_OLD_VOTES: Rules = { ...LOOKS_AT_NO_VOTE, looksAtLease: false, waitsForVotes: true };

/** Redlock's `extend`: where it misses its majority it unlocks everywhere. */
export const EXTENDS_LIKE_REDLOCK: Rules = { ...RIGHT, failedRenewalWithdraws: true };

/** Redlock's `lock` with retries: each has the value of the first, and each that fails is cleaned up after. */
export const RETRIES_LIKE_REDLOCK: Rules = { ...RIGHT, valueIsFresh: false };

export const WITHDRAWS_THE_UNKNOWN: Rules = { ...RIGHT, withdraws: 'unknown' };

export const REPAIRS_AT_ANY_TIME: Rules = { ...RIGHT, repairEnds: false };

export const NUMBER_OUTLIVES_EPOCH: Rules = { ...RIGHT, numberOutlivesEpoch: 'always' };

export const CLAIMS_AT_ANY_TIME: Rules = { ...RIGHT, claimEnds: false };

/** A node puts a lease back whatever it has promised since it accepted it. */
export const REPAIRS_AGAINST_PROMISES: Rules = {
  ...RIGHT,
  repair: (kept, asked, nowMs) => {
    const { accepted, acceptedBy, promised, promisedBy } = kept.register;
    const done = node.repair(withRegister(kept, { promised: accepted.number, promisedBy: acceptedBy }), asked, nowMs);
    return done.answer.kind === 'taken' && compareBallots(accepted, asked.proposal.ballot) === 0 ? { ...done, kept: withRegister(done.kept, { promised, promisedBy }) } : node.repair(kept, asked, nowMs);
  },
};
