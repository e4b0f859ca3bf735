import t from 'tap';
import type { Session } from '../../../../service/src/session/types.ts';
import { replyChanges } from '../../../../service/src/stores/embedded/reply-changes.ts';
import { ReplyScene } from '../../session/replies/reply-scene.ts';

/** What changed, as `id: state`, and the numbers that went. */
const changesOf = (prepare: (scene: ReplyScene) => void, act: (scene: ReplyScene) => void): [string[], readonly number[]] => {
  const scene = new ReplyScene();
  scene.take('a');
  prepare(scene);
  const before: Session = scene.session;
  act(scene);
  const { changed, gone } = replyChanges(before, scene.session);
  return [changed.map(({ replyId, state }) => `${replyId}: ${state}`), gone];
};
const parked = (...ids: string[]) => (scene: ReplyScene) => ids.forEach((id) => scene.park(id));

t.test('only what is new or has changed is named', async (t) => {
  t.strictSame(changesOf(parked('x'), parked('y')), [['y: parked'], []]);
  t.strictSame(changesOf(parked('x', 'y'), (scene) => scene.send('x', 'a')), [['x: sending'], []]);
  t.strictSame(changesOf(parked('x', 'y'), (scene) => scene.discard('y')), [['y: superseded'], []]);
  t.strictSame(changesOf(parked('x', 'y'), (scene) => scene.park('x', { committed: true })), [['x: parked'], []], 'a risen `committed`');
});

t.test('what changes nothing of a reply names none', async (t) => {
  for (const act of [parked('x'), (scene: ReplyScene) => scene.renew('a'), (scene: ReplyScene) => scene.release('a')]) t.strictSame(changesOf(parked('x'), act), [[], []]);
});

t.test('a lease that ends changes the reply that its holder was sending', async (t) => {
  t.strictSame(changesOf((scene) => scene.parkAs('sending', 'x', 'a'), (scene) => scene.passAndTick(30_000)), [['x: unknown'], []]);
});

t.test('what is forgotten has gone', async (t) => {
  const settled = (scene: ReplyScene): void => {
    scene.park('x');
    scene.discard('x');
    scene.park('y', { expiresInMs: 7 * 24 * 3_600_000 + 1 });
  };
  t.strictSame(changesOf(settled, (scene) => scene.passAndTick(7 * 24 * 3_600_000)), [[], [1]]);
});
