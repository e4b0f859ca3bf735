import t from 'tap';
import { EMPTY_SESSION } from '../../../service/src/session/types.ts';
import { Scene } from './scene.ts';

t.test('the live token is current, and alone not stale', async (t) => {
  const scene = new Scene();
  const token = scene.take('a');
  t.strictSame(scene.fence(token), { kind: 'verdict', verdict: 'current', stale: false, currentToken: token });
});

t.test('the token of an offer is current', async (t) => {
  const scene = new Scene();
  scene.take('a');
  scene.wait('b');
  scene.release('a');
  t.match(scene.fence(scene.session.lease!.fencingToken), { verdict: 'current', stale: false });
});

t.test('the last token is ended while nobody holds, with the reason', async (t) => {
  const scene = new Scene();
  const token = scene.take('a');
  scene.release('a');
  t.strictSame(scene.fence(token), { kind: 'verdict', verdict: 'ended', stale: true, endedBecause: 'released' });
});

t.test('a token is stale in the millisecond of its expiry', async (t) => {
  const scene = new Scene();
  const token = scene.take('a', { ttlMs: 1_000 });
  t.match(scene.pass(999).fence(token), { verdict: 'current' });
  t.match(scene.pass(1).fence(token), { verdict: 'ended', stale: true, endedBecause: 'expired' });
});

t.test('an older token is superseded, with the reason while it is remembered', async (t) => {
  const scene = new Scene();
  const first = scene.take('a');
  scene.revoke();
  const second = scene.take('b');
  t.strictSame(scene.fence(first), { kind: 'verdict', verdict: 'superseded', stale: true, currentToken: second, endedBecause: 'revoked' });
  scene.release('b');
  t.strictSame(scene.fence(first), { kind: 'verdict', verdict: 'superseded', stale: true, endedBecause: 'revoked' });
  scene.pass(15 * 60_000);
  t.strictSame(scene.fence(first), { kind: 'verdict', verdict: 'superseded', stale: true });
  t.strictSame(scene.fence(second), { kind: 'verdict', verdict: 'ended', stale: true, endedBecause: 'released' }, 'the last is remembered longer');
});

t.test('a token that was never granted here is unknown, and unknown is stale', async (t) => {
  const scene = new Scene();
  t.strictSame(scene.fence(1), { kind: 'verdict', verdict: 'unknown', stale: true });
  const token = scene.take('a');
  t.strictSame(scene.fence(token + 1), { kind: 'verdict', verdict: 'unknown', stale: true, currentToken: token });
});

t.test('a session that was forgotten knows no token', async (t) => {
  const scene = new Scene();
  const token = scene.take('a');
  scene.release('a');
  scene.session = EMPTY_SESSION;
  t.strictSame(scene.fence(token), { kind: 'verdict', verdict: 'unknown', stale: true });
});
