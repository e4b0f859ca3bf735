/**
 * Three instances over one Redis, 64 gateways, 200 sessions: leases, waits, renewals, parked replies, while instances, gateways and Redis are killed and
 * connections cut. The checker judges the history of it: every promise, and the order of waiters exactly. `HOLDFAST_LONG=1` runs two minutes, else 25 seconds.
 */
import t from 'tap';
import { IS_LONG } from '../support/each-store.ts';
import { judgeRun } from '../support/instances/judge-run.ts';
import { startOneRedis } from '../support/instances/one-redis.ts';
import { runInstances } from '../support/instances/run.ts';

const RUN_MS = IS_LONG ? 120_000 : 25_000;
t.setTimeout(2 * RUN_MS + 300_000);
const SEED = Number(process.env['HOLDFAST_SEED'] ?? Date.now() % 1_000_000);

t.test(`seed ${SEED}: everything goes wrong, and no promise is broken`, async (t) => {
  const terms = { seed: SEED, runMs: RUN_MS };
  judgeRun(t, await runInstances(t, { ...terms, store: await startOneRedis(t) }), { ...terms, orderWithin: 'store' });
});
