/**
 * What is explored, and what each wrong rule is caught by. In all of them messages may be lost, late and repeated without bound, and times end whenever they like;
 * what is bounded stands in each.
 */
import { ALL_BROKEN, type Broken } from './checks.ts';
import type { Rules } from './rules.ts';
import type { Scenario } from './scenario.ts';
import * as wrong from './wrong-rules.ts';

/** Two claimers, one attempt each, with numbers of their own; no renewal, no release, no node that forgets. */
const PLAIN: Scenario = {
  claimers: 2,
  attempts: 1,
  renewals: 0,
  numbers: [1, 2],
  numbersDiffer: true,
  votes: 'with claims',
  losesAnswers: false,
  ends: 'never',
  repairs: false,
  lastSettles: false,
  wipes: 0,
  runs: 1,
  checks: ALL_BROKEN,
};

export interface Lawful {
  readonly says: string;
  readonly scenario: Scenario;
  /** Where there is more than can be visited, the nearest so many are. */
  readonly statesMax?: number;
}

const SAME_NUMBER = { numbers: [1], numbersDiffer: false } as const;

export const ORDINARY: readonly Lawful[] = [
  { says: 'two claimers of the same number, votes and promises in any order, answers lost', scenario: { ...PLAIN, ...SAME_NUMBER, votes: 'apart', losesAnswers: true } },
  { says: 'three claimers of the same number, answers lost', scenario: { ...PLAIN, ...SAME_NUMBER, claimers: 3, losesAnswers: true } },
  { says: 'two claimers, answers lost', scenario: { ...PLAIN, losesAnswers: true } },
  { says: 'a claimer who renews twice, and one who notes what is over, nodes are repaired', scenario: { ...PLAIN, renewals: 2, repairs: true, lastSettles: true } },
  { says: 'two claimers, each releases, the session is forgotten', scenario: { ...PLAIN, ends: 'forgotten' } },
  { says: 'two claimers, a node loses everything and is reseeded', scenario: { ...PLAIN, wipes: 1 } },
  { says: 'what is over stays over: a claimer who renews twice, nodes are repaired, answers lost', scenario: { ...PLAIN, claimers: 1, renewals: 2, repairs: true, losesAnswers: true, checks: ['revived'] } },
];

const NEAREST = 2_500_000;

export const LONG: readonly Lawful[] = [
  { says: 'a claimer, and one who notes what is over, two attempts each, answers lost', scenario: { ...PLAIN, ...SAME_NUMBER, attempts: 2, lastSettles: true, losesAnswers: true } },
  { says: 'two claimers, each renews once, nodes are repaired', scenario: { ...PLAIN, renewals: 1, repairs: true } },
  { says: 'a claimer, and one who notes what is over, nodes are repaired, a reseed is interrupted and begun again', scenario: { ...PLAIN, wipes: 1, runs: 2, lastSettles: true, repairs: true } },
  { says: 'two claimers, votes and promises in any order', scenario: { ...PLAIN, votes: 'apart' } },
  { says: 'three claimers', scenario: { ...PLAIN, claimers: 3, numbers: [1, 2, 3] }, statesMax: NEAREST },
  { says: 'two claimers of the same first number, two attempts each', scenario: { ...PLAIN, ...SAME_NUMBER, attempts: 2 } },
  { says: 'two claimers, each releases, answers lost', scenario: { ...PLAIN, ends: 'released', losesAnswers: true } },
  { says: 'two claimers, a reseed is interrupted and begun again', scenario: { ...PLAIN, wipes: 1, runs: 2 } },
  { says: 'a claimer who renews, and one who notes what is over, nodes are repaired, a node is reseeded', scenario: { ...PLAIN, wipes: 1, renewals: 1, repairs: true, lastSettles: true } },
  { says: 'two claimers, each renews, nodes are repaired, a node is reseeded', scenario: { ...PLAIN, wipes: 1, renewals: 1, repairs: true }, statesMax: NEAREST },
  { says: 'two claimers, a node is reseeded twice, or two of them once', scenario: { ...PLAIN, wipes: 2 }, statesMax: NEAREST },
  { says: 'two claimers, each releases, the session is forgotten, two nodes are reseeded', scenario: { ...PLAIN, ...SAME_NUMBER, ends: 'forgotten', wipes: 2 }, statesMax: NEAREST },
  { says: 'what is over stays over: two claimers, each renews once, nodes are repaired', scenario: { ...PLAIN, renewals: 1, repairs: true, checks: ['revived'] } },
];

