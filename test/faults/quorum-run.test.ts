/**
 * Three instances over a quorum of Redis, 64 gateways, 200 sessions, while nodes are killed, stopped, cut off by dropped packets one way and both, slowed
 * and restarted, and instances and gateways killed. The checker judges the history of it: every promise, and the order of waiters within each
 * instance. `HOLDFAST_LONG=1` runs two minutes over three nodes and two over five, else 25 seconds over three.
 */
import t from 'tap';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { IS_LONG } from '../support/each-store.ts';
import { judgeRun } from '../support/instances/judge-run.ts';
import { startNode, startQuorumOfRedis } from '../support/instances/quorum-of-redis.ts';
import { runInstances } from '../support/instances/run.ts';
import { pause, within } from '../support/until.ts';

const RUN_MS = IS_LONG ? 120_000 : 25_000;
t.setTimeout(4 * RUN_MS + 600_000);
const SEED = Number(process.env['HOLDFAST_SEED'] ?? Date.now() % 1_000_000);

const run = promisify(execFile);

t.test('a cut drops what goes one way, and lets pass what goes the other', async (t) => {
  const { network } = await startNode(t, 9);
  const redis = new Redis({ host: network.host, lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => {}); // the call fails as well
  t.teardown(() => redis.disconnect());
  await redis.connect();
  const seenThere = async (key: string): Promise<string> => {
    const [program = '', ...args] = [...network.through, 'redis-cli', 'get', key];
    return (await run(program, args)).stdout.trim();
  };
  for (const [way, there] of [['to', ''], ['from', 'set'], ['both', '']] as const) {
    await network.cut(way);
    let isAnswered = false;
    const asked = redis.set(way, 'set').then(() => (isAnswered = true));
    await pause(1_000);
    t.equal(isAnswered, false, `${way}: no answer`);
    t.equal(await seenThere(way), there, `${way}: what came to the node`);
    await network.heal(way);
    await within('the network sends it again', asked);
  }
});

for (const nodes of IS_LONG ? [3, 5] : [3]) {
  t.test(`seed ${SEED}, ${nodes} nodes: everything goes wrong, and no promise is broken`, async (t) => {
    const terms = { seed: SEED, runMs: RUN_MS };
    judgeRun(t, await runInstances(t, { ...terms, store: await startQuorumOfRedis(t, nodes) }), { ...terms, orderWithin: 'instance' });
  });
}
