import t from 'tap';
import { FakeClock } from '../../../support/fake-clock.ts';
import { apply } from '../../../../service/src/session/apply.ts';
import { SessionTable, type Entry } from '../../../../service/src/stores/embedded/session-table.ts';
import { Sweeper } from '../../../../service/src/stores/embedded/sweeper.ts';
import { Scene } from '../../session/scene.ts';
import { ReplyScene } from '../../session/replies/reply-scene.ts';
import { nameOf } from './store-scene.ts';

const DAY_MS = 24 * 3_600_000;
const ROUND_MS = 250;

/** A sweeper that notes what it asks for, and a table on which it is carried out. */
const start = ({ idleMax = 1_000_000 } = {}): {
  clock: FakeClock;
  table: SessionTable;
  sweeper: Sweeper;
  ticked: string[];
  forgotten: string[];
  endedForgotten: string[];
  add: (key: string, play: (scene: ReplyScene) => void) => Entry;
} => {
  const clock = new FakeClock();
  const table = new SessionTable();
  const ticked: string[] = [];
  const forgotten: string[] = [];
  const endedForgotten: string[] = [];
  const sweeper = new Sweeper({
    clock,
    table,
    idleMax,
    tick: (entry) => {
      ticked.push(entry.key);
      table.put(entry, apply(entry.session, new Scene().floor, { kind: 'tick' }, clock.now()).session);
    },
    forgetEnded: (entry) => {
      endedForgotten.push(entry.key);
      entry.endedWritten = false;
    },
    forget: (entry) => {
      forgotten.push(entry.key);
      table.remove(entry);
    },
  });
  const add = (key: string, play: (scene: ReplyScene) => void): Entry => {
    const scene = new ReplyScene();
    scene.nowMs = clock.now().monoMs;
    play(scene);
    const entry = table.add(nameOf(key));
    table.put(entry, scene.session);
    entry.endedWritten = scene.session.ended.length > 0;
    return entry;
  };
  return { clock, table, sweeper, ticked, forgotten, endedForgotten, add };
};

const leased = (ttlMs: number) => (scene: Scene) => void scene.take('a', { ttlMs });
const discarded = (scene: ReplyScene): void => {
  scene.park('r');
  scene.discard('r');
};
const ended = (scene: Scene): void => {
  scene.take('a');
  scene.release('a');
};

t.test('a lease that nobody touches ends within a round of its expiry, and not before', async (t) => {
  const { clock, ticked, add } = start();
  add('s', leased(1_000));
  clock.advance(999);
  t.strictSame(ticked, []);
  clock.advance(ROUND_MS);
  t.strictSame(ticked, ['s']);
  clock.advance(10 * ROUND_MS);
  t.strictSame(ticked, ['s'], 'and is then left alone');
});

t.test('a round looks at 2,000 sessions, and the next goes on where it stopped', async (t) => {
  const { clock, ticked, add } = start();
  for (let n = 0; n < 2_000; n += 1) add(`long ${n}`, leased(3_600_000));
  add('past the first round', leased(1));
  clock.advance(ROUND_MS);
  t.strictSame(ticked, []);
  clock.advance(ROUND_MS);
  t.strictSame(ticked, ['past the first round']);
});

t.test('a round changes 200 sessions at most, and is soon followed by the next while there is more', async (t) => {
  const { clock, ticked, add } = start();
  for (let n = 0; n < 450; n += 1) add(`s ${n}`, leased(1));
  const after = (ms: number): number => {
    clock.advance(ms);
    return ticked.length;
  };
  t.strictSame([after(ROUND_MS), after(9), after(1), after(10)], [200, 200, 400, 450]);
  t.equal(new Set(ticked).size, 450);
  add('later', leased(1));
  t.equal(after(ROUND_MS - 1), 450, 'then it is slow again');
  t.equal(after(1), 451);
});

t.test('ended ids are dropped from memory and disk after 15 minutes', async (t) => {
  const { clock, table, endedForgotten, forgotten, add } = start();
  const entry = add('s', ended);
  clock.advance(15 * 60_000 - 1);
  t.equal(entry.session.ended.length, 1);
  t.strictSame(endedForgotten, []);
  clock.advance(ROUND_MS);
  t.equal(entry.session.ended.length, 0);
  t.strictSame(endedForgotten, ['s']);
  clock.advance(10 * ROUND_MS);
  t.strictSame(endedForgotten, ['s'], 'once');
  t.strictSame([forgotten, table.size], [[], 1], 'the session itself is remembered, for its previous lease');
});

