// What an instance remembers in case Redis forgets it.
import t from 'tap';
import type { FencingToken } from '../../../../service/src/session/types.ts';
import { Remembered } from '../../../../service/src/stores/redis/remembered.ts';
import { FakeClock } from '../../../support/fake-clock.ts';

const token = (number: number): FencingToken => number as FencingToken;

t.test('the largest token is remembered, whoever was told of it and in whatever order', async (t) => {
  const remembered = new Remembered(new FakeClock());
  t.equal(remembered.token, 0);
  remembered.sawToken(token(7));
  remembered.sawToken(token(5));
  t.equal(remembered.token, 7);
  remembered.sawLease({ fencingToken: token(9), ttlMs: 1_000, remainingMs: 1_000 });
  t.equal(remembered.token, 9);
});

t.test('the longest TTL is that of the leases that may still live', async (t) => {
  const clock = new FakeClock();
  const remembered = new Remembered(clock);
  t.equal(remembered.longestTtlMs(), 0, 'of none');
  remembered.sawLease({ fencingToken: token(1), ttlMs: 30_000, remainingMs: 30_000 });
  remembered.sawLease({ fencingToken: token(2), ttlMs: 5_000, remainingMs: 5_000 });
  t.equal(remembered.longestTtlMs(), 30_000);
  clock.advance(29_999);
  t.equal(remembered.longestTtlMs(), 30_000);
  clock.advance(1);
  t.equal(remembered.longestTtlMs(), 0, 'none is left');
});

t.test('a lease that is renewed is remembered for longer, and one that will end soon does not shorten that', async (t) => {
  const clock = new FakeClock();
  const remembered = new Remembered(clock);
  remembered.sawLease({ fencingToken: token(1), ttlMs: 30_000, remainingMs: 30_000 });
  clock.advance(20_000);
  remembered.sawLease({ fencingToken: token(1), ttlMs: 30_000, remainingMs: 30_000 });
  remembered.sawLease({ fencingToken: token(2), ttlMs: 30_000, remainingMs: 2 });
  clock.advance(29_999);
  t.equal(remembered.longestTtlMs(), 30_000);
  clock.advance(1);
  t.equal(remembered.longestTtlMs(), 0);
});

t.test('a short lease that goes on does not keep a long TTL in mind', async (t) => {
  const clock = new FakeClock();
  const remembered = new Remembered(clock);
  remembered.sawLease({ fencingToken: token(1), ttlMs: 3_600_000, remainingMs: 1_000 });
  for (let renewals = 0; renewals < 5; renewals += 1) {
    remembered.sawLease({ fencingToken: token(2), ttlMs: 4_000, remainingMs: 4_000 });
    clock.advance(1_000);
  }
  t.equal(remembered.longestTtlMs(), 4_000);
});

t.test('an offer is remembered with the TTL that its confirmation will give it', async (t) => {
  const remembered = new Remembered(new FakeClock());
  remembered.sawLease({ fencingToken: token(1), ttlMs: 60_000, remainingMs: 5_000 });
  t.equal(remembered.longestTtlMs(), 60_000);
});
