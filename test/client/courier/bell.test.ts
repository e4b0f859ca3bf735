import t from 'tap';
import { Bell } from '../../../client/src/courier/bell.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { turns } from '../../support/scripted-exchange.ts';

const begin = () => {
  const clock = new FakeClock();
  const bell = new Bell(clock);
  const rest = (ms: number) => {
    const resting = { over: false };
    void bell.rest(ms).then(() => (resting.over = true));
    return resting;
  };
  return { clock, bell, rest };
};

t.test('a rest is over after its time', async (t) => {
  const { clock, rest } = begin();
  const resting = rest(100);
  clock.advance(99);
  await turns(1);
  t.equal(resting.over, false);
  clock.advance(1);
  await turns(1);
  t.equal(resting.over, true);
});

t.test('a ring ends it, and leaves no timer', async (t) => {
  const { clock, bell, rest } = begin();
  const resting = rest(100);
  bell.ring();
  await turns(1);
  t.equal(resting.over, true);
  t.equal(clock.armed, 0);
});

t.test('a ring while nobody rests counts for the next rest, once', async (t) => {
  const { bell, rest } = begin();
  bell.ring();
  bell.ring();
  const first = rest(100);
  await turns(1);
  t.equal(first.over, true);
  const second = rest(100);
  await turns(1);
  t.equal(second.over, false);
});
