import t from 'tap';
import type { ListReplies, RepliesPage } from '../../../../service/src/session/replies/commands.ts';
import { replyId, ReplyScene } from './reply-scene.ts';

const list = (scene: ReplyScene, query: Partial<Omit<ListReplies, 'kind'>> = {}): RepliesPage => scene.do({ kind: 'list-replies', limit: 100, ...query });
const idsOf = ({ replies }: RepliesPage): string[] => replies.map((reply) => reply.replyId);

/** One reply in each state, parked in another order than they are to be delivered in. */
const full = (): ReplyScene => {
  const scene = new ReplyScene();
  scene.take('a');
  for (const state of ['superseded', 'delivered', 'dead', 'unknown', 'parked'] as const) scene.parkAs(state, state, 'a');
  scene.park('first', { sequence: 1 });
  return scene;
};

t.test('replies of every state are listed in delivery order', async (t) => {
  t.strictSame(idsOf(list(full())), ['first', 'superseded', 'delivered', 'dead', 'unknown', 'parked']);
  t.strictSame(list(new ReplyScene()), { kind: 'replies', replies: [] });
});

t.test('replies of one state are listed', async (t) => {
  const scene = full();
  t.strictSame(idsOf(list(scene, { state: 'parked' })), ['first', 'parked']);
  for (const state of ['superseded', 'delivered', 'dead', 'unknown'] as const) t.strictSame(idsOf(list(scene, { state })), [state]);
  t.strictSame(idsOf(list(scene, { state: 'sending' })), []);
});

t.test('pages follow each other without gap or repeat, and the last one says so', async (t) => {
  const scene = full();
  for (const limit of [1, 2, 3, 5, 6, 7]) {
    const seen: string[] = [];
    let page = list(scene, { limit });
    let pages = 1;
    for (; page.nextAfter; pages += 1) {
      t.equal(page.replies.length, limit);
      seen.push(...idsOf(page));
      page = list(scene, { limit, after: page.nextAfter });
    }
    t.strictSame([...seen, ...idsOf(page)], idsOf(list(scene)), `by ${limit}`);
    t.equal(pages, Math.ceil(6 / limit), `by ${limit}`);
  }
});

t.test('a page goes on from its place, whatever became of the reply there', async (t) => {
  const scene = full();
  const { nextAfter } = list(scene, { limit: 5 });
  scene.discard('unknown');
  scene.park('late', { fencingToken: 1 });
  t.strictSame(idsOf(list(scene, { after: nextAfter })), ['parked']);
});

t.test('pages of one state leave the others out of account', async (t) => {
  const scene = full();
  const page = list(scene, { state: 'parked', limit: 1 });
  t.strictSame(idsOf(page), ['first']);
  t.strictSame(list(scene, { state: 'parked', limit: 1, after: page.nextAfter }).nextAfter, undefined);
});

t.test('a look changes nothing, and one at a reply that nobody parked says so', async (t) => {
  const scene = full();
  const before = scene.session;
  list(scene);
  scene.look('dead');
  t.strictSame(scene.do({ kind: 'inspect-reply', replyId: replyId('other') }), { kind: 'reply-unknown' });
  t.equal(scene.session, before);
  t.strictSame(scene.events, []);
});
