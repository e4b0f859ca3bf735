import t from 'tap';
import { hasForgottenReplies } from '../../../../service/src/session/replies/put.ts';
import { ReplyScene, DAY_MS } from './reply-scene.ts';

const MIB = 1024 * 1024;

const deliver = (scene: ReplyScene, id: string): void => {
  scene.park(id);
  scene.send(id, 'a');
  scene.say('delivered', id, 'a');
};

const held = (): ReplyScene => {
  const scene = new ReplyScene();
  scene.take('a', { ttlMs: 20 * DAY_MS, maxHoldMs: 20 * DAY_MS });
  return scene;
};

t.test('open replies stand in delivery order, whatever the order of parking', async (t) => {
  const scene = new ReplyScene();
  const first = scene.take('a');
  scene.release('a');
  const second = scene.take('b');
  const parks = [['n', second, undefined], ['two', second, 2], ['one', second, 1], ['stale', first, undefined], ['stale one', first, 1], ['n again', second, undefined], ['one again', second, 1]] as const;
  for (const [id, fencingToken, sequence] of parks) scene.park(id, { fencingToken, sequence });
  t.strictSame(scene.open, ['stale one', 'stale', 'one', 'one again', 'two', 'n', 'n again']);
  scene.send('stale one', 'b');
  scene.say('failed', 'stale one', 'b');
  t.strictSame(scene.open[0], 'stale one', 'a change keeps the place');
});

t.test('settled replies stand in the order of their settling', async (t) => {
  const scene = held();
  scene.park('waits');
  scene.park('second');
  scene.discard('second');
  scene.send('waits', 'a');
  scene.say('delivered', 'waits', 'a');
  deliver(scene, 'first');
  t.strictSame(scene.session.settledReplies.map(({ replyId }) => String(replyId)), ['second', 'waits', 'first']);
  t.strictSame(scene.open, []);
});

t.test('settled replies are remembered for seven days, and not in the millisecond after which they need not be', async (t) => {
  const scene = held();
  deliver(scene, 'delivered');
  scene.park('superseded');
  scene.pass(1_000).discard('superseded');
  scene.pass(7 * DAY_MS - 1_001);
  t.notOk(hasForgottenReplies(scene.session, scene.nowMs));
  const before = scene.session;
  t.equal(scene.stateOf('delivered'), 'delivered');
  t.equal(scene.session, before);
  scene.pass(1);
  t.ok(hasForgottenReplies(scene.session, scene.nowMs));
  t.throws(() => scene.look('delivered'), /unknown/);
  t.strictSame(scene.events, [], 'nothing has happened to it');
  t.equal(scene.pass(999).stateOf('superseded'), 'superseded');
  t.throws(() => scene.pass(1).look('superseded'), /unknown/);
});

t.test('dead replies are kept until somebody decides', async (t) => {
  const scene = held();
  scene.parkAs('dead', 'r', 'a');
  t.equal(scene.pass(19 * DAY_MS).stateOf('r'), 'dead');
});

t.test('an id whose reply is forgotten may be parked anew, under a new number', async (t) => {
  const scene = held();
  deliver(scene, 'r');
  scene.pass(7 * DAY_MS);
  t.match(scene.park('r', { says: 'something else' }), { kind: 'parked', repeated: false });
  t.equal(scene.find('r')?.number, 2);
});

t.test('a session remembers 1,000 settled replies, and forgets the oldest of one more', async (t) => {
  const scene = held();
  for (let index = 1; index <= 1_000; index += 1) deliver(scene, `r${index}`);
  t.equal(scene.stateOf('r1'), 'delivered');
  scene.park('r1001');
  scene.discard('r1001');
  t.equal(scene.session.settledReplies.length, 1_000);
  t.throws(() => scene.look('r1'), /unknown/);
  t.equal(scene.stateOf('r2'), 'delivered');
  t.equal(scene.stateOf('r1001'), 'superseded');
});

t.test('a session remembers 16 MiB of superseded payloads, and beyond it forgets what the oldest said', async (t) => {
  const scene = held();
  const discard = (id: string, payloadBytes: number): void => {
    scene.park(id, { payloadBytes });
    scene.discard(id);
  };
  deliver(scene, 'delivered');
  for (let index = 1; index <= 64; index += 1) discard(`r${index}`, MIB / 4);
  t.equal(scene.stateOf('r1'), 'superseded', 'at the limit');
  discard('one byte more', 1);
  t.equal(scene.stateOf('r1'), 'superseded', 'that it was discarded, and why, is still told');
  t.strictSame(scene.session.settledReplies.filter(({ payloadDropped }) => payloadDropped).map(({ replyId }) => String(replyId)), ['delivered', 'r1']);
  t.equal(scene.session.settledReplies.length, 66);
  t.match(scene.replay('r1'), { kind: 'reply-settled', state: 'superseded' }, 'it cannot be sent again');
  t.match(scene.park('r1', { payloadBytes: MIB / 4 }), { kind: 'parked', repeated: true, reply: { state: 'superseded' } }, 'and a late repeat does not bring it back');
  t.match(scene.replay('r2'), { kind: 'reply', reply: { state: 'parked' } });
});
