// What a session adds to what its namespace uses, and when a quota is used up: at its limit, and not before.
import t from 'tap';
import { NO_USAGE, usedUp, type Quotas } from '../../../service/src/session/usage.ts';

const QUOTAS: Quotas = { leases: 3, waiters: 2, replies: 4, bytes: 100 };

t.test('there is room up to the limit, and none at it', async (t) => {
  t.equal(usedUp(NO_USAGE, QUOTAS), undefined);
  t.equal(usedUp({ ...NO_USAGE, leases: 2, waiters: 1, parked: 3 }, QUOTAS), undefined);
  t.strictSame(usedUp({ ...NO_USAGE, leases: 3 }, QUOTAS), { leases: 3 });
  t.strictSame(usedUp({ ...NO_USAGE, waiters: 2, leases: 7 }, QUOTAS), { leases: 3, waiters: 2 });
});

t.test('replies of every state that is not settled count', async (t) => {
  t.strictSame(usedUp({ ...NO_USAGE, parked: 1, sending: 1, unknown: 1, dead: 1 }, QUOTAS), { replies: 4 });
});

t.test('bytes are used up by what would go beyond the limit', async (t) => {
  t.equal(usedUp({ ...NO_USAGE, bytes: 60 }, QUOTAS, 40), undefined);
  t.strictSame(usedUp({ ...NO_USAGE, bytes: 60 }, QUOTAS, 41), { bytes: 100 });
});
