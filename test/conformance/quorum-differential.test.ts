/**
 * The scripts of a quorum's node against the pure rules, on a real Redis: every answer must be the same. The explorer tries the rules exhaustively; what
 * it shows holds for the nodes as far as they are these rules. And each slip in a script must be found out, by a comparison.
 */
import { AssertionError } from 'node:assert';
import fc from 'fast-check';
import t from 'tap';
import { IS_LONG } from '../support/each-store.ts';
import { connectRedis, ownRedis } from '../support/own-redis.ts';
import { MUTATIONS } from './quorum-differential/mutations.ts';
import { playBoth } from './quorum-differential/play-both.ts';
import { ScriptNode } from './quorum-differential/script-node.ts';
import { anyNodeStep } from './quorum-differential/steps.ts';
import { withSlip } from './script-mutation.ts';

t.setTimeout(IS_LONG ? 1_200_000 : 240_000);

const HISTORIES = IS_LONG ? 4_000 : 400;
const MUTATED_HISTORIES_MAX = 3_000;
const LENGTH_MAX = 60;
const SEED = 20_261_127;
const anyHistory = fc.array(anyNodeStep, { minLength: 10, maxLength: LENGTH_MAX, size: 'max' });

t.test('every answer is that of the rules', async (t) => {
  const redis = await connectRedis(await ownRedis(t));
  t.teardown(() => redis.disconnect());
  const node = new ScriptNode(redis);
  let compared = 0;
  await fc.assert(fc.asyncProperty(anyHistory, async (steps) => void (compared += await playBoth(node, steps))), { numRuns: HISTORIES });
  t.ok(compared > 20 * HISTORIES, `${compared} answers in ${HISTORIES} histories`);
});

t.test('each slip is found out', async (t) => {
  const socketPath = await ownRedis(t);
  for (const mutation of MUTATIONS) {
    const redis = await connectRedis(socketPath);
    const node = withSlip(mutation, (edit) => new ScriptNode(redis, edit));
    const alike = fc.asyncProperty(anyHistory, async (steps) => void (await playBoth(node, steps)));
    const { failed, numRuns, errorInstance } = await fc.check(alike, { numRuns: MUTATED_HISTORIES_MAX, seed: SEED, endOnFailure: true });
    t.ok(failed && errorInstance instanceof AssertionError, `${mutation.wrong}: after ${numRuns} histories`, { found: errorInstance });
    redis.disconnect();
  }
});
