/** A turn whose reply is there already brings it to its end instead of generating another. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { silentLogger } from '../../../client/src/logger.ts';
import { Spool } from '../../../client/src/spool/spool.ts';
import { FakeClock } from '../../support/fake-clock.ts';
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

t.test('a reply of this name in the spool is brought to the service, and not generated anew', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-known-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const { turn, holder, gateway } = await turnScene(t, { spoolFolder: folder });
  const spool = new Spool(folder, { clock: new FakeClock(), logger: silentLogger });
  const fencingToken = await holder.withLease(SESSION, (lease) => lease.fencingToken);
  await spool.keep({ session: SESSION, replyId: 'm1', fencingToken, holder: 'gateway-1', payload: 'paid for', contentType: 'application/json', committed: false });
  const result = await turn(() => t.fail('it was to be generated once') as never, { replyId: 'm1' });
  t.match(result, { outcome: 'delivered', reply: 'paid for', spooled: false });
  t.match(gateway.commits, [{ reply: 'paid for', context: { rebase: true, replyId: 'm1' } }]);
  t.match(await holder.replies.read(SESSION, 'm1'), { state: 'delivered', fencingToken });
  t.strictSame(await spool.list(), [], 'and the spool is empty again');
});
