// A request that waits is answered once, however its answer comes, and asked about until then.
import t from 'tap';
import type { Acquire, Granted, Wake } from '../../../../service/src/session/commands.ts';
import type { ConnectionId, FencingToken, LeaseIdHash } from '../../../../service/src/session/types.ts';
import { Waits } from '../../../../service/src/stores/redis/waits.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { scriptedRun, settled, type Answering, type Asked } from './scripted-run.ts';

const NAME = 'default\0s';

const request = (id: string, waitMs = 60_000): Acquire => ({
  kind: 'acquire',
  leaseIdHash: `hash of ${id}` as LeaseIdHash,
  connection: `i:${id}` as ConnectionId,
  holder: id,
  ttlMs: 5_000,
  waitMs,
  background: false,
  maxHoldMs: 3_600_000,
});

const granted = (waitedMs = 0): Granted => ({
  kind: 'granted',
  repeated: false,
  holder: 'c1',
  fencingToken: 7 as FencingToken,
  ttlMs: 5_000,
  remainingMs: 5_000,
  renewAfterMs: 1_666,
  waitedMs,
  parkedReplies: 0,
});

const WAITING = { outcome: { kind: 'waiting' } };

/** @param answer answers each script in turn; the newest answer may be changed while it runs */
const scene = (answers: Partial<Record<string, Answering>>) => {
  const clock = new FakeClock();
  const scripts = { ...answers };
  const { run, asked } = scriptedRun(clock, (one) => scripts[one.script]!(one));
  const wakes: Wake[] = [];
  const waits = new Waits({ clock, run, onWake: (wake) => void wakes.push(wake) });
  const takeAsked = (): Asked[] => asked.splice(0);
  return { clock, scripts, takeAsked, wakes, waits };
};

t.test('a request that does not wait is answered by its script, and nothing of it is left', async (t) => {
  const { waits, wakes, takeAsked, clock } = scene({ acquire: () => ({ outcome: granted() }) });
  t.strictSame(await waits.acquire(NAME, request('c1', 0)), granted());
  takeAsked();
  await waits.askAgain();
  t.strictSame(takeAsked(), []);
  t.strictSame(wakes, []);
  t.equal(clock.armed, 0);
});

t.test('a wake that overtakes the answer of the script is handed on', async (t) => {
  const wake: Wake = { connection: 'i:c1' as ConnectionId, outcome: granted(3) };
  const { waits, wakes } = scene({
    acquire: () => {
      waits.wake(wake);
      return WAITING;
    },
  });
  t.strictSame(await waits.acquire(NAME, request('c1')), { kind: 'waiting' });
  t.strictSame(wakes, [wake]);
});

t.test('the same answer twice is one; one for a connection that is not here is none', async (t) => {
  const { waits, wakes } = scene({ acquire: () => WAITING });
  await waits.acquire(NAME, request('c1'));
  const wake: Wake = { connection: 'i:c1' as ConnectionId, outcome: granted(3) };
  waits.wake(wake);
  waits.wake(wake);
  waits.wake({ ...wake, connection: 'i:other' as ConnectionId });
  t.strictSame(wakes, [wake]);
});

t.test('a lost wake is made good by asking again', async (t) => {
  const { waits, wakes, takeAsked, scripts } = scene({ acquire: () => ({ ...WAITING, storeMs: 5_555 }), recheck: () => ({ outcome: [{ kind: 'waiting' }] }) });
  await waits.acquire(NAME, request('c1'));
  takeAsked();
  await waits.askAgain();
  t.match(takeAsked(), [{ script: 'recheck', given: [{ name: NAME, leaseIdHash: 'hash of c1', connection: 'i:c1', requestedAtMs: 5_555 }] }]);
  t.strictSame(wakes, []);
  scripts['recheck'] = () => ({ outcome: [granted(4_000)] });
  await waits.askAgain();
  t.strictSame(wakes, [{ connection: 'i:c1', outcome: granted(4_000) }]);
  takeAsked();
  await waits.askAgain();
  t.strictSame(takeAsked(), [], 'it waits no more');
});

t.test('a request whose script is still under way is not asked about', async (t) => {
  const taken = Promise.withResolvers<typeof WAITING>();
  const { waits, takeAsked } = scene({ acquire: () => taken.promise });
  const acquired = waits.acquire(NAME, request('c1'));
  takeAsked();
  await waits.askAgain();
  t.strictSame(takeAsked(), []);
  taken.resolve(WAITING);
  await acquired;
});

t.test('a request that the store has lost is made anew with what is left of its wait, and told how long it waited in all', async (t) => {
  const { waits, wakes, takeAsked, scripts, clock } = scene({ acquire: () => WAITING, recheck: () => ({ outcome: [{ kind: 'gone' }] }) });
  await waits.acquire(NAME, request('c1', 60_000));
  clock.advance(20_000);
  takeAsked();
  scripts['acquire'] = () => ({ outcome: granted(0) });
  await waits.askAgain();
  const [, anew] = takeAsked();
  t.match(anew, { script: 'acquire', given: { name: NAME, command: { ...request('c1'), waitMs: 40_000 } } });
  t.strictSame(wakes, [{ connection: 'i:c1', outcome: granted(20_000) }]);
});

