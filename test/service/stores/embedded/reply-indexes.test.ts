import t from 'tap';
import { EMPTY_SESSION, type Namespace } from '../../../../service/src/session/types.ts';
import { ReplyIndexes } from '../../../../service/src/stores/embedded/reply-indexes.ts';
import { SessionTable, type Entry } from '../../../../service/src/stores/embedded/session-table.ts';
import { ReplyScene } from '../../session/replies/reply-scene.ts';
import { NAMESPACE, nameOf } from './store-scene.ts';

/** One session, and the indexes after each thing that happens to it. */
const start = (): { indexes: ReplyIndexes; scene: ReplyScene; entry: Entry; after: (act: () => unknown) => void; dueAt: () => number | undefined } => {
  const indexes = new ReplyIndexes();
  const scene = new ReplyScene();
  const entry = new SessionTable().add(nameOf('s'));
  const after = (act: () => unknown): void => {
    const before = scene.session;
    act();
    indexes.move(entry, before, scene.session);
  };
  return { indexes, scene, entry, after, dueAt: () => indexes.nextDue(NAMESPACE)?.atMs };
};

t.test('a session is due for the courier from parking until it is held, and again when its back-off ends', async (t) => {
  const { scene, after, dueAt, indexes } = start();
  t.equal(dueAt(), undefined);
  after(() => scene.park('r'));
  t.equal(dueAt(), scene.nowMs);
  t.equal(indexes.nextDue('other' as Namespace), undefined);
  after(() => scene.take('a'));
  t.equal(dueAt(), undefined);
  after(() => scene.send('r', 'a'));
  after(() => scene.say('failed', 'r', 'a'));
  after(() => scene.release('a'));
  t.equal(dueAt(), scene.nowMs + 5_000);
  after(() => scene.discard('r'));
  t.equal(dueAt(), undefined);
});

t.test('the head counts, not the reply that is due first', async (t) => {
  const { scene, after, dueAt } = start();
  after(() => scene.park('head', { sequence: 1 }));
  after(() => scene.take('a'));
  after(() => scene.send('head', 'a'));
  after(() => scene.say('failed', 'head', 'a'));
  after(() => scene.park('second', { sequence: 2 }));
  after(() => scene.release('a'));
  t.equal(dueAt(), scene.nowMs + 5_000);
});

t.test('settled replies are counted, and the session with the oldest is known', async (t) => {
  const { indexes, scene, entry, after } = start();
  for (const id of ['a', 'b']) after(() => scene.park(id));
  t.strictSame([indexes.settledCount, indexes.oldestSettled], [0, undefined]);
  after(() => scene.discard('a'));
  after(() => scene.pass(1_000).discard('b'));
  t.strictSame([indexes.settledCount, indexes.oldestSettled], [2, entry]);
  const other = new SessionTable().add(nameOf('other'));
  const later = new ReplyScene();
  later.pass(500).park('c');
  later.discard('c');
  indexes.move(other, EMPTY_SESSION, later.session);
  t.equal(indexes.oldestSettled, entry);
  after(() => scene.replay('a'));
  t.strictSame([indexes.settledCount, indexes.oldestSettled], [2, other], 'what is left of the first was settled later');
  indexes.move(other, later.session, EMPTY_SESSION);
  t.strictSame([indexes.settledCount, indexes.oldestSettled], [1, entry], 'a session that is forgotten takes its own along');
});
