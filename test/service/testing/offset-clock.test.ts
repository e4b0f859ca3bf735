import t from 'tap';
import type { Clock, Timer } from '../../../service/src/clock.ts';
import { OffsetClock } from '../../../service/src/testing/offset-clock.ts';
import { FakeClock } from '../../support/fake-clock.ts';

/** A base that only the test moves, and that notes which of its timers keep the process alive. */
class NotingClock extends FakeClock {
  keepingAlive = 0;

  override after(delayMs: number, fire: () => void): Timer {
    let counted = 0;
    const settle = (): void => {
      this.keepingAlive -= counted;
      counted = 0;
    };
    const timer = super.after(delayMs, () => {
      settle();
      fire();
    });
    return {
      cancel: () => {
        settle();
        timer.cancel();
      },
      ref: () => {
        this.keepingAlive += 1 - counted;
        counted = 1;
      },
    };
  }
}

const scene = (): { base: NotingClock; clock: OffsetClock; fired: string[]; set(on: Clock, delayMs: number, name: string): Timer } => {
  const base = new NotingClock();
  const clock = new OffsetClock(base);
  const fired: string[] = [];
  return { base, clock, fired, set: (on, delayMs, name) => on.after(delayMs, () => fired.push(name)) };
};

t.test('it is the base and the offset, on both clocks', async (t) => {
  const { base, clock } = scene();
  t.strictSame(clock.now(), base.now());
  clock.moveTo(clock.now().monoMs + 5_000);
  base.advance(7);
  const { monoMs, wallUs } = base.now();
  t.strictSame(clock.callers.now(), { monoMs: monoMs + 5_000, wallUs: wallUs + 5_000_000 });
  t.strictSame(clock.service.now(), clock.callers.now());
  clock.moveTo(0);
  t.equal(clock.now().monoMs, monoMs + 5_000, 'it never goes back');
});

t.test('timers fire when their time has really come', async (t) => {
  const { base, clock, fired, set } = scene();
  set(clock.callers, 300, 'c');
  set(clock.service, 100, 'a');
  set(clock.callers, 200, 'b').cancel();
  base.advance(99);
  t.strictSame(fired, []);
  base.advance(1);
  t.strictSame(fired, ['a']);
  base.advance(200);
  t.strictSame(fired, ['a', 'c']);
  t.equal(base.armed, 0);
});

t.test('what was set before the clock was moved comes that much sooner', async (t) => {
  const { base, clock, fired, set } = scene();
  set(clock.callers, 1_000, 'a');
  clock.hold();
  clock.moveTo(clock.now().monoMs + 900);
  clock.resume();
  base.advance(99);
  t.strictSame(fired, []);
  base.advance(1);
  t.strictSame(fired, ['a']);
});

t.test('while it is held nothing fires by itself', async (t) => {
  const { base, clock, fired, set } = scene();
  set(clock.callers, 10, 'a');
  clock.hold();
  set(clock.callers, 20, 'b');
  base.advance(100);
  t.strictSame(fired, []);
  t.ok(clock.nextDueMs <= clock.now().monoMs);
  clock.resume();
  base.advance(0);
  t.strictSame(fired, ['a', 'b']);
});

t.test('what is due fires in order, those of one moment as they were set, and what they set is for later', async (t) => {
  const { clock, fired, set } = scene();
  clock.hold();
  set(clock.callers, 20, 'b');
  set(clock.callers, 20, 'c');
  set(clock.service, 10, 'a');
  const victim = set(clock.callers, 40, 'cancelled');
  clock.callers.after(30, () => {
    victim.cancel();
    set(clock.callers, 0, 'e');
  });
  clock.moveTo(clock.now().monoMs + 50);
  t.strictSame([...clock.fireDue()].sort(), ['callers', 'service']);
  t.strictSame(fired, ['a', 'b', 'c']);
  t.strictSame([...clock.fireDue()], ['callers']);
  t.strictSame(fired, ['a', 'b', 'c', 'e']);
  t.equal(clock.nextDueMs, Infinity);
  t.strictSame([...clock.fireDue()], []);
});

t.test('one that repeats fires once after a long time, and then at its pace', async (t) => {
  const { base, clock, fired } = scene();
  const timer = clock.service.every(100, () => fired.push('tick'));
  clock.moveTo(clock.now().monoMs + 1_000);
  clock.fireDue();
  t.equal(fired.length, 1);
  clock.resume();
  base.advance(99);
  t.equal(fired.length, 1);
  base.advance(101);
  t.equal(fired.length, 3);
  timer.cancel();
  base.advance(1_000);
  t.equal(fired.length, 3);
  t.equal(clock.armed('service'), 0);
});

t.test('the service can be held up, the callers not; what was due meanwhile fires after, in order', async (t) => {
  const { base, clock, fired, set } = scene();
  set(clock.service, 300, 'late 2');
  set(clock.service, 100, 'late 1');
  set(clock.callers, 200, 'caller');
  set(clock.service, 1_500, 'after');
  clock.holdService(clock.now().monoMs + 1_000);
  clock.holdService(clock.now().monoMs + 500);
  base.advance(999);
  t.strictSame(fired, ['caller']);
  base.advance(1);
  t.strictSame(fired, ['caller', 'late 1', 'late 2']);
  base.advance(500);
  t.strictSame(fired, ['caller', 'late 1', 'late 2', 'after']);
  set(clock.service, 100, 'released');
  clock.holdService(clock.now().monoMs + 10_000);
  clock.releaseService();
  base.advance(100);
  t.equal(fired.at(-1), 'released');
});

t.test('one that throws keeps no other from firing', async (t) => {
  const { base, clock, fired, set } = scene();
  clock.callers.after(10, () => {
    throw new Error('a fault');
  });
  set(clock.callers, 10, 'next');
  t.throws(() => base.advance(10), /a fault/);
  base.advance(0);
  t.strictSame(fired, ['next']);
});

t.test('a caller’s timer keeps the process alive until it fires, is cancelled or says otherwise; the service’s never do', async (t) => {
  const { base, clock, set } = scene();
  set(clock.service, 10, 'service');
  clock.callers.every(10, () => {});
  t.equal(base.keepingAlive, 0);
  const cancelled = set(clock.callers, 100, 'cancelled');
  t.equal(base.keepingAlive, 1, 'also when another one fires first');
  cancelled.cancel();
  t.equal(base.keepingAlive, 0);
  const unreferenced = clock.callers.after(100, () => {});
  t.equal(base.keepingAlive, 1);
  unreferenced.unref();
  unreferenced.unref();
  t.equal(base.keepingAlive, 0);
  set(clock.callers, 100, 'fires');
  base.advance(99);
  t.equal(base.keepingAlive, 1);
  base.advance(1);
  t.equal(base.keepingAlive, 0);
});
