import t from 'tap';
import { replyView } from '../../../../service/src/session/replies/views.ts';
import { ReplyScene, DAY_MS } from './reply-scene.ts';

const STATES = ['parked', 'sending', 'unknown', 'dead', 'delivered', 'superseded'] as const;

t.test('spans count from now, and none is negative', async (t) => {
  const scene = new ReplyScene();
  scene.take('a', { ttlMs: DAY_MS });
  scene.park('r', { expiresInMs: 60_000 });
  scene.send('r', 'a');
  t.match(scene.pass(40_000).look('r'), { parkedMsAgo: 40_000, dueInMs: 0, expiresInMs: 20_000 });
  t.match(scene.pass(40_000).look('r'), { parkedMsAgo: 80_000, dueInMs: 0, expiresInMs: 0 });
  t.match(replyView(scene.find('r')!, 0), { parkedMsAgo: 0 }, 'a store may tell ages by a clock that was set back');
});

t.test('when it is due and too old is told of the undelivered, when it was settled of the others', async (t) => {
  for (const state of STATES) {
    const scene = new ReplyScene();
    scene.take('a');
    scene.parkAs(state, 'r', 'a');
    const told = Object.keys(scene.pass(100).look('r'));
    const isOpen = ['parked', 'sending', 'unknown'].includes(state);
    t.strictSame(['dueInMs', 'expiresInMs', 'settledMsAgo'].map((member) => told.includes(member)), [isOpen, isOpen, !isOpen], state);
  }
});

t.test('what was not said is absent, and nothing secret or bulky is told', async (t) => {
  const scene = new ReplyScene();
  scene.take('a');
  scene.park('r');
  scene.send('r', 'a');
  const told = scene.look('r');
  for (const member of ['sequence', 'reason', 'lastError', 'taker', 'payload', 'payloadHash', 'number']) t.notOk(member in told, member);
  scene.park('zero', { sequence: 0, reason: '' });
  t.match(scene.look('zero'), { sequence: 0, reason: '' });
});
