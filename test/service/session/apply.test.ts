import t from 'tap';
import { apply } from '../../../service/src/session/apply.ts';
import type { Command } from '../../../service/src/session/commands.ts';
import { EMPTY_SESSION } from '../../../service/src/session/types.ts';
import { payloadHash, replyId, ReplyScene } from './replies/reply-scene.ts';
import { fencingToken, idHash, connectionId, Scene } from './scene.ts';

const deepFreeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
};

/** A scene with a holder, waiters of both classes, an absent one, a yield request, ended ids, and a reply in each state. */
const crowded = (): ReplyScene => {
  const scene = new ReplyScene();
  scene.take('gone');
  for (const state of ['superseded', 'delivered', 'dead', 'unknown'] as const) scene.parkAs(state, state, 'gone');
  scene.release('gone');
  scene.take('a', { ttlMs: 10_000 });
  scene.wait('b', { waitMs: 2_000 });
  scene.wait('c', { background: true });
  scene.wait('d');
  scene.disconnect('d');
  scene.askYield({ graceMs: 20_000 });
  scene.send('unknown', 'a');
  scene.park('parked', { expiresInMs: 2_500 });
  return scene;
};

const attempt = { kind: 'attempt', leaseIdHash: idHash('a'), attempt: 2 } as const;
const parking = { kind: 'park', holder: 'h', fencingToken: fencingToken(7), committed: true, contentType: 'text/plain', expiresInMs: 1_000, payloadBytes: 3, payload: '"x"' } as const;

const COMMANDS: readonly Command[] = [
  { kind: 'acquire', leaseIdHash: idHash('new'), connection: connectionId('c1'), holder: 'h', ttlMs: 1_000, waitMs: 500, background: false, maxHoldMs: 60_000 },
  { kind: 'acquire', leaseIdHash: idHash('b'), connection: connectionId('c2'), holder: 'holder of b', ttlMs: 1_000, waitMs: 500, background: false, maxHoldMs: 60_000 },
  { kind: 'renew', leaseIdHash: idHash('a'), ttlMs: 60_000 },
  { kind: 'release', leaseIdHash: idHash('a') },
  { kind: 'disconnect', leaseIdHash: idHash('b'), connection: connectionId('to b') },
  { kind: 'yield', by: 'ops' },
  { kind: 'revoke' },
  { kind: 'inspect' },
  { kind: 'fence', fencingToken: fencingToken(7) },
  { ...parking, replyId: replyId('new'), payloadHash: payloadHash('new') },
  { ...parking, replyId: replyId('parked'), payloadHash: payloadHash('parked') },
  { ...attempt, replyId: replyId('unknown'), outcome: 'sending' },
  { ...attempt, replyId: replyId('unknown'), outcome: 'sending', attempt: 3 },
  { ...attempt, replyId: replyId('unknown'), outcome: 'delivered', committed: true },
  { ...attempt, replyId: replyId('unknown'), outcome: 'failed', permanent: true, error: 'e' },
  { ...attempt, replyId: replyId('unknown'), outcome: 'unknown', retryAfterMs: 5 },
  { kind: 'replay', replyId: replyId('dead'), reason: 'r' },
  { kind: 'discard', replyId: replyId('parked'), reason: 'r', leaseIdHash: idHash('a') },
  { kind: 'inspect-reply', replyId: replyId('delivered') },
  { kind: 'list-replies', limit: 2 },
  { kind: 'tick' },
];

t.test('no command changes the state it was given, and each gives the same answer twice', async (t) => {
  for (const command of COMMANDS) {
    for (const laterMs of [0, 3_000, 10_000, 1_000_000]) {
      const scene = crowded().pass(laterMs);
      const now = { monoMs: scene.nowMs, wallUs: scene.wallUs };
      const state = deepFreeze(scene.session);
      const first = apply(state, scene.floor, deepFreeze(command), now);
      t.strictSame(apply(state, scene.floor, command, now), first, `${command.kind} after ${laterMs} ms`);
    }
  }
});

t.test('what changes nothing gives back the very same state', async (t) => {
  const scene = crowded();
  const before = scene.session;
  scene.inspect();
  scene.fence(1);
  scene.do({ kind: 'tick' });
  scene.renew('unknown');
  scene.release('gone');
  scene.acquire('gone');
  scene.acquire('other');
  scene.disconnect('unknown');
  scene.askYield();
  scene.look('dead');
  scene.do({ kind: 'list-replies', limit: 10 });
  scene.park('parked');
  scene.park('parked', { says: 'something else' });
  scene.park('new', { fencingToken: scene.floor + 1 });
  scene.send('none', 'a');
  scene.send('unknown', 'a', { attempt: 2 });
  scene.send('unknown', 'a', { attempt: 4 });
  scene.send('unknown', 'gone');
  scene.send('parked', 'a');
  scene.send('dead', 'a');
  scene.say('failed', 'parked', 'a');
  scene.say('unknown', 'unknown', 'a', { attempt: 1 });
  scene.say('delivered', 'unknown', 'other');
  scene.say('delivered', 'delivered', 'gone');
  for (const id of ['none', 'unknown', 'delivered', 'parked']) scene.replay(id);
  scene.replay('dead', 'gone');
  for (const id of ['none', 'unknown', 'delivered', 'superseded']) scene.discard(id);
  scene.discard('dead', 'gone');
  t.equal(scene.session, before);
});

t.test('a look at a session that nobody has named leaves no trace', async (t) => {
  const scene = new ReplyScene();
  scene.inspect();
  scene.fence(1);
  scene.renew('a');
  scene.revoke();
  scene.askYield();
  scene.disconnect('a');
  scene.park('r', { fencingToken: 1 });
  scene.send('r', 'a');
  scene.replay('r');
  scene.discard('r');
  scene.do({ kind: 'inspect-reply', replyId: replyId('r') });
  scene.do({ kind: 'list-replies', limit: 10 });
  t.equal(scene.session, EMPTY_SESSION);
});

t.test('no answer, wake or event ever carries a lease id', async (t) => {
  for (const command of COMMANDS) {
    const scene = crowded().pass(9_000);
    for (const name of ['a', 'b', 'c', 'd', 'gone']) {
      // Ids that cannot be mistaken for anything else.
      const secret = `secret-of-${name}`;
      scene.session = JSON.parse(JSON.stringify(scene.session).replaceAll(`"leaseIdHash":"${name}"`, `"leaseIdHash":"${secret}"`)) as typeof scene.session;
    }
    const outcome = scene.do('leaseIdHash' in command && command.leaseIdHash !== undefined && command.leaseIdHash !== 'new' ? { ...command, leaseIdHash: idHash(`secret-of-${command.leaseIdHash}`) } : command);
    t.notMatch(JSON.stringify([outcome, scene.wakes, scene.events]), /secret-of-/, command.kind);
  }
});

t.test('events say what happened, to whom, and nothing else', async (t) => {
  const scene = new Scene();
  const seen = [scene.take('a'), scene.wait('b'), scene.askYield(), scene.revoke()];
  t.equal(seen.length, 4);
  t.strictSame(Object.keys(scene.events[0] ?? {}).toSorted(), ['endedBecause', 'fencingToken', 'heldForMs', 'holder', 'type']);
  t.strictSame(Object.keys(scene.events[1] ?? {}).toSorted(), ['fencingToken', 'holder', 'type', 'waitedMs']);
});