export interface Unlawful {
  readonly wrong: string;
  readonly rules: Rules;
  readonly breaks: Broken;
  readonly scenario: Scenario;
}

const TWICE = { ...PLAIN, attempts: 2, ...SAME_NUMBER };

export const WRONG: readonly Unlawful[] = [
  { wrong: 'a number is promised twice (>= for >)', rules: wrong.PROMISES_TWICE, breaks: 'lost', scenario: { ...PLAIN, ...SAME_NUMBER } },
  { wrong: 'each node counts numbers for itself', rules: wrong.COUNTS_ON_NODES, breaks: 'token', scenario: { ...PLAIN, ...SAME_NUMBER } },
  { wrong: 'a register is forgotten, and the floor not raised', rules: wrong.FORGETS_WITHOUT_FLOOR, breaks: 'token', scenario: { ...PLAIN, ends: 'forgotten' } },
  { wrong: 'a reseed seals no epoch', rules: wrong.SEALS_NOTHING, breaks: 'token', scenario: { ...PLAIN, wipes: 1 } },
  { wrong: 'a number outlives the epoch in which it was promised', rules: wrong.NUMBER_OUTLIVES_EPOCH, breaks: 'lost', scenario: { ...PLAIN, wipes: 1 } },
  { wrong: 'a reseed takes no votes over', rules: wrong.SEEDS_WITHOUT_VOTES, breaks: 'two holders', scenario: { ...PLAIN, wipes: 1 } },
  { wrong: 'a claim looks neither at the vote nor at the lease', rules: wrong.TRUSTS_OLD_VOTES, breaks: 'two holders', scenario: { ...PLAIN, votes: 'apart' } },
  { wrong: 'a renewal that fails unlocks everywhere, as extend does', rules: wrong.EXTENDS_LIKE_REDLOCK, breaks: 'evicted', scenario: { ...PLAIN, claimers: 1, renewals: 1 } },
  { wrong: 'a renewal that fails unlocks everywhere: two holders', rules: wrong.EXTENDS_LIKE_REDLOCK, breaks: 'two holders', scenario: { ...PLAIN, renewals: 1 } },
  { wrong: 'an attempt is repeated with the same value, and the first is cleaned up after', rules: wrong.RETRIES_LIKE_REDLOCK, breaks: 'two holders', scenario: TWICE },
  { wrong: 'the vote of a claim that may have been carried is withdrawn', rules: wrong.WITHDRAWS_THE_UNKNOWN, breaks: 'evicted', scenario: { ...TWICE, claimers: 1 } },
  { wrong: 'a repair has no end', rules: wrong.REPAIRS_AT_ANY_TIME, breaks: 'revived', scenario: { ...PLAIN, claimers: 1, repairs: true, checks: ['revived'] } },
  { wrong: 'a claim has no end', rules: wrong.CLAIMS_AT_ANY_TIME, breaks: 'revived', scenario: { ...PLAIN, claimers: 1, checks: ['revived'] } },
  { wrong: 'a repair does not ask for the promise', rules: wrong.REPAIRS_AGAINST_PROMISES, breaks: 'evicted', scenario: { ...PLAIN, renewals: 1, repairs: true, lastSettles: true } },
];

export const WRONG_IN_LONG: readonly Unlawful[] = [
  { wrong: 'a reseed does not take the floor over', rules: wrong.SEEDS_WITHOUT_FLOOR, breaks: 'token', scenario: { ...PLAIN, ...SAME_NUMBER, ends: 'forgotten', wipes: 2 } },
  { wrong: 'the vote of a claim that may have been carried is withdrawn: two holders', rules: wrong.WITHDRAWS_THE_UNKNOWN, breaks: 'two holders', scenario: TWICE },
];

/** Of the two that keep a second holder away, the vote that a claim needs and the look at the lease before it, one would do. */
export const WEAKER: readonly (Lawful & { readonly rules: Rules })[] = [
  { says: 'a claim that looks at the lease only, not at the vote', rules: wrong.LOOKS_AT_NO_VOTE, scenario: PLAIN },
  { says: 'a claim that looks at the vote only, not at the lease', rules: wrong.LOOKS_AT_NO_LEASE, scenario: PLAIN },
];
