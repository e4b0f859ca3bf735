/** Random histories over the pure functions. A failure prints its seed and the smallest history that shows it. */
import fc from 'fast-check';
import t from 'tap';
import { apply } from '../../service/src/session/apply.ts';
import { play } from './play.ts';
import { anyReplyHistory } from './reply-steps.ts';
import { anyHistory } from './steps.ts';

const LONG = process.env['HOLDFAST_LONG'] === '1';
const RUNS = LONG ? 200_000 : 5_000;

t.test(`${RUNS} random histories break no promise`, { timeout: 3_600_000 }, async (t) => {
  const startMs = performance.now();
  fc.assert(fc.property(anyHistory(LONG ? 120 : 60), (steps) => play(steps, apply)), { numRuns: RUNS });
  t.comment(`in ${Math.round(performance.now() - startMs)} ms`);
  t.pass('every history was judged lawful');
});

t.test(`${RUNS / 2} random histories with parked replies break no promise`, { timeout: 3_600_000 }, async (t) => {
  const startMs = performance.now();
  fc.assert(fc.property(anyReplyHistory(LONG ? 120 : 60), (steps) => play(steps, apply)), { numRuns: RUNS / 2 });
  t.comment(`in ${Math.round(performance.now() - startMs)} ms`);
  t.pass('every history was judged lawful');
});
