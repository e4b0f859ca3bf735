/** What every store must do, replayed through the store port. A store's own test file opens it and calls this. */
import type { Test } from 'tap';
import { leaseRules } from './lease-rules.ts';
import { listingRules } from './listing-rules.ts';
import { randomReplay } from './random-replay.ts';
import { replyListingRules } from './reply-listing-rules.ts';
import { replyRules } from './reply-rules.ts';
import { StoreUnderTest, type OpenStore, type OpenUnderTest, type Place } from './store-under-test.ts';
import { usageRules } from './usage-rules.ts';
import { waitingRules } from './waiting-rules.ts';

/** The long run (`HOLDFAST_LONG=1`) replays hundreds of histories, each commit of them on a real disk. */
const TIMEOUT_MS = 600_000;

export const leaseStoreConformance = async (t: Test, openStore: OpenStore, place: Place = {}): Promise<void> => {
  const open: OpenUnderTest = (t) => StoreUnderTest.open(t, openStore, place);
  t.setTimeout(TIMEOUT_MS);
  await t.test('leases', (t) => leaseRules(t, open));
  await t.test('waiting', (t) => waitingRules(t, open));
  await t.test('listing', (t) => listingRules(t, open));
  await t.test('replies', (t) => replyRules(t, open));
  await t.test('listing replies', (t) => replyListingRules(t, open));
  await t.test('usage', (t) => usageRules(t, open));
  await t.test('random histories, as the pure functions have them', { timeout: TIMEOUT_MS }, (t) => randomReplay(t, open));
};
