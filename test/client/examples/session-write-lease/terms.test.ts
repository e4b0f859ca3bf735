import t from 'tap';
import { leaseTermsOf } from '../../../../client/examples/session-write-lease/terms.ts';

const sessionFile = 's.jsonl';

t.test('what is not given is left to the client and the service', async (t) => {
  t.strictSame(leaseTermsOf({ sessionFile }), { reentrant: true });
});

t.test('the timeout is the wait as it is, none and for ever included', async (t) => {
  for (const timeoutMs of [0, 250, Infinity]) t.equal(leaseTermsOf({ sessionFile, timeoutMs }).waitMs, timeoutMs);
});

t.test('allowReentrant changes nothing about the lease: the outer run is the adapter’s own', async (t) => {
  for (const allowReentrant of [true, false]) t.equal(leaseTermsOf({ sessionFile, allowReentrant }).reentrant, true);
});

t.test('a stale span becomes a TTL within the bounds, so that half an hour of it does not block a session for half an hour', async (t) => {
  const ttlOf = (staleMs: number) => leaseTermsOf({ sessionFile, staleMs }).ttlMs;
  t.equal(ttlOf(1_800_000), 30_000);
  t.equal(ttlOf(30_001), 30_000);
  t.equal(ttlOf(29_999.6), 30_000);
  t.equal(ttlOf(12_000), 12_000);
  t.equal(ttlOf(999), 1_000);
  t.equal(ttlOf(Infinity), 30_000);
});

t.test('the bounds of the TTL are the caller’s', async (t) => {
  const bounds = { ttlMsMin: 5_000, ttlMsMax: 60_000 };
  t.equal(leaseTermsOf({ sessionFile, staleMs: 1_800_000 }, bounds).ttlMs, 60_000);
  t.equal(leaseTermsOf({ sessionFile, staleMs: 1 }, bounds).ttlMs, 5_000);
});

t.test('the longest hold is kept within what the service takes', async (t) => {
  const holdOf = (maxHoldMs: number) => leaseTermsOf({ sessionFile, maxHoldMs }).maxHoldMs;
  t.equal(holdOf(300_000), 300_000);
  t.equal(holdOf(10), 1_000);
  t.equal(holdOf(604_800_001), 604_800_000);
  t.equal(holdOf(Infinity), 604_800_000);
});

t.test('the signal is handed on', async (t) => {
  const { signal } = new AbortController();
  t.equal(leaseTermsOf({ sessionFile, signal }).signal, signal);
});
