import t from 'tap';
import { isForgettable, isIdle } from '../../../service/src/session/forget.ts';
import { EMPTY_SESSION } from '../../../service/src/session/types.ts';
import { ReplyScene } from './replies/reply-scene.ts';
import { Scene } from './scene.ts';

const DAY_MS = 24 * 3_600_000;
const forgettable = ({ session, nowMs, wallUs }: Scene): boolean => isForgettable(session, { monoMs: nowMs, wallUs });

t.test('a session that was never used can be forgotten', async (t) => {
  t.equal(isForgettable(EMPTY_SESSION, { monoMs: 0, wallUs: 0 }), true);
});

t.test('a leased session is never forgotten, however old', async (t) => {
  const scene = new Scene();
  scene.take('a');
  t.equal(isIdle(scene.session), false);
  t.equal(forgettable(scene.pass(8 * DAY_MS)), false);
});

t.test('a session is remembered for seven days after its last end, and no longer', async (t) => {
  const scene = new Scene();
  scene.take('a');
  scene.release('a');
  t.equal(isIdle(scene.session), true);
  t.equal(forgettable(scene.pass(7 * DAY_MS - 1)), false);
  t.equal(forgettable(scene.pass(1)), true);
});

t.test('a session of which only ended ids are known is remembered as long as those', async (t) => {
  const scene = new Scene();
  scene.release('early');
  t.equal(forgettable(scene.pass(15 * 60_000 - 1)), false);
  t.equal(forgettable(scene.pass(1)), true);
});

t.test('what was forgotten is told as absent, never as unchanged', async (t) => {
  const scene = new Scene();
  scene.take('a');
  scene.release('a');
  scene.pass(7 * DAY_MS);
  t.equal(forgettable(scene), true);
  scene.session = EMPTY_SESSION;
  t.notOk('previous' in scene.acquire('b'));
});

t.test('a session with a reply that is not settled is never forgotten, however old; a dead one waits for somebody too', async (t) => {
  for (const state of ['parked', 'unknown', 'dead'] as const) {
    const scene = new ReplyScene();
    scene.take('a');
    scene.parkAs(state, 'r', 'a');
    scene.release('a');
    t.equal(isIdle(scene.session), false, state);
    t.equal(forgettable(scene.pass(30 * DAY_MS)), false, state);
    scene.discard('r');
    t.equal(isIdle(scene.session), true, state);
    t.equal(forgettable(scene.pass(7 * DAY_MS - 1)), false, `${state}, discarded since`);
    t.equal(forgettable(scene.pass(1)), true, state);
  }
});
