// A node's clock, by looks that took long or short.
import fc from 'fast-check';
import t from 'tap';
import { offsetSeen } from '../../../../service/src/stores/quorum/node-clock.ts';

const look = (offsetMs: number, sentMs: number, there: number, back: number) => ({ nodeMs: sentMs + there + offsetMs, sentMs, answeredMs: sentMs + there + back });

t.test('the first look is taken in its middle', async (t) => {
  t.equal(offsetSeen(undefined, look(1_000, 50, 4, 4)), 1_000);
  t.equal(offsetSeen(undefined, look(1_000, 50, 8, 0)), 1_004);
});

t.test('an answer that lay unread for a quarter of an hour moves nothing', async (t) => {
  t.equal(offsetSeen(1_000, look(1_000, 50, 1, 900_000)), 1_000);
  t.equal(offsetSeen(1_000, look(1_000, 50, 900_000, 1)), 1_000);
});

t.test('a node whose clock was stepped is followed, as exactly as the look was', async (t) => {
  t.equal(offsetSeen(1_000, look(3_601_000, 50, 1, 1)), 3_600_999);
  t.equal(offsetSeen(3_601_000, look(1_000, 50, 1, 1)), 1_001);
});

t.test('whatever a look took, the offset is never further from the true one than it was, nor than the look took', async () => {
  const span = fc.integer({ min: 0, max: 1_000_000 });
  fc.assert(
    fc.property(fc.integer({ min: -5_000_000, max: 5_000_000 }), fc.integer({ min: -5_000_000, max: 5_000_000 }), span, span, span, (knownMs, offsetMs, sentMs, there, back) => {
      const seenMs = offsetSeen(knownMs, look(offsetMs, sentMs, there, back));
      return Math.abs(seenMs - offsetMs) <= Math.min(Math.abs(knownMs - offsetMs), there + back);
    }),
  );
});
