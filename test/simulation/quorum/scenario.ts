/** One thing to explore: how many claim, what may go wrong meanwhile, and what is checked. */
import { brokenIn, noted, type Broken } from './checks.ts';
import { Claimers } from './claimer.ts';
import type { ClaimersParts } from './claimers-parts.ts';
import { EMPTY_KEPT, keysOf, LETTERS, NODES, Things, type World } from './model.ts';
import type { Rules } from './rules.ts';
import { explore, type Explored } from './search.ts';
import { Steps } from './steps.ts';

export interface Scenario {
  /** At most three. */
  readonly claimers: number;
  /** How often each may try, with another number each time. */
  readonly attempts: number;
  /** How often each may renew what it holds. */
  readonly renewals: number;
  /** Which a claimer may choose first. A later attempt takes the next after the largest that it knows of. */
  readonly numbers: readonly number[];
  readonly numbersDiffer: boolean;
  readonly votes: ClaimersParts['votes'];
  readonly losesAnswers: boolean;
  readonly ends: ClaimersParts['ends'];
  readonly repairs: boolean;
  readonly lastSettles: boolean;
  /** How many times a node loses everything. */
  readonly wipes: number;
  /** How many times the operator begins to reseed it. */
  readonly runs: number;
  readonly checks: readonly Broken[];
}

const start = (things: Things, { claimers, renewals, wipes }: Scenario): World => {
  const node = things.nodes.of({ kept: EMPTY_KEPT, epoch: 1, isMember: true });
  const column = things.columns.of({ node, said: Array.from({ length: claimers }, () => undefined), voted: 0, counted: 0, told: undefined, loan: '' });
  const idle = { phase: 'idle', attempt: 0, first: 0, seen: 0, number: 0, nextStep: 0, by: '', epoch: 0, vote: '', proposal: null, token: 0, asked: [], hasEnded: false, sent: [], awaits: -1 } as const;
  return {
    columns: Array.from({ length: NODES }, () => column),
    claimers: [...LETTERS.slice(0, claimers)].map(() => things.claimers.of({ ...idle, renewals })),
    operator: things.operators.of({ phase: 'none', epoch: 0, wipes, runs: 0 }),
  };
};

export const tryOut = (rules: Rules, scenario: Scenario, statesMax = Infinity): Explored => {
  const things = new Things();
  const { attempts, ends, repairs, lastSettles, numbers, numbersDiffer, votes, losesAnswers, runs, checks } = scenario;
  const claimers = new Claimers({ things, rules, attempts, votes, numbersDiffer, ends, repairs, lastSettles });
  const steps = new Steps({ things, rules, claimers, numbers, votes, losesAnswers, runs });
  const notes = checks.includes('revived');
  return explore(
    {
      first: start(things, scenario),
      steps: notes ? (world, emit) => steps.from(world, (says, after) => emit(says, noted(things, after))) : (world, emit) => steps.from(world, emit),
      keyOf: keysOf(),
      judge: (world) => brokenIn(world, checks),
    },
    statesMax,
  );
};
