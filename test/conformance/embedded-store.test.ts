/** Conformance of the embedded store, on a real file. */
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { openEmbeddedStore, type EmbeddedStoreSettings } from '../../service/src/stores/embedded/open.ts';
import { leaseStoreConformance } from './lease-store-conformance.ts';
import { replyRestartRules } from './reply-restart-rules.ts';
import { replyStandstillRules } from './reply-standstill-rules.ts';
import type { OpenAgain } from './run-again.ts';

const settings = (t: Test): Omit<EmbeddedStoreSettings, 'clock'> => ({ file: join(t.testdir({}), 'holdfast.db'), onFatal: (error) => void t.fail(error.message) });
const openAgain: OpenAgain = (t) => {
  const same = settings(t);
  return (clock) => openEmbeddedStore({ ...same, clock });
};

t.test('the embedded store', (t) => leaseStoreConformance(t, (t, clock) => openEmbeddedStore({ ...settings(t), clock })));
t.test('the embedded store, started again', (t) => replyRestartRules(t, openAgain));
t.test('the embedded store, after a standstill', (t) => replyStandstillRules(t, openAgain));