t.test('one that stands in the queue again is told both of its waits, by a wake and by asking', async (t) => {
  for (const way of ['wake', 'recheck'] as const) {
    const { waits, wakes, scripts, clock } = scene({ acquire: () => WAITING, recheck: () => ({ outcome: [{ kind: 'gone' }] }) });
    await waits.acquire(NAME, request('c1', 60_000));
    clock.advance(20_000);
    await waits.askAgain();
    clock.advance(3_000);
    if (way === 'wake') waits.wake({ connection: 'i:c1' as ConnectionId, outcome: granted(3_000) });
    else {
      scripts['recheck'] = () => ({ outcome: [granted(3_000)] });
      await waits.askAgain();
    }
    t.strictSame(wakes, [{ connection: 'i:c1', outcome: granted(23_000) }], way);
  }
});

t.test('while nothing is granted those that wait go on waiting, and the others are told when to come again', async (t) => {
  const { waits, wakes, scripts, clock } = scene({ acquire: () => ({ outcome: { kind: 'no-grants', forMs: 9_000 } }), recheck: () => ({ outcome: [{ kind: 'gone' }] }) });
  await t.rejects(waits.acquire(NAME, request('c0', 0)), { code: 'store-unavailable', outcome: 'not-applied', message: /nothing is granted for another 9000 ms/ });
  t.strictSame(await waits.acquire(NAME, request('c1')), { kind: 'waiting' });
  for (let rounds = 0; rounds < 18; rounds += 1) {
    clock.advance(500);
    await waits.askAgain();
  }
  t.strictSame(wakes, []);
  scripts['acquire'] = () => ({ outcome: granted() });
  clock.advance(500);
  await waits.askAgain();
  t.strictSame(wakes, [{ connection: 'i:c1', outcome: granted(9_500) }]);
});

t.test('one that leaves while it is asked about is not asked for anew', async (t) => {
  const { waits, wakes, takeAsked } = scene({
    acquire: () => WAITING,
    recheck: () => {
      waits.leave('i:c1' as ConnectionId);
      return { outcome: [{ kind: 'gone' }] };
    },
  });
  await waits.acquire(NAME, request('c1'));
  takeAsked();
  await waits.askAgain();
  t.strictSame(takeAsked().map(({ script }) => script), ['recheck']);
  t.strictSame(wakes, []);
});

t.test('one whose wait is over is left to its deadline', async (t) => {
  const { waits, takeAsked, clock } = scene({ acquire: () => WAITING, recheck: () => ({ outcome: [{ kind: 'gone' }] }) });
  await waits.acquire(NAME, request('c1', 1_000));
  clock.advance(1_000);
  takeAsked();
  await waits.askAgain();
  t.strictSame(takeAsked().map(({ script }) => script), ['recheck']);
});

t.test('a script that fails leaves nobody waiting', async (t) => {
  const { waits, takeAsked } = scene({
    acquire: () => {
      throw new Error('away');
    },
  });
  await t.rejects(waits.acquire(NAME, request('c1')), { message: 'away' });
  takeAsked();
  await waits.askAgain();
  t.strictSame(takeAsked(), []);
});

t.test('the timer of a session looks at it, and is set again by what it finds', async (t) => {
  const { waits, takeAsked, scripts, clock } = scene({
    acquire: () => ({ ...WAITING, dueAtMs: clock.now().monoMs + 1_000 }),
    // By the store's clock, which is another: in 2 s.
    tick: () => ({ outcome: [9_000_002_000], storeMs: 9_000_000_000 }),
  });
  await waits.acquire(NAME, request('c1'));
  takeAsked();
  await clock.advanceAsync(1_000);
  t.match(takeAsked(), [{ script: 'tick', given: [NAME] }]);
  scripts['tick'] = () => {
    throw new Error('away');
  };
  await clock.advanceAsync(1_950);
  t.strictSame(takeAsked(), []);
  await clock.advanceAsync(50);
  t.match(takeAsked(), [{ script: 'tick' }], 'and a failure is left to the next round');
  await settled();
  t.equal(clock.armed, 0);
});

t.test('a timer that comes a moment early is set again, a millisecond on at least', async (t) => {
  const { waits, clock } = scene({ acquire: () => WAITING, tick: () => ({ outcome: [5], storeMs: 5 }) });
  await waits.acquire(NAME, request('c1'));
  await waits.tick(NAME);
  t.equal(clock.nextArmedMs, clock.now().monoMs + 1);
});

t.test('stopped, nobody waits and no timer is left', async (t) => {
  const { waits, clock, takeAsked } = scene({ acquire: () => ({ ...WAITING, dueAtMs: clock.now().monoMs + 1_000 }) });
  await waits.acquire(NAME, request('c1'));
  waits.stop();
  takeAsked();
  t.equal(clock.armed, 0);
  await waits.askAgain();
  t.strictSame(takeAsked(), []);
});
