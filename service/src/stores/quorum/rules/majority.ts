/**
 * What a majority of answers means. Pure. Answers come one by one, and each function says `undecided` until no answer that is still to come
 * could change what it says. A node that stays silent counts for nothing: neither for a yes nor for a no.
 */
import { compareBallots, type Ballot } from './ballot.ts';
import type { LeaseStanding, NodeAnswer } from './register.ts';

/** No answer will come. `wasSent`: what was asked may have been done, or may yet be. */
export interface Silence {
  readonly kind: 'silent';
  readonly wasSent: boolean;
}

/** What one node has said so far; undefined while it has not. */
export type Said<Answer> = Answer | Silence | undefined;

/** Of `nodes` nodes, an odd number: any two majorities have one in common. */
export const majorityOf = (nodes: number): number => (nodes + 1) / 2;

const answersOf = <State>(said: readonly Said<NodeAnswer<State>>[]): readonly NodeAnswer<State>[] => said.filter((one) => one !== undefined && one.kind !== 'silent');

/** How many could still answer. */
const outstanding = (said: readonly Said<unknown>[]): number => said.filter((one) => one === undefined).length;

export type Chosen<State> =
  | { readonly kind: 'undecided' }
  /** A majority cannot be reached any more; the largest number that was promised to others, or that is below all to come. */
  | { readonly kind: 'refused'; readonly promised: number }
  /** Of a majority that promised, the answer with the largest ballot; and whether a majority is known to have that very state. */
  | { readonly kind: 'chosen'; readonly answer: NodeAnswer<State>; readonly isCommitted: boolean };

const isSame = (a: Ballot, b: Ballot): boolean => compareBallots(a, b) === 0;

const largest = <State>(answers: readonly NodeAnswer<State>[]): NodeAnswer<State> => answers.reduce((newest, answer) => (compareBallots(answer.accepted, newest.accepted) > 0 ? answer : newest));

/** What `prepare` comes to. */
export const chosenOf = <State>(said: readonly Said<NodeAnswer<State>>[]): Chosen<State> => {
  const needed = majorityOf(said.length);
  const answers = answersOf(said);
  const promises = answers.filter(({ kind }) => kind === 'taken');
  if (promises.length >= needed) {
    const answer = largest(promises);
    return { kind: 'chosen', answer, isCommitted: answers.filter(({ accepted }) => isSame(accepted, answer.accepted)).length >= needed };
  }
  const refusals = answers.filter(({ kind }) => kind === 'refused');
  if (refusals.length > 0 && promises.length + outstanding(said) < needed) return { kind: 'refused', promised: Math.max(...refusals.map(({ promised, floor }) => Math.max(promised, floor))) };
  return { kind: 'undecided' };
};

export type Read<State> = { readonly kind: 'undecided' } | { readonly kind: 'good'; readonly answer: NodeAnswer<State> };

/** What `read` comes to: a majority with one and the same ballot has the committed state. Where the nodes differ, only a prepare settles it. */
export const readOf = <State>(said: readonly Said<NodeAnswer<State>>[]): Read<State> => {
  const answers = answersOf(said);
  const agreed = answers.find(({ accepted }) => answers.filter((other) => isSame(other.accepted, accepted)).length >= majorityOf(said.length));
  return agreed ? { kind: 'good', answer: agreed } : { kind: 'undecided' };
};

export type LeaseVerdict =
  /** No other can have a majority of the votes before this is over. Zero where too few have answered to tell. */
  | { readonly kind: 'live'; readonly leftMs: number; readonly renewedMsAgo: number }
  /** It is not live on a majority, and has not been for so long. */
  | { readonly kind: 'over'; readonly sinceMs: number }
  | { readonly kind: 'undecided' };

/** What each node says of this lease: what is left of it there; nothing where the node knows another, or none. */
const standings = <State>(said: readonly Said<NodeAnswer<State>>[], value: string): readonly LeaseStanding[] =>
  answersOf(said).map((answer) => (answer.value === value ? answer.lease : { isLive: false, leftMs: 0, renewedMsAgo: 0 }));

/** How the lease of a value stands. Whether it is live may be decided before all have answered; how much is left then counts what is missing as nothing. */
export const leaseOf = <State>(said: readonly Said<NodeAnswer<State>>[], value: string): LeaseVerdict => {
  const needed = majorityOf(said.length);
  const told = standings(said, value);
  const live = told.filter(({ isLive }) => isLive);
  if (live.length >= needed) return { kind: 'live', leftMs: leftOf(said, value), renewedMsAgo: Math.min(...live.map(({ renewedMsAgo }) => renewedMsAgo)) };
  const ended = told.filter(({ isLive }) => !isLive);
  if (ended.length < needed) return { kind: 'undecided' };
  // It was over as soon as a majority had it no more.
  const since = ended.map(({ leftMs }) => Math.max(0, -leftMs)).toSorted((a, b) => b - a);
  return { kind: 'over', sinceMs: since[needed - 1]! };
};

/** What is left for sure of the lease of a value: until then no other can have a majority of the votes. */
export const leftOf = <State>(said: readonly Said<NodeAnswer<State>>[], value: string): number => {
  const left = standings(said, value).map(({ isLive, leftMs }) => (isLive ? Math.max(0, leftMs) : 0));
  const missing = Array.from({ length: said.length - left.length }, () => 0);
  return [...missing, ...left].toSorted((a, b) => a - b)[majorityOf(said.length) - 1]!;
};

export type Write =
  | { readonly kind: 'undecided' }
  | { readonly kind: 'carried' }
  /** It cannot be carried any more; the largest number that was promised to others. */
  | { readonly kind: 'refused'; readonly promised: number }
  /** Silent nodes may have it, and with them a majority. */
  | { readonly kind: 'unknown' };

/** What an accept, or a renewal, comes to. */
export const writeOf = <State>(said: readonly Said<NodeAnswer<State>>[]): Write => {
  const needed = majorityOf(said.length);
  const answers = answersOf(said);
  const taken = answers.filter(({ kind }) => kind === 'taken').length;
  if (taken >= needed) return { kind: 'carried' };
  const mayHave = said.filter((one) => one?.kind === 'silent' && one.wasSent).length;
  if (taken + mayHave + outstanding(said) < needed) return { kind: 'refused', promised: Math.max(0, ...answers.map(({ promised, floor }) => Math.max(promised, floor))) };
  return outstanding(said) === 0 ? { kind: 'unknown' } : { kind: 'undecided' };
};
