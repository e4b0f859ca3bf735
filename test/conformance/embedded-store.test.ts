/** Conformance of the embedded store, on a real file. */
import { join } from 'node:path';
import t from 'tap';
import { openEmbeddedStore } from '../../service/src/stores/embedded/open.ts';
import { leaseStoreConformance } from './lease-store-conformance.ts';

t.test('the embedded store', (t) =>
  leaseStoreConformance(t, (t, clock) => {
    const onFatal = (error: Error): void => void t.fail(error.message);
    return openEmbeddedStore({ file: join(t.testdir({}), 'holdfast.db'), clock, onFatal });
  }),
);
