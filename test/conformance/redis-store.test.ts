/** Conformance of the redis store, on a Redis of the test's own. */
import t from 'tap';
import { redisStores } from '../support/redis-store-under-test.ts';
import { leaseStoreConformance } from './lease-store-conformance.ts';
import { replyRestartRules } from './reply-restart-rules.ts';
import { replyRunningOnRules } from './reply-running-on-rules.ts';
import { INSTANCE_ID } from './store-under-test.ts';

const PLACE = { isDistant: true };

t.setTimeout(600_000);
t.test('on one Redis', async (t) => {
  const { open, openAgain } = await redisStores(t, INSTANCE_ID);
  await t.test('the redis store', (t) => leaseStoreConformance(t, open, PLACE));
  await t.test('the redis store, closed and opened again', (t) => replyRestartRules(t, openAgain, PLACE));
  await t.test('the redis store, whose time goes on', (t) => replyRunningOnRules(t, openAgain));
});
