/** The typed side of `sweep.lua`: one bounded step of the walk through a partition. */
import { defineScript } from '../script.ts';
import { number } from './reading.ts';

export interface SweepBounds {
  /** How long after a round the next one may come, whoever sweeps. */
  readonly pauseMs: number;
  readonly visitsMax: number;
  readonly changesMax: number;
}

/** How many sessions were changed. */
export const sweepScript = defineScript<SweepBounds, number>('sweep', {
  args: ({ pauseMs, visitsMax, changesMax }) => [pauseMs, visitsMax, changesMax],
  read: ([changes]) => number(changes),
});
