/** Conformance of the quorum store, on three real Redis. */
import t from 'tap';
import { quorumStores } from '../support/quorum-under-test.ts';
import { leaseStoreConformance } from './lease-store-conformance.ts';
import { INSTANCE_ID } from './store-under-test.ts';

/** What is due by itself is seen, promised, voted for and accepted; and what follows may have to be once more. */
const PLACE = { isDistant: true, handsOnBehind: true, roundTrips: 8, hasSlowNodes: true };

t.setTimeout(600_000);

t.test('the quorum store on three Redis', async (t) => {
  const open = await quorumStores(t, INSTANCE_ID);
  await leaseStoreConformance(t, open, PLACE);
});
