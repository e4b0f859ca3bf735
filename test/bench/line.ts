/** One line of the result: a figure, as it was measured in each run. */
import type { Aim } from './aims.ts';

export interface Line {
  readonly figure: string;
  readonly unit: string;
  /** Lines without an aim explain one that has it. */
  readonly aim?: Aim;
  /** One value a run. */
  readonly runs: readonly number[];
}

export interface Measured {
  readonly lines: readonly Line[];
  /** What a reader has to know to judge the lines. */
  readonly remarks: readonly string[];
}
