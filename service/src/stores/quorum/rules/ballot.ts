/** Who may write a register next: a number that a majority promised to one proposer, and how often that proposer has written since. */

export interface Ballot {
  /** An integer below 2^53, of the size of microseconds since 1970. */
  readonly number: number;
  /** Counts the writes of whoever owns the number, from 0. */
  readonly step: number;
}

/** Names one proposer, for as long as it owns a number. */
export type Proposer = string;

/** Of a register that nobody has written. */
export const NO_BALLOT: Ballot = Object.freeze({ number: 0, step: 0 });

export const compareBallots = (a: Ballot, b: Ballot): number => a.number - b.number || a.step - b.step;
