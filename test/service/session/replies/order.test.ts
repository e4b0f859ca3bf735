import t from 'tap';
import { compareReplies, headOf, isOver, isUndelivered, undeliveredCount } from '../../../../service/src/session/replies/order.ts';
import { fencingToken } from '../scene.ts';
import { ReplyScene } from './reply-scene.ts';

const STATES = ['parked', 'sending', 'unknown', 'dead', 'delivered', 'superseded'] as const;

t.test('replies stand by fencing token, then by sequence, those without one last, then by parking', async (t) => {
  const places = [[1, undefined, 9], [2, -1, 8], [2, 0, 7], [2, 5, 2], [2, 5, 3], [2, undefined, 1], [2, undefined, 4], [3, 0, 5]] as const;
  const ordered = places.map(([token, sequence, number]) => ({ fencingToken: fencingToken(token), sequence, number }));
  t.strictSame(ordered.toReversed().toSorted(compareReplies), ordered);
  for (const [index, place] of ordered.entries()) {
    t.equal(compareReplies(place, place), 0);
    for (const later of ordered.slice(index + 1)) t.ok(compareReplies(place, later) < 0 && compareReplies(later, place) > 0);
  }
});

t.test('parked, sending and unknown ones are undelivered; a dead one is over', async (t) => {
  t.strictSame(STATES.filter((state) => isUndelivered({ state })), ['parked', 'sending', 'unknown']);
  t.strictSame(STATES.filter((state) => isOver({ state })), ['dead', 'delivered', 'superseded']);
});

t.test('the head is the first of the undelivered: a dead one blocks nobody, an unknown one does', async (t) => {
  const scene = new ReplyScene();
  scene.take('a');
  t.equal(headOf(scene.session), undefined);
  scene.parkAs('dead', 'refused', 'a');
  t.equal(headOf(scene.session), undefined);
  scene.parkAs('unknown', 'doubtful', 'a');
  scene.park('next');
  t.equal(headOf(scene.session)?.replyId, 'doubtful');
});

t.test('the one that is being sent stays the head, whatever is parked before it meanwhile', async (t) => {
  const scene = new ReplyScene();
  const stale = scene.take('old');
  scene.release('old');
  scene.take('a');
  scene.parkAs('sending', 'fresh', 'a');
  scene.park('late', { fencingToken: stale });
  t.strictSame(scene.open, ['late', 'fresh']);
  t.equal(headOf(scene.session)?.replyId, 'fresh');
});

t.test('only the undelivered are counted', async (t) => {
  const scene = new ReplyScene();
  scene.take('a');
  for (const state of ['dead', 'delivered', 'superseded', 'unknown'] as const) scene.parkAs(state, state, 'a');
  scene.park('waits');
  t.equal(undeliveredCount(scene.session), 2);
});