t.test('rows of ended ids that a start found too old are dropped as well', async (t) => {
  const { clock, endedForgotten, add } = start();
  add('s', (scene) => void scene.take('b')).endedWritten = true;
  clock.advance(ROUND_MS);
  t.strictSame(endedForgotten, ['s']);
});

t.test('a session is forgotten 7 days after its last end', async (t) => {
  const { clock, table, forgotten, add } = start();
  add('s', ended);
  clock.advance(7 * DAY_MS - 1);
  t.strictSame(forgotten, []);
  clock.advance(ROUND_MS);
  t.strictSame(forgotten, ['s']);
  t.equal(table.size, 0);
});

t.test('a session that was never leased is forgotten with its ended ids', async (t) => {
  const { clock, table, add } = start();
  add('s', (scene) => void scene.release('never seen'));
  clock.advance(15 * 60_000 - 1);
  t.equal(table.size, 1);
  clock.advance(2 * ROUND_MS);
  t.equal(table.size, 0);
});

t.test('a leased session is never forgotten', async (t) => {
  const { clock, table, add } = start({ idleMax: 0 });
  add('s', (scene) => void scene.take('a', { ttlMs: 8 * DAY_MS, maxHoldMs: 8 * DAY_MS }));
  clock.advance(7.5 * DAY_MS);
  t.equal(table.size, 1);
});

t.test('beyond the limit the idle ones are forgotten earlier, the one that ended first before the others', async (t) => {
  const { clock, table, forgotten, add } = start({ idleMax: 3 });
  for (const key of ['a', 'b', 'c']) add(key, ended);
  add('held', leased(3_600_000));
  clock.advance(ROUND_MS);
  t.strictSame(forgotten, [], 'at the limit all are kept');
  add('d', ended);
  add('e', ended);
  clock.advance(ROUND_MS);
  t.strictSame(forgotten, ['a', 'b']);
  t.equal(table.idleSize, 3);
});

t.test('a crowd of idle ones goes 200 in a round', async (t) => {
  const { clock, table, add } = start({ idleMax: 10 });
  for (let n = 0; n < 500; n += 1) add(`s ${n}`, ended);
  const left = [ROUND_MS, 10, 10].map((ms) => {
    clock.advance(ms);
    return table.idleSize;
  });
  t.strictSame(left, [300, 100, 10]);
});

t.test('the check tells of a loop that has stopped', async (t) => {
  const { clock, sweeper } = start();
  clock.advance(60_000);
  t.strictSame(sweeper.check(), { name: 'sweep', ok: true, rounds: 240 });
  sweeper.stop();
  t.equal(clock.armed, 0);
  clock.advance(9_999);
  t.match(sweeper.check(), { ok: true });
  clock.advance(1);
  t.strictSame(sweeper.check(), { name: 'sweep', ok: false, rounds: 240, detail: 'no round for 10000 ms' });
});

t.test('settled replies are forgotten after 7 days in a session that is kept, and with the session otherwise', async (t) => {
  const { clock, table, ticked, forgotten, add } = start();
  const settled = add('settled only', discarded);
  const kept = add('kept', (scene) => {
    discarded(scene);
    scene.park('dead', { expiresInMs: 1_000 });
    scene.passAndTick(1_000);
    scene.pass(-1_000);
  });
  clock.advance(7 * DAY_MS - 1);
  t.strictSame([settled.session.settledReplies.length, kept.session.settledReplies.length], [1, 1]);
  clock.advance(ROUND_MS);
  t.strictSame([ticked, forgotten], [['kept'], ['settled only']]);
  t.strictSame([kept.session.settledReplies.length, kept.session.replies.length, table.size], [0, 1, 1]);
  clock.advance(10 * ROUND_MS);
  t.strictSame([ticked, forgotten], [['kept'], ['settled only']], 'and a dead reply keeps its session for as long as it is there');
});
