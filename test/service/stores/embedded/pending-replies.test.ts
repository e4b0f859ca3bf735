import t from 'tap';
import type { Session } from '../../../../service/src/session/types.ts';
import { PendingReplies, type ReplyRowChanges } from '../../../../service/src/stores/embedded/pending-replies.ts';
import { replyChanges } from '../../../../service/src/stores/embedded/reply-changes.ts';
import { SessionTable } from '../../../../service/src/stores/embedded/session-table.ts';
import { ReplyScene } from '../../session/replies/reply-scene.ts';
import { nameOf } from './store-scene.ts';

const start = () => {
  const pending = new PendingReplies();
  const scene = new ReplyScene();
  const entry = new SessionTable().add(nameOf('s'));
  scene.take('a');
  const after = (act: () => unknown): void => {
    const before: Session = scene.session;
    act();
    const isParked = scene.session.repliesParked > before.repliesParked;
    pending.add(entry, replyChanges(before, scene.session), isParked ? { number: scene.session.repliesParked, payload: `payload ${scene.session.repliesParked}` } : undefined);
  };
  const collect = (): ReplyRowChanges => pending.collect({ monoMs: scene.nowMs, wallUs: scene.wallUs });
  return { pending, scene, entry, after, collect };
};
const shapeOf = ({ replies, repliesForgotten, payloads, payloadsDropped }: ReplyRowChanges): object => ({
  replies: replies.map(({ number, state }) => `${number} ${state}`),
  repliesForgotten: repliesForgotten.map(({ number }) => number),
  payloads: payloads.map(({ number, payload }) => `${number} ${payload}`),
  payloadsDropped: payloadsDropped.map(({ number }) => number),
});
const NOTHING = { replies: [], repliesForgotten: [], payloads: [], payloadsDropped: [] };

t.test('a reply that changed several times is written once, as it stands at the commit, with its payload', async (t) => {
  const { scene, after, collect, entry } = start();
  after(() => scene.park('r'));
  after(() => scene.send('r', 'a'));
  const changes = collect();
  t.strictSame(shapeOf(changes), { ...NOTHING, replies: ['1 sending'], payloads: ['1 payload 1'] });
  t.match(changes.replies[0], { sessionId: entry.id, namespace: 'default', key: 's' });
  t.strictSame(shapeOf(collect()), NOTHING, 'what was collected is not collected again');
});

t.test('a payload is written once, and dropped on delivery', async (t) => {
  const { scene, after, collect } = start();
  after(() => scene.park('r'));
  collect();
  after(() => scene.send('r', 'a'));
  t.strictSame(shapeOf(collect()), { ...NOTHING, replies: ['1 sending'] });
  after(() => scene.say('delivered', 'r', 'a'));
  t.strictSame(shapeOf(collect()), { ...NOTHING, replies: ['1 delivered'], payloadsDropped: [1] });
});

t.test('the payload of what was parked and delivered before the commit is never written', async (t) => {
  const { scene, after, collect } = start();
  after(() => scene.park('r'));
  after(() => scene.send('r', 'a'));
  after(() => scene.say('delivered', 'r', 'a'));
  t.strictSame(shapeOf(collect()), { ...NOTHING, replies: ['1 delivered'], payloadsDropped: [1] });
});

t.test('a superseded reply keeps its payload', async (t) => {
  const { scene, after, collect } = start();
  after(() => scene.park('r'));
  after(() => scene.discard('r'));
  t.strictSame(shapeOf(collect()), { ...NOTHING, replies: ['1 superseded'], payloads: ['1 payload 1'] });
});

t.test('a reply that is forgotten goes, also when it changed in the same commit', async (t) => {
  const { scene, after, collect } = start();
  after(() => scene.park('r', { committed: false }));
  after(() => scene.discard('r'));
  after(() => scene.passAndTick(7 * 24 * 3_600_000));
  t.strictSame(shapeOf(collect()), { ...NOTHING, repliesForgotten: [1] });
});

t.test('nothing is written of a session that is forgotten', async (t) => {
  const { pending, scene, entry, after, collect } = start();
  after(() => scene.park('r'));
  pending.sessionForgotten(entry);
  t.strictSame(shapeOf(collect()), NOTHING);
});

t.test('the bytes that wait are counted until they are collected', async (t) => {
  const { pending, scene, after, collect } = start();
  after(() => scene.park('x', { payloadBytes: 700 }));
  after(() => scene.park('y', { payloadBytes: 300 }));
  after(() => scene.park('y', { payloadBytes: 300, committed: true }));
  t.equal(pending.payloadBytes, 1_000);
  collect();
  t.equal(pending.payloadBytes, 0);
});
