/**
 * What a node accepts. Pure: the same rules that the scripts under `lua/` carry out on a real node, for the explorer that tries them
 * exhaustively and for the test that compares the two.
 */
import { compareBallots, NO_BALLOT, type Ballot, type Proposer } from './ballot.ts';
import type { Effect, Kept, LeaseStanding, NodeAnswer, Proposal, Register, Vote } from './register.ts';

/** Of a session that the node has never heard of, or has forgotten. */
export const EMPTY_REGISTER: Register<never> = Object.freeze({
  promised: 0,
  promisedBy: '',
  accepted: NO_BALLOT,
  acceptedBy: '',
  state: undefined,
  token: 0,
  value: '',
  untilMs: 0,
  renewedMs: 0,
});

/** What the node has afterwards, and what it says. */
export interface Done<State> {
  readonly kept: Kept<State>;
  readonly answer: NodeAnswer<State>;
}

const isThere = (vote: Vote | undefined, nowMs: number): vote is Vote => vote !== undefined && nowMs < vote.untilMs;

/** A lease is live here while the vote is its own, and its time is not over. */
const standing = ({ register: { value, untilMs, renewedMs }, vote }: Kept<unknown>, nowMs: number): LeaseStanding => {
  const isLive = value !== '' && isThere(vote, nowMs) && vote.value === value && nowMs < untilMs;
  // A node that has only heard of the lease does not know when it ended.
  return { isLive, leftMs: untilMs === 0 ? 0 : untilMs - nowMs, renewedMsAgo: renewedMs === 0 ? 0 : nowMs - renewedMs };
};

const answer = <State>(kind: NodeAnswer<State>['kind'], kept: Kept<State>, nowMs: number): NodeAnswer<State> => {
  const { promised, accepted, acceptedBy, state, token, value } = kept.register;
  return { kind, promised, accepted, acceptedBy, state, token, value, lease: standing(kept, nowMs), floor: kept.floor };
};

const taken = <State>(kept: Kept<State>, nowMs: number): Done<State> => ({ kept, answer: answer('taken', kept, nowMs) });
const refused = <State>(kept: Kept<State>, nowMs: number): Done<State> => ({ kept, answer: answer('refused', kept, nowMs) });

export const read = <State>(kept: Kept<State>, nowMs: number): Done<State> => taken(kept, nowMs);

export const prepare = <State>(kept: Kept<State>, asked: { readonly number: number; readonly by: Proposer }, nowMs: number): Done<State> => {
  const { register, floor } = kept;
  const isAgain = asked.number === register.promised && asked.by === register.promisedBy;
  if (!isAgain && !(asked.number > register.promised && asked.number > floor)) return refused(kept, nowMs);
  return taken({ ...kept, register: { ...register, promised: asked.number, promisedBy: asked.by } }, nowMs);
};

/** Whether this very state is here already. */
const isRepeat = ({ register: { accepted, acceptedBy } }: Kept<unknown>, { ballot, by }: Proposal<unknown>): boolean => compareBallots(ballot, accepted) === 0 && by === acceptedBy;

/** Whether the ballot may write here, whatever it wants to write. */
const mayWrite = ({ register: { promised, promisedBy, accepted }, floor }: Kept<unknown>, { ballot, by }: Proposal<unknown>): boolean => {
  const isPromised = ballot.number > promised || (ballot.number === promised && by === promisedBy);
  return isPromised && compareBallots(ballot, accepted) > 0 && ballot.number > floor;
};

const canClaim = ({ register, vote, floor }: Kept<unknown>, { value, token }: Proposal<unknown>, nowMs: number): boolean =>
  isThere(vote, nowMs) && vote.value === value && token > register.token && token > floor;

export const accept = <State>(kept: Kept<State>, { proposal, effect }: { readonly proposal: Proposal<State>; readonly effect: Effect }, nowMs: number): Done<State> => {
  if (isRepeat(kept, proposal)) return taken(kept, nowMs);
  if (!mayWrite(kept, proposal)) return refused(kept, nowMs);
  if (effect.kind === 'claim' && !canClaim(kept, proposal, nowMs)) return refused(kept, nowMs);
  if (effect.kind === 'extend' && !(standing(kept, nowMs).isLive && kept.register.value === proposal.value)) return refused(kept, nowMs);
  return taken(written(kept, proposal, effect, nowMs), nowMs);
};

