/** A turn whose reply is there already brings it to its end instead of generating another. */
import t from 'tap';
import { DeliveryError, type LeaseClient } from '../../../client/src/index.ts';
import { SESSION, turnScene } from '../../support/turn-scene.ts';

const stateOf = async ({ holder }: { holder: LeaseClient }, replyId: string): Promise<string> => (await holder.replies.read(SESSION, replyId)).state;
const never = (): string => {
  throw new Error('nothing was to be generated');
};

t.test('a reply of its name that is parked is brought to its end, and none is generated', async (t) => {
  const { turn, parkEarlier, gateway } = await turnScene(t);
  await parkEarlier('m1', 'from before');
  t.match(await turn(never, { replyId: 'm1' }), { outcome: 'delivered', reply: 'from before', attempts: 1 });
  t.match(gateway.commits, [{ reply: 'from before', context: { rebase: true } }]);
  t.match(await turn(never, { replyId: 'm1' }), { outcome: 'delivered', reply: undefined, attempts: 1 }, 'delivered: there is nothing left to do');
  t.equal(gateway.sent.length, 1);
});

t.test('a reply of its name that is dead or superseded is left to the operator', async (t) => {
  const { turn, parkEarlier, gateway, holder, client } = await turnScene(t);
  await parkEarlier('gone');
  await client('operator').replies.discard(SESSION, 'gone', { reason: 'not wanted' });
  t.match(await turn(never, { replyId: 'gone' }), { outcome: 'superseded', reply: 'gone' });
  gateway.onDeliver = () => {
    throw new DeliveryError('permanent', 'blocked');
  };
  await turn(() => 'hello', { replyId: 'dead' });
  t.match(await turn(never, { replyId: 'dead' }), { outcome: 'dead', attempts: 1, reply: 'hello' });
  t.equal(await stateOf({ holder }, 'dead'), 'dead');
});

t.test('a reply of its name that was being sent when its turn was cut off goes out again, marked', async (t) => {
  const { turn, gateway, client, holder } = await turnScene(t);
  const cut = client('gateway-0', { events: false });
  const first = new AbortController();
  gateway.onDeliver = async () => {
    await holder.revoke(SESSION, { reason: 'cut off' });
    throw new DeliveryError('unknown', 'cut off');
  };
  // Its outcome is refused, as the lease is gone: what stands is `sending`, and then `unknown`.
  await turn(() => 'hello', { replyId: 'm1', reacquisitions: 0, signal: first.signal });
  t.equal(await stateOf({ holder }, 'm1'), 'unknown');
  gateway.onDeliver = () => {};
  t.match(await turn(never, { replyId: 'm1' }), { outcome: 'delivered', attempts: 2 });
  t.match(gateway.sent, [{ context: { maybeDelivered: true, attempt: 2 } }]);
  await cut.close();
});

t.test('an operator who discards it on the way is heeded', async (t) => {
  const { turn, gateway, client } = await turnScene(t);
  const operator = client('operator', { events: false });
  gateway.onCommit = (_reply, { replyId }) => operator.replies.discard(SESSION, replyId, { reason: 'not wanted' });
  t.match(await turn(() => 'hello'), { outcome: 'superseded', attempts: 0 });
  t.equal(gateway.sent.length, 0);
});
