/** Conformance of the quorum store, on three real Redis. */
import t from 'tap';
import { quorumStores } from '../support/quorum-under-test.ts';
import { leaseStoreConformance } from './lease-store-conformance.ts';
import { INSTANCE_ID } from './store-under-test.ts';

t.setTimeout(600_000);

t.test('the quorum store on three Redis', async (t) => {
  const open = await quorumStores(t, INSTANCE_ID);
  await leaseStoreConformance(t, open, { isDistant: true, handsOnBehind: true, roundTrips: 8 });
});
