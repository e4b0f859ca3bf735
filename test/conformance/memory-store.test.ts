/** Conformance of the store that other tests run on. */
import t from 'tap';
import { MemoryStore } from '../support/memory-store.ts';
import { leaseStoreConformance } from './lease-store-conformance.ts';

t.test('the memory store', (t) => leaseStoreConformance(t, async (_t, clock) => new MemoryStore(clock)));
