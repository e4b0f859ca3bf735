/** What the claimers of a scenario are made of. */
import type { Things, World } from './model.ts';
import type { Rules } from './rules.ts';

export interface ClaimersParts {
  readonly things: Things;
  readonly rules: Rules;
  readonly attempts: number;
  readonly votes: 'apart' | 'with claims';
  /** No two claimers choose the same first number. */
  readonly numbersDiffer: boolean;
  /** Whether what is given up is released, and the session then forgotten. */
  readonly ends: 'never' | 'released' | 'forgotten';
  /** The last of them wants no lease: where it finds one that is over, it writes a state without it, as whoever parks a reply does. */
  readonly lastSettles: boolean;
  /** Whether nodes that missed a claim or a renewal are given it afterwards. */
  readonly repairs: boolean;
}

/** Tells what has happened, and the world after it. */
export type Emit = (says: () => string, world: World) => void;
