/** What one node keeps of one session, and what it is asked. `State` is opaque here: the rules never look into it. */
import type { Ballot, Proposer } from './ballot.ts';

export interface Register<State> {
  readonly promised: number;
  readonly promisedBy: Proposer;
  readonly accepted: Ballot;
  readonly acceptedBy: Proposer;
  /** Undefined before the first write. */
  readonly state: State | undefined;
  /** The largest fencing token in the state. */
  readonly token: number;
  /** Redlock's value of the lease in the state; empty without one. */
  readonly value: string;
  /** When that lease ends on this node, by its own clock. */
  readonly untilMs: number;
  /** When it was last claimed or renewed here, by the same clock. */
  readonly renewedMs: number;
}

/** What redlock has set for the session, as long as it is there. */
export interface Vote {
  readonly value: string;
  readonly untilMs: number;
}

/** All of a session on one node. */
export interface Kept<State> {
  readonly register: Register<State>;
  readonly vote: Vote | undefined;
  /** Of the whole node: nothing at or below it is promised, accepted or claimed. */
  readonly floor: number;
}

/** What an accept does to the lease beside writing the state. */
export type Effect =
  /** The state has a new lease, for so long from now. */
  | { readonly kind: 'claim'; readonly forMs: number }
  /** The lease that was there lasts at least so long from now. */
  | { readonly kind: 'extend'; readonly forMs: number }
  /** The lease that was there lasts at most so long from now: a grant that nobody could be told. Taken whether or not it is live here. */
  | { readonly kind: 'shorten'; readonly forMs: number }
  | { readonly kind: 'keep' };

export interface Proposal<State> {
  readonly ballot: Ballot;
  readonly by: Proposer;
  readonly state: State;
  readonly token: number;
  readonly value: string;
}

/** How the lease of the accepted state stands on this node. */
export interface LeaseStanding {
  readonly isLive: boolean;
  /** Until its end by this node's clock; negative, or zero, once it is past. */
  readonly leftMs: number;
  /** How long ago it was last claimed or renewed on this node. */
  readonly renewedMsAgo: number;
}

/** What a node has, as it tells it. */
export interface NodeAnswer<State> {
  /** `taken`: it did what was asked. `refused`: it did nothing. */
  readonly kind: 'taken' | 'refused';
  readonly promised: number;
  readonly accepted: Ballot;
  readonly acceptedBy: Proposer;
  readonly state: State | undefined;
  readonly token: number;
  readonly value: string;
  readonly lease: LeaseStanding;
  readonly floor: number;
}
