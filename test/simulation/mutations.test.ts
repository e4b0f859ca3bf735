/** The test that the histories can fail: every wrong rule must be caught, for the right reason, and by what clients see where clients can see it. */
import fc from 'fast-check';
import t from 'tap';
import { apply } from '../../service/src/session/apply.ts';
import type { PropertyId } from '../support/history/violation.ts';
import { InvariantBroken } from './invariant.ts';
import type { Mutation } from './mutation.ts';
import { MUTATIONS_OF_LEASES } from './mutations-of-leases.ts';
import { MUTATIONS_OF_REPLIES_WITHIN } from './mutations-of-replies-within.ts';
import { MUTATIONS_OF_REPLIES } from './mutations-of-replies.ts';
import { MUTATIONS_OF_WAITING } from './mutations-of-waiting.ts';
import { MUTATIONS_WITHIN } from './mutations-within.ts';
import { play, PromiseBroken, violationsSeen } from './play.ts';
import { anyReplyHistory, type AnyStep } from './reply-steps.ts';
import { anyHistory } from './steps.ts';

const RUNS_MAX = 20_000;
const SEED = 20_260_101;

/** What a history shows of a fault: nothing, or which promise or rule was broken. */
const shownBy = (steps: readonly AnyStep[], { breaks, rules }: Pick<Mutation, 'breaks' | 'rules'>): string | undefined => {
  if (!(breaks instanceof RegExp)) return violationsSeen(steps, rules()).find(({ property }) => breaks.includes(property))?.property;
  try {
    play(steps, rules());
    return undefined;
  } catch (error) {
    // Anything else is a fault of the test, not a catch.
    if (!(error instanceof InvariantBroken || error instanceof PromiseBroken)) throw error;
    return breaks.test(error.message) ? error.message : undefined;
  }
};

const OF_LEASES = [...MUTATIONS_OF_LEASES, ...MUTATIONS_OF_WAITING, ...MUTATIONS_WITHIN].map((mutation) => ({ mutation, histories: anyHistory(60) }));
const OF_REPLIES = [...MUTATIONS_OF_REPLIES, ...MUTATIONS_OF_REPLIES_WITHIN].map((mutation) => ({ mutation, histories: anyReplyHistory(60) }));

for (const { mutation, histories } of [...OF_LEASES, ...OF_REPLIES]) {
  t.test(`caught: ${mutation.wrong}`, async (t) => {
    let shown: string | undefined;
    const caught = fc.property<[readonly AnyStep[]]>(histories, (steps) => {
      shown = shownBy(steps, mutation);
      return shown === undefined;
    });
    const { failed, numRuns } = fc.check(caught, { numRuns: RUNS_MAX, seed: SEED, endOnFailure: true });
    t.ok(failed && shown !== undefined, `within ${RUNS_MAX} histories`);
    t.comment(`after ${numRuns} histories: ${shown}`);
  });
}

t.test('the real rules are not caught by the same histories', async (t) => {
  const all: PropertyId[] = ['S1', 'S2', 'S3', 'S6', 'S7', 'S8', 'S9', 'S10', 'S11', 'S12', 'S13', 'S14', 'S15', 'S16', 'L1', 'L3', 'FIFO'];
  for (const histories of [anyHistory(60), anyReplyHistory(60)]) {
    for (const breaks of [all, /./]) {
      const lawful = fc.property<[readonly AnyStep[]]>(histories, (steps) => shownBy(steps, { breaks, rules: () => apply }) === undefined);
      const { failed, counterexample } = fc.check(lawful, { numRuns: 2_000, seed: SEED });
      t.notOk(failed, `seen ${breaks === all ? 'by clients' : 'in the state'}`, { counterexample });
    }
  }
});
