import t from 'tap';
import { Resting } from '../../../client/src/courier/resting.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const begin = () => {
  const clock = new FakeClock();
  return { clock, resting: new Resting(clock, () => 0.9999999, 1_000) };
};

t.test('each rest is twice as long as the one before, up to 30 s', async (t) => {
  const { clock, resting } = begin();
  for (const restMs of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
    resting.begin('s');
    clock.advance(restMs - 1);
    t.equal(resting.has('s'), true, `${restMs} ms`);
    t.equal(resting.has('other'), false);
    clock.advance(1);
    t.equal(resting.has('s'), false);
  }
});

t.test('one that was worked at, or was left in peace for long, begins anew', async (t) => {
  const { clock, resting } = begin();
  resting.begin('s');
  resting.begin('s');
  resting.end('s');
  t.equal(resting.has('s'), false);
  resting.begin('s');
  clock.advance(1_000);
  t.equal(resting.has('s'), false);
  resting.begin('s');
  clock.advance(2_000 + 30_001);
  t.equal(resting.size, 0);
  resting.begin('s');
  clock.advance(1_000);
  t.equal(resting.has('s'), false);
});

t.test('it remembers 1,000 sessions, and forgets the first of them for one more', async (t) => {
  const { resting } = begin();
  for (let index = 0; index < 1_000; index += 1) resting.begin(`s${index}`);
  t.equal(resting.size, 1_000);
  t.equal(resting.has('s0'), true);
  resting.begin('s1000');
  t.equal(resting.size, 1_000);
  t.equal(resting.has('s0'), false);
  t.equal(resting.has('s1000'), true);
});
