import t from 'tap';
import { fencingToken, Scene } from './scene.ts';

t.test('a token is the wall clock in microseconds, where that is above the floor', async (t) => {
  const scene = new Scene();
  scene.wallUs = 1_800_000_000_000_123;
  t.equal(scene.take('a'), 1_800_000_000_000_123);
  t.equal(scene.floor, 1_800_000_000_000_123, 'and the floor rises to it');
});

t.test('a token is the floor and one, where the wall clock stands still or goes back', async (t) => {
  const scene = new Scene();
  const first = scene.take('a');
  scene.release('a');
  t.equal(scene.take('b'), first + 1);
  scene.release('b');
  scene.wallUs -= 86_400_000_000;
  t.equal(scene.take('c'), first + 2);
});

t.test('the floor outlives the session', async (t) => {
  const scene = new Scene();
  const first = scene.take('a');
  const later = new Scene();
  later.floor = scene.floor;
  later.wallUs = 0;
  t.equal(later.take('a'), first + 1);
});

t.test('every grant has a token of its own, offers too', async (t) => {
  const scene = new Scene();
  const first = scene.take('a');
  scene.wait('b');
  scene.release('a');
  t.equal(scene.session.lease?.fencingToken, first + 1);
});

t.test('what is not granted mints nothing', async (t) => {
  const scene = new Scene();
  const first = scene.take('a');
  scene.acquire('a');
  scene.acquire('b');
  scene.renew('a');
  scene.release('never');
  t.equal(scene.floor, first);
});

t.test('the largest token is the largest integer that JSON tells exactly, and beyond it nothing is granted', async (t) => {
  const scene = new Scene();
  scene.floor = fencingToken(Number.MAX_SAFE_INTEGER - 1);
  t.equal(scene.take('a'), Number.MAX_SAFE_INTEGER);
  scene.release('a');
  const before = scene.session;
  t.throws(() => scene.acquire('b'), RangeError);
  t.equal(scene.session, before);
});