const written = <State>(kept: Kept<State>, proposal: Proposal<State>, effect: Effect, nowMs: number): Kept<State> => {
  const { register, vote } = kept;
  const { ballot, by, state, token, value } = proposal;
  const isSameLease = value !== '' && value === register.value;
  // What a node has not had until now it does not count as live: it was not voted for here, or its time here is not known.
  const was = isSameLease ? register.untilMs : 0;
  const untilMs = value === '' ? 0 : untilAfter(effect, was, nowMs);
  const isRenewed = effect.kind === 'claim' || effect.kind === 'extend';
  const renewedMs = isRenewed ? nowMs : isSameLease ? register.renewedMs : 0;
  const next: Register<State> = { promised: ballot.number, promisedBy: by, accepted: ballot, acceptedBy: by, state, token, value, untilMs, renewedMs };
  return { ...kept, register: next, vote: voteAfter(register.value, vote, value, effect, untilMs, nowMs) };
};

const untilAfter = (effect: Effect, wasMs: number, nowMs: number): number => {
  switch (effect.kind) {
    case 'claim':
      return nowMs + effect.forMs;
    case 'extend':
      return Math.max(wasMs, nowMs + effect.forMs);
    case 'shorten':
      return Math.min(wasMs, nowMs + effect.forMs);
    case 'keep':
      return wasMs;
  }
};

/** The vote goes with its lease: it lasts as long, and no longer. Another's is left alone. */
const voteAfter = (oldValue: string, vote: Vote | undefined, value: string, effect: Effect, untilMs: number, nowMs: number): Vote | undefined => {
  if (!isThere(vote, nowMs)) return undefined;
  if (oldValue !== '' && oldValue !== value && vote.value === oldValue) return undefined;
  return vote.value === value && effect.kind !== 'keep' ? { value, untilMs } : vote;
};

/** A renewal that changes nothing in the state. */
export const renew = <State>(kept: Kept<State>, asked: { readonly ballot: Ballot; readonly by: Proposer; readonly ttlMs: number }, nowMs: number): Done<State> => {
  const { register } = kept;
  const isThisState = compareBallots(register.accepted, asked.ballot) === 0 && register.acceptedBy === asked.by;
  if (!isThisState || !standing(kept, nowMs).isLive) return refused(kept, nowMs);
  const untilMs = Math.max(register.untilMs, nowMs + asked.ttlMs);
  return taken({ ...kept, register: { ...register, untilMs, renewedMs: nowMs }, vote: { value: register.value, untilMs } }, nowMs);
};

/** Whether the ballot is still the last that the node has promised. */
const isPromised = ({ register: { promised, promisedBy } }: Kept<unknown>, { ballot, by }: Proposal<unknown>): boolean => promised === ballot.number && promisedBy === by;

/**
 * Brings a node up to what a majority has, its vote for the lease included, unless the message was stuck for too long or the vote is of somebody who is about to claim. A node that
 * has promised a larger number meanwhile has told that proposer how the lease stands, and puts nothing back: else a lease could be found to be over, on one
 * node before it is put back there and on another after it has ended there, that was never over.
 */
export const repair = <State>(kept: Kept<State>, asked: { readonly proposal: Proposal<State>; readonly ttlMs: number; readonly notAfterMs: number }, nowMs: number): Done<State> => {
  const { proposal } = asked;
  const isOther = isThere(kept.vote, nowMs) && kept.vote.value !== proposal.value && kept.vote.value !== kept.register.value;
  const mayRepair = isRepeat(kept, proposal) ? isPromised(kept, proposal) : mayWrite(kept, proposal);
  if (nowMs > asked.notAfterMs || isOther || !mayRepair) return refused(kept, nowMs);
  const was = kept.register.value === proposal.value ? kept.register.untilMs : 0;
  const { kept: after } = isRepeat(kept, proposal) ? { kept } : { kept: written(kept, proposal, { kind: 'keep' }, nowMs) };
  if (proposal.value === '') return taken(after, nowMs);
  const untilMs = Math.max(was, nowMs + asked.ttlMs);
  return taken({ ...after, register: { ...after.register, untilMs, renewedMs: nowMs }, vote: { value: proposal.value, untilMs } }, nowMs);
};

/** Deletes a register. Only after all nodes have accepted the empty state under this ballot. */
export const forget = <State>(kept: Kept<State>, ballot: Ballot, nowMs: number): Done<State> => {
  const { register, vote, floor } = kept;
  if (compareBallots(register.accepted, ballot) !== 0 || ballot.number === 0) return refused(kept, nowMs);
  return taken({ register: EMPTY_REGISTER, vote, floor: Math.max(floor, register.promised, register.accepted.number, register.token) }, nowMs);
};

/** What redlock asks of one node to acquire: set, unless something is there. */
export const takeVote = <State>(kept: Kept<State>, value: string, forMs: number, nowMs: number): { readonly kept: Kept<State>; readonly isVote: boolean } =>
  isThere(kept.vote, nowMs) ? { kept, isVote: false } : { kept: { ...kept, vote: { value, untilMs: nowMs + forMs } }, isVote: true };

/** And to take it back. */
export const withdrawVote = <State>(kept: Kept<State>, value: string): Kept<State> => (kept.vote?.value === value ? { ...kept, vote: undefined } : kept);
