import { getEventListeners } from 'node:events';
import t from 'tap';
import { follow } from '../../client/src/abort.ts';
import { pause } from '../../client/src/pause.ts';
import { FakeClock } from '../support/fake-clock.ts';

const listenersOf = (...controllers: AbortController[]): number => controllers.reduce((count, { signal }) => count + getEventListeners(signal, 'abort').length, 0);

t.test('a pause ends when its time has come, and takes its listeners along', async (t) => {
  const clock = new FakeClock();
  const [one, two] = [new AbortController(), new AbortController()];
  let over = false;
  const pausing = pause(clock, 100, one.signal, undefined, two.signal).then(() => (over = true));
  clock.advance(99);
  await Promise.resolve();
  t.equal(over, false);
  clock.advance(1);
  await pausing;
  t.equal(listenersOf(one, two), 0);
});

t.test('an abort ends it with its reason, and takes the timer along', async (t) => {
  const clock = new FakeClock();
  const [one, two] = [new AbortController(), new AbortController()];
  const pausing = pause(clock, 100, one.signal, two.signal);
  two.abort('the reason');
  t.equal(await pausing.catch((reason: unknown) => reason), 'the reason');
  t.equal(clock.armed, 0);
  t.equal(listenersOf(one, two), 0);
  t.equal(await pause(clock, 100, two.signal).catch((reason: unknown) => reason), 'the reason', 'also one that came before');
  t.equal(clock.armed, 0);
});

t.test('to follow signals is to be aborted by the first, with its reason', async (t) => {
  const [one, two, follower] = [new AbortController(), new AbortController(), new AbortController()];
  const unfollow = follow(follower, [undefined, one.signal, two.signal]);
  two.abort('second');
  one.abort('first');
  t.equal(follower.signal.reason, 'second');
  unfollow();
  t.equal(listenersOf(one, two), 0);
  const late = new AbortController();
  follow(late, [one.signal]);
  t.equal(late.signal.reason, 'first', 'at once by one that is aborted already');
});

t.test('unfollowed, it is left alone', async (t) => {
  const [leader, follower] = [new AbortController(), new AbortController()];
  follow(follower, [leader.signal])();
  leader.abort();
  t.equal(follower.signal.aborted, false);
});
