/** What the explorer tries: the rules of a node, of a majority's reading and of a claimer. Whatever is wrong on purpose differs in one of these. */
import * as node from '../../../service/src/stores/quorum/rules/node.ts';
import { seedOf } from '../../../service/src/stores/quorum/rules/seeding.ts';
import type { Kept } from '../../../service/src/stores/quorum/rules/register.ts';

/** What a session is in the model: who holds it, and every grant that led there, so that one which is lost can be told. */
export interface State {
  /** The letter of the claimer; empty where nobody holds it. */
  readonly holder: string;
  readonly grants: readonly (readonly [claimer: string, token: number])[];
}

/** Time does not pass by itself in the model: what lasts ends in a step of its own, at any time. */
export const NOW_MS = 1;
export const LASTS_MS = 1;

export type Seed = (read: readonly Kept<State>[], nowMs: number) => Kept<State>;

export interface Rules {
  readonly prepare: typeof node.prepare<State>;
  readonly accept: typeof node.accept<State>;
  readonly renew: typeof node.renew<State>;
  readonly repair: typeof node.repair<State>;
  readonly forget: typeof node.forget<State>;
  readonly takeVote: typeof node.takeVote<State>;
  readonly withdrawVote: typeof node.withdrawVote<State>;
  /** What a node that lost everything is given. */
  readonly seed: Seed;
  /** A claimer waits until a majority has voted for it. Since each node looks at its vote when it is claimed, more can happen where it does not wait. */
  readonly waitsForVotes: boolean;
  /** A claimer does not claim while another's lease is live by what a majority says. */
  readonly looksAtLease: boolean;
  /** The number of a proposal: chosen by the claimer; or the largest that any node of a majority has counted. */
  readonly countsOnNodes: boolean;
  /** A reseed begins with a new epoch on the other nodes. */
  readonly sealsEpoch: boolean;
  /** In which epochs a number may be used that was promised in an earlier one: in none, once a state was written under it, or in any. */
  readonly numberOutlivesEpoch: 'never' | 'written' | 'always';
  /** Each attempt has a value of its own for its votes. */
  readonly valueIsFresh: boolean;
  /** Whose vote is taken back, and when: of a claim that is known to have failed, or also of one that may have been carried. */
  readonly withdraws: 'failed' | 'unknown';
  /** A renewal that was not carried takes back the vote on all nodes. */
  readonly failedRenewalWithdraws: boolean;
  /** What is to be put back is refused by a node once the lease may have ended. */
  readonly repairEnds: boolean;
  /** A claim is not stuck for longer than the lease lasts that it was for. */
  readonly claimEnds: boolean;
}

export const RIGHT: Rules = {
  prepare: node.prepare,
  accept: node.accept,
  renew: node.renew,
  repair: node.repair,
  forget: node.forget,
  takeVote: node.takeVote,
  withdrawVote: node.withdrawVote,
  seed: (read, nowMs) => seedOf(read.map((kept) => ({ kept, nowMs })), nowMs),
  waitsForVotes: false,
  looksAtLease: true,
  countsOnNodes: false,
  sealsEpoch: true,
  numberOutlivesEpoch: 'written',
  valueIsFresh: true,
  withdraws: 'failed',
  failedRenewalWithdraws: false,
  repairEnds: true,
  claimEnds: true,
};
