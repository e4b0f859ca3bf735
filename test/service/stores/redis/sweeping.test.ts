// The partitions are swept in turn, one step at a time.
import t from 'tap';
import { Sweeping } from '../../../../service/src/stores/redis/sweeping.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { scriptedRun, settled } from './scripted-run.ts';

t.test('one partition every quarter of a second, beginning at a given one, round and round', async (t) => {
  const clock = new FakeClock();
  const { run, asked } = scriptedRun(clock, () => ({ outcome: 0 }));
  const sweeping = new Sweeping(clock, run, 62);
  await clock.advanceAsync(250 * 66, 250);
  t.strictSame(
    asked.map(({ partition }) => partition),
    Array.from({ length: 66 }, (_, step) => (62 + step) % 64),
  );
  t.ok(asked.every(({ script }) => script === 'sweep'));
  t.strictSame(asked[0]?.given, { pauseMs: 15_750, visitsMax: 2_000, changesMax: 200 }, 'in bounded steps, and no partition is due again before all have had their turn');
  sweeping.stop();
  await clock.advanceAsync(1_000, 250);
  t.equal(asked.length, 66);
  t.equal(clock.armed, 0);
});

t.test('a step that fails, or takes long, holds up no other', async (t) => {
  const clock = new FakeClock();
  const slow = Promise.withResolvers<{ outcome: number }>();
  const { run, asked } = scriptedRun(clock, ({ partition }) => {
    if (partition === 1) throw new Error('Redis is away');
    return partition === 2 ? slow.promise : { outcome: 0 };
  });
  const sweeping = new Sweeping(clock, run, 0);
  await clock.advanceAsync(2_000, 250);
  t.strictSame(asked.map(({ partition }) => partition), [0, 1, 2], 'never two at once');
  slow.resolve({ outcome: 0 });
  await settled();
  await clock.advanceAsync(500, 250);
  t.strictSame(asked.map(({ partition }) => partition), [0, 1, 2, 3, 4]);
  sweeping.stop();
});
