/**
 * What a node that lost everything is given of a session before it is a member again: what a majority of the nodes tells, after all of those have
 * been sealed, so that none of them takes a write any more that counted on what was lost. Pure.
 */
import { compareBallots } from './ballot.ts';
import { EMPTY_REGISTER } from './node.ts';
import type { Kept, Register } from './register.ts';

export interface Told<State> {
  readonly kept: Kept<State>;
  /** By that node's clock, when it was read. */
  readonly nowMs: number;
}

/** What is left of the lease of a value on a node; 0 where it is not live. */
const leftOf = <State>({ kept: { register, vote }, nowMs }: Told<State>, value: string): number =>
  vote === undefined || vote.value !== value || register.value !== value ? 0 : Math.max(0, Math.min(vote.untilMs, register.untilMs) - nowMs);

/**
 * @param told by a majority of all nodes, the lost one not among them
 * @param nowMs by the clock of the node that is given it, at the moment of writing
 */
export const seedOf = <State>(told: readonly Told<State>[], nowMs: number): Kept<State> => {
  const registers: readonly Register<State>[] = [EMPTY_REGISTER, ...told.map(({ kept }) => kept.register)];
  const newest = registers.reduce((most, register) => (compareBallots(register.accepted, most.accepted) > 0 ? register : most));
  // It may have promised as much as any of them: whoever was promised a number by a majority was so by one of these.
  const { promised, promisedBy } = registers.reduce((most, register) => (register.promised > most.promised ? register : most));
  const floor = Math.max(...told.map(({ kept }) => kept.floor));
  // The longest that any has: of the nodes that a holder counts on, at least one is among these.
  const leftMs = newest.value === '' ? 0 : Math.max(...told.map((one) => leftOf(one, newest.value)));
  const untilMs = leftMs > 0 ? nowMs + leftMs : 0;
  const register = { ...newest, promised, promisedBy, untilMs, renewedMs: leftMs > 0 ? nowMs : 0 };
  return { register, vote: leftMs > 0 ? { value: newest.value, untilMs } : longestVote(told, nowMs), floor };
};

/** Votes that nobody has claimed yet: one is as good as another, since a claim looks at each of its own. */
const longestVote = <State>(told: readonly Told<State>[], nowMs: number): Kept<State>['vote'] => {
  let longest: Kept<State>['vote'];
  for (const { kept: { vote }, nowMs: readMs } of told) {
    if (vote === undefined || vote.untilMs <= readMs) continue;
    const untilMs = nowMs + vote.untilMs - readMs;
    if (longest === undefined || untilMs > longest.untilMs) longest = { value: vote.value, untilMs };
  }
  return longest;
};
