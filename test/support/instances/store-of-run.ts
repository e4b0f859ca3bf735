/** What the instances of a run keep their leases in, and what can go wrong with it. */
import type { FaultsParts, Mishaps, Strikes } from './faults.ts';

export interface StoreOfRun {
  /** As HOLDFAST_STORE has it. */
  readonly url: string;
  readonly strikes: (mishaps: Mishaps, parts: Pick<FaultsParts, 'deployment' | 'chance'>) => Strikes;
}

export interface Teardown {
  teardown(end: () => Promise<void> | void): void;
}
