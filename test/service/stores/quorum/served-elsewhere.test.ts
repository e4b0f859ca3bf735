// Whether somebody who waits at this instance was served, or has ended, through another.
import t from 'tap';
import { EMPTY_SESSION, type LeaseIdHash, type Session, type Waiter } from '../../../../service/src/session/types.ts';
import { isServed } from '../../../../service/src/stores/quorum/served-elsewhere.ts';

const QUARTER_MS = 15 * 60_000;
const waiter = { leaseIdHash: 'a' as LeaseIdHash, enqueuedAtMs: QUARTER_MS } as Waiter;
const endedAt = (id: string, endedAtMs: number): Session => ({ ...EMPTY_SESSION, ended: [{ leaseIdHash: id as LeaseIdHash, endedAtMs }] as unknown as Session['ended'] });

t.test('its lease is there, or its id has ended', async (t) => {
  t.equal(isServed(EMPTY_SESSION, waiter), false);
  t.equal(isServed({ ...EMPTY_SESSION, lease: { leaseIdHash: 'a' } as Session['lease'] }, waiter), true);
  t.equal(isServed({ ...EMPTY_SESSION, lease: { leaseIdHash: 'b' } as Session['lease'] }, waiter), false);
  t.equal(isServed(endedAt('a', QUARTER_MS + 5), waiter), true);
  t.equal(isServed(endedAt('b', QUARTER_MS + 5), waiter), false);
});

t.test('an id that was forgotten when it came to wait has ended for somebody else', async (t) => {
  t.equal(isServed(endedAt('a', 1), waiter), true, 'a millisecond before that it was still known');
  t.equal(isServed(endedAt('a', 0), waiter), false);
});
