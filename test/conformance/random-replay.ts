/** Conformance: random histories must come out of a store as they come out of the pure functions. */
import fc from 'fast-check';
import type { Test } from 'tap';
import { anyHistory, type Step } from '../simulation/steps.ts';
import { Replay } from './replay.ts';
import type { OpenUnderTest } from './store-under-test.ts';

const LONG = process.env['HOLDFAST_LONG'] === '1';
const RUNS = LONG ? 500 : 10;

export const randomReplay = async (t: Test, open: OpenUnderTest): Promise<void> => {
  const store = await open(t);
  let histories = 0;
  let answers = 0;
  const asPure = fc.asyncProperty(anyHistory(40), async (steps: readonly Step[]) => {
    const replay = new Replay(store, `history ${(histories += 1)}`);
    for (const step of steps) await replay.take(step);
    answers += await replay.end();
  });
  await fc.assert(asPure, { numRuns: RUNS });
  t.ok(answers > RUNS, `${answers} answers, wakes and events were the same in ${histories} histories`);
};
