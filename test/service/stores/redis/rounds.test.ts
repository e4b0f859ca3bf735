// Looking again and again: twice a second, one round at a time, and readiness tells when it has stopped.
import t from 'tap';
import { Rounds } from '../../../../service/src/stores/redis/rounds.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { settled } from './scripted-run.ts';

t.test('a round begins twice a second, and at once when asked to', async (t) => {
  const clock = new FakeClock();
  let begun = 0;
  const rounds = new Rounds(clock, async () => void (begun += 1));
  await clock.advanceAsync(1_000, 500);
  t.equal(begun, 2);
  await rounds.begin();
  t.equal(begun, 3);
  rounds.stop();
  await clock.advanceAsync(5_000, 500);
  t.equal(begun, 3);
  t.equal(clock.armed, 0);
});

t.test('no round begins while one is under way', async (t) => {
  const clock = new FakeClock();
  let begun = 0;
  const first = Promise.withResolvers<void>();
  const rounds = new Rounds(clock, () => {
    begun += 1;
    return begun === 1 ? first.promise : Promise.resolve();
  });
  await clock.advanceAsync(2_000, 500);
  await rounds.begin();
  t.equal(begun, 1);
  first.resolve();
  await settled();
  await clock.advanceAsync(500, 500);
  t.equal(begun, 2);
});

t.test('rounds that fail are begun again; after five seconds without one that came to its end readiness says so', async (t) => {
  const clock = new FakeClock();
  let fails = true;
  let begun = 0;
  const rounds = new Rounds(clock, async () => {
    begun += 1;
    if (fails) throw new Error('Redis is away');
  });
  t.same(rounds.check(), { name: 'rounds', ok: true, rounds: 0 });
  await clock.advanceAsync(4_500, 500);
  t.equal(begun, 9);
  t.ok(rounds.check().ok);
  await clock.advanceAsync(500, 500);
  t.same(rounds.check(), { name: 'rounds', ok: false, rounds: 0, detail: 'Redis was not looked at for 5000 ms' });
  fails = false;
  await clock.advanceAsync(500, 500);
  t.ok(rounds.check().ok);
});

t.test('a round that hangs counts as none', async (t) => {
  const clock = new FakeClock();
  const rounds = new Rounds(clock, () => new Promise(() => {}));
  await clock.advanceAsync(5_500, 500);
  t.notOk(rounds.check().ok);
});
