// Who waits at the other instances, as they say.
import t from 'tap';
import type { Namespace } from '../../../../service/src/session/types.ts';
import { Neighbours } from '../../../../service/src/stores/quorum/neighbours.ts';
import { FakeClock } from '../../../support/fake-clock.ts';

const RED = 'red' as Namespace;
const waiters = (...times: readonly number[]) => times.map((enqueuedAtMs) => ({ holder: `came at ${enqueuedAtMs}`, background: false, enqueuedAtMs }));

t.test('they are listed oldest first, counted by namespace, and replaced by what is said next', async (t) => {
  const neighbours = new Neighbours(new FakeClock());
  neighbours.said('i2', 'red\0s', waiters(5, 9));
  neighbours.said('i3', 'red\0s', waiters(7));
  neighbours.said('i2', 'red\0other', waiters(1));
  neighbours.said('i2', 'blue\0s', waiters(1));
  t.strictSame(neighbours.of('red\0s').map(({ enqueuedAtMs }) => enqueuedAtMs), [5, 7, 9]);
  t.equal(neighbours.count(RED), 4);
  neighbours.said('i2', 'red\0s', waiters(9));
  t.equal(neighbours.count(RED), 3);
  neighbours.said('i2', 'red\0s', []);
  neighbours.said('i2', 'red\0s', []);
  t.equal(neighbours.count(RED), 2);
  t.strictSame(neighbours.of('red\0s').map(({ enqueuedAtMs }) => enqueuedAtMs), [7]);
});

t.test('what an instance does not say again is over: it has died', async (t) => {
  const clock = new FakeClock();
  const neighbours = new Neighbours(clock);
  neighbours.said('i2', 'red\0s', waiters(1, 2));
  clock.advance(3_000);
  neighbours.said('i3', 'red\0s', waiters(3));
  clock.advance(501);
  t.strictSame(neighbours.of('red\0s').map(({ enqueuedAtMs }) => enqueuedAtMs), [3]);
  neighbours.forgetSilent();
  t.equal(neighbours.count(RED), 1);
  clock.advance(3_501);
  neighbours.forgetSilent();
  t.strictSame([neighbours.count(RED), neighbours.of('red\0s')], [0, []]);
});
