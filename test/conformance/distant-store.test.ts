/** The suite itself asks no more than a store at the other end of a connection can give. */
import t from 'tap';
import { DistantStore } from '../support/distant-store.ts';
import { leaseStoreConformance } from './lease-store-conformance.ts';

t.test('a distant store', (t) => leaseStoreConformance(t, async (_t, clock) => new DistantStore(clock), { isDistant: true }));
