/** The test that the differential test can fail: each slip in a script must be found out, and by a comparison. */
import { AssertionError } from 'node:assert';
import fc from 'fast-check';
import t from 'tap';
import { makeLibrary } from '../../service/src/stores/redis/library.ts';
import { ownRedis } from '../support/own-redis.ts';
import { anyReplyHistory, type AnyStep } from '../simulation/reply-steps.ts';
import { MUTATIONS } from './redis-differential/mutations.ts';
import { playBoth } from './redis-differential/play-both.ts';
import { ScriptSide } from './redis-differential/script-side.ts';
import { withSlip } from './script-mutation.ts';

const RUNS_MAX = 2_000;
const SEED = 20_260_101;
const HISTORY_LENGTH_MAX = 80;
const TIMEOUT_MS = 900_000;

t.setTimeout(TIMEOUT_MS);

t.test('each slip is found out', { timeout: TIMEOUT_MS }, async (t) => {
  const socketPath = await ownRedis(t);
  for (const mutation of MUTATIONS) {
    const side = await ScriptSide.connect(socketPath, withSlip(mutation, makeLibrary));
    const alike = fc.asyncProperty(anyReplyHistory(HISTORY_LENGTH_MAX), fc.nat(), async (steps: readonly AnyStep[], chance) => void (await playBoth(side, steps, chance)));
    const { failed, numRuns, errorInstance } = await fc.check(alike, { numRuns: RUNS_MAX, seed: SEED, endOnFailure: true });
    t.ok(failed && errorInstance instanceof AssertionError, mutation.wrong, { found: errorInstance });
    t.comment(`${mutation.wrong}: after ${numRuns} histories, ${errorInstance instanceof Error ? errorInstance.message.split('\n')[0]!.slice(0, 200) : ''}`);
    side.disconnect();
  }
});
