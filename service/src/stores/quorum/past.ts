/**
 * The writes that led to a state, kept in the state itself. By them a proposer learns what became of a write that was refused, though some node
 * took it: whoever proposed next may have found it there, and gone on from it. Pure.
 */
import type { Ballot } from './rules/ballot.ts';

/** Oldest first: a number, and the last step under it. Whoever owns a number writes its steps one upon the other. */
export type Past = readonly (readonly [number: number, step: number])[];

/** As many as other proposers may own while one of them tries to find out. */
const KEPT = 16;

export const NO_PAST: Past = [];

/** The past of the state that is written under this ballot. */
export const withWrite = (past: Past, { number, step }: Ballot): Past => {
  const before = past.at(-1)?.[0] === number ? past.slice(0, -1) : past;
  return [...before, [number, step] as const].slice(-KEPT);
};

/**
 * What became of a write, by the past of a state that came after it. `undone` holds once something is written upon that state; before, whoever proposes
 * next may still find the write on a node. `unknown`: the past does not reach back that far.
 */
export const fateOf = ({ number, step }: Ballot, past: Past): 'done' | 'undone' | 'unknown' => {
  const found = past.find(([owned]) => owned === number);
  if (found) return found[1] >= step ? 'done' : 'undone';
  const [oldest] = past;
  return past.length < KEPT || (oldest !== undefined && oldest[0] < number) ? 'undone' : 'unknown';
};
