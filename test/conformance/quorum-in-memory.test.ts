/** Conformance of the quorum store, on nodes in memory that follow the pure rules. */
import t from 'tap';
import { IS_LONG } from '../support/each-store.ts';
import { memoryNodes, quorumStoreOn } from '../support/quorum-in-memory.ts';
import { leaseStoreConformance } from './lease-store-conformance.ts';
import { INSTANCE_ID } from './store-under-test.ts';

/** What is due by itself is seen, promised, voted for and accepted; and what follows may have to be once more. */
const PLACE = { isDistant: true, handsOnBehind: true, roundTrips: 8 };

t.setTimeout(600_000);

for (const count of IS_LONG ? [3, 5] : [3]) {
  t.test(`the quorum store on ${count} nodes`, (t) => leaseStoreConformance(t, async (_t, clock) => quorumStoreOn(memoryNodes(clock, count), { clock, instanceId: INSTANCE_ID }), PLACE));
}
