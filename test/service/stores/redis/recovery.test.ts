// A partition that has lost its state is marked anew, with what every instance remembers, and each adds that once.
import t, { type Test } from 'tap';
import type { FencingToken } from '../../../../service/src/session/types.ts';
import { Recovery } from '../../../../service/src/stores/redis/recovery.ts';
import { Remembered } from '../../../../service/src/stores/redis/remembered.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { scriptedRun } from './scripted-run.ts';

const PARTITION = 5;
/** The store's clock is far from that of any instance. */
const STORE_AHEAD_MS = 1_700_000_000_000;

/** One partition as `mark.lua` has it, and instances that see it. */
const scene = (_t: Test) => {
  const clock = new FakeClock();
  const state = { isMarked: true, floor: 0, noGrantsBefore: 0, marks: 0 };
  const storeMs = (): number => clock.now().monoMs + STORE_AHEAD_MS;
  const log: string[] = [];
  const instance = (ttlMs: number, fencingToken = 1) => {
    const remembered = new Remembered(clock);
    if (ttlMs > 0) remembered.sawLease({ fencingToken: fencingToken as FencingToken, ttlMs, remainingMs: ttlMs });
    const { run } = scriptedRun(clock, ({ given }) => {
      const { floor, noGrantsForMs } = given as { floor: number; noGrantsForMs: number };
      const wasUnmarked = !state.isMarked;
      state.marks += 1;
      state.isMarked = true;
      state.floor = Math.max(state.floor, floor);
      if (noGrantsForMs > 0) state.noGrantsBefore = Math.max(state.noGrantsBefore, storeMs() + noGrantsForMs);
      return { outcome: { storeId: 'st', wasUnmarked, noGrantsBeforeMs: state.noGrantsBefore }, storeMs: storeMs() };
    });
    const recovery = new Recovery({ clock, remembered, run, log: { info: () => {}, warn: (line) => void log.push(line) } });
    /** What a round sees. */
    const look = (): Promise<void> => (state.isMarked ? recovery.noticed(PARTITION, state.noGrantsBefore, storeMs()) : recovery.restore(PARTITION));
    return { recovery, look };
  };
  const lose = (): void => void Object.assign(state, { isMarked: false, floor: 0, noGrantsBefore: 0 });
  const leftMs = (): number => state.noGrantsBefore - storeMs();
  return { clock, state, log, instance, lose, leftMs };
};

t.test('who restores it brings its token and the longest TTL that it remembers, and says so', async (t) => {
  const { state, instance, lose, leftMs, log, clock } = scene(t);
  const { recovery, look } = instance(30_000, 77);
  lose();
  t.strictSame(recovery.check(), { name: 'state', ok: true });
  await look();
  t.equal(state.floor, 77);
  t.equal(leftMs(), 30_000);
  t.match(log, [/^Redis has lost partition 5: .* Nothing is granted there for 30000 ms, and tokens go on above 77\.$/]);
  clock.advance(10_000);
  t.strictSame(recovery.check(), { name: 'state', ok: true, detail: 'Redis has lost state; what was lost is not granted for another 20000 ms' });
  clock.advance(20_000);
  t.strictSame(recovery.check(), { name: 'state', ok: true });
});

t.test('who remembers nothing leaves the others the time to see it', async (t) => {
  const { instance, lose, leftMs } = scene(t);
  lose();
  await instance(0).look();
  t.equal(leftMs(), 3_000);
});

t.test('of several who find it unmarked at once, in one process one marks it', async (t) => {
  const { instance, lose, state } = scene(t);
  const { recovery } = instance(0);
  lose();
  await Promise.all([recovery.restore(PARTITION), recovery.restore(PARTITION)]);
  t.equal(state.marks, 1);
});

t.test('others raise both to what they remember, each once, and the end comes', async (t) => {
  const { state, instance, lose, leftMs, log, clock } = scene(t);
  const instances = [instance(0), instance(9_000, 90), instance(5_000, 99), instance(0)];
  lose();
  for (const { look } of instances) await look();
  t.equal(leftMs(), 9_000);
  t.equal(state.floor, 99);
  const marks = state.marks;
  for (let passedMs = 0; passedMs < 9_500; passedMs += 500) {
    for (const { look } of instances) await look();
    if (passedMs < 9_000) t.equal(leftMs(), 9_000 - passedMs);
    clock.advance(500);
  }
  t.equal(state.marks, marks, 'nobody has marked it again');
  t.ok(leftMs() <= 0);
  t.equal(log.length, 1, 'the loss was told by whoever restored it');
});

t.test('one that starts meanwhile puts nothing off, however often it starts', async (t) => {
  const { instance, lose, leftMs, clock } = scene(t);
  lose();
  await instance(9_000).look();
  for (let starts = 0; starts < 17; starts += 1) {
    clock.advance(500);
    const late = instance(0);
    await late.look();
    t.equal(leftMs(), 8_500 - starts * 500);
    t.match(late.recovery.check().detail, /Redis has lost state/);
  }
});

t.test('what readiness says follows what others raise', async (t) => {
  const { instance, lose } = scene(t);
  const [first, second] = [instance(5_000), instance(60_000)];
  lose();
  await first.look();
  await second.look();
  await first.look();
  t.match(first.recovery.check().detail, /another 60000 ms/);
});

t.test('a second loss within the first forgets nothing: each adds again what it remembers', async (t) => {
  const { instance, lose, leftMs, clock } = scene(t);
  const [first, second] = [instance(0), instance(60_000)];
  lose();
  await first.look();
  await second.look();
  clock.advance(10_000);
  lose();
  await first.look();
  await second.look();
  t.ok(leftMs() >= 50_000, `${leftMs()} ms are left`);
});

t.test('a second loss, when whoever knew is gone: those who saw what it had added keep to it', async (t) => {
  const { instance, lose, leftMs, clock } = scene(t);
  const [first, second] = [instance(0), instance(60_000)];
  lose();
  await first.look();
  await second.look();
  await first.look();
  clock.advance(10_000);
  lose();
  await first.look();
  t.equal(leftMs(), 50_000);
});

t.test('a marker that stands without the moment that was seen tells of a loss too', async (t) => {
  const { instance, lose, leftMs, state, clock } = scene(t);
  const first = instance(20_000);
  lose();
  await first.look();
  clock.advance(1_000);
  // A newcomer marked it, which knew of nothing.
  Object.assign(state, { noGrantsBefore: 0, floor: 0 });
  await first.look();
  t.ok(leftMs() >= 19_000, `${leftMs()} ms are left`);
});

t.test('a partition that never lost anything is never marked', async (t) => {
  const { instance, state, clock } = scene(t);
  const { look } = instance(30_000);
  for (let looks = 0; looks < 10; looks += 1) {
    await look();
    clock.advance(500);
  }
  t.equal(state.marks, 0);
});
