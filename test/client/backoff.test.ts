import t from 'tap';
import { fullJitterMs, halfJitterMs, roundJitterMs } from '../../client/src/backoff.ts';

t.test('full jitter leaves anything up to the bound, half jitter at least half of it, and neither passes the limit', async (t) => {
  t.same([0, 1, 2, 10].map((attempt) => fullJitterMs(attempt, 100, 1_000, 1)), [100, 200, 400, 1_000]);
  t.equal(fullJitterMs(3, 100, 1_000, 0), 0);
  t.same([0, 1, 40].map((attempt) => halfJitterMs(attempt, 100, 1_000, 0)), [50, 100, 500]);
});

t.test('a round of endpoints has no pause inside, and one behind it that grows with the rounds', async (t) => {
  t.same([0, 1, 2, 3].map((failures) => roundJitterMs(failures, 1, 100, 1_000, 1)), [100, 200, 400, 800], 'one endpoint is a round of its own');
  t.same([0, 1, 2, 3, 4, 5].map((failures) => roundJitterMs(failures, 2, 100, 1_000, 1)), [0, 100, 0, 200, 0, 400]);
  t.equal(roundJitterMs(3_000_001, 3, 100, 1_000, 1), 0);
  t.equal(roundJitterMs(2, 3, 100, 1_000, 0), 50);
});
