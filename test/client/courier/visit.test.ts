import t from 'tap';
import { DeliveryError } from '../../../client/src/reply-errors.ts';
import { couriersOnApp } from '../../support/couriers-on-app.ts';
import { until } from '../../support/until.ts';

const recordOf = (session: string, ...replyIds: string[]): string[] => replyIds.flatMap((id) => [`commit ${session}/${id}`, `deliver ${session}/${id}`]);

t.test('what is due is committed and delivered in order, with what it says', async (t) => {
  const { park, courier, record, commits, deliveries, states, passing, client } = await couriersOnApp(t);
  await park('s', '1', '2', '3');
  const payloads: unknown[] = [];
  courier({ deliver: (reply) => payloads.push(reply) });
  await passing('all are delivered', () => record.length === 6);
  t.same(record, recordOf('s', '1', '2', '3'));
  t.same(payloads, [{ text: '1' }, { text: '2' }, { text: '3' }]);
  await until('it is told', async () => (await states('s')).every((state) => state.endsWith(':delivered')));
  const { previous } = await client('operator', { events: false }).inspect('s');
  t.match(commits[0], { session: 's', replyId: '1', rebase: true, fencingToken: deliveries[0]!.fencingToken });
  await passing('the lease is released', async () => (await client('operator', { events: false }).inspect('s')).previous?.endedBecause === 'released');
  t.ok(previous === undefined || deliveries[0]!.fencingToken >= previous.fencingToken);
});

t.test('a reply parked late with a smaller fencing token goes next', async (t) => {
  const { park, courier, record, deliveries, passing, client } = await couriersOnApp(t);
  const gateway = client('another', { events: false });
  const early = await gateway.acquire('s');
  await early.release();
  await park('s', 'b', 'c');
  courier({
    deliver: async (_reply, { replyId }) => {
      if (replyId === 'b') await gateway.replies.park('s', 'a', { fencingToken: early.fencingToken, payload: 1, committed: true });
    },
  });
  await passing('all are delivered', () => deliveries.length === 3);
  t.same(deliveries.map(({ replyId }) => replyId), ['b', 'a', 'c']);
  t.same(record, ['commit s/b', 'deliver s/b', 'commit s/c', 'deliver s/a', 'commit s/c', 'deliver s/c'], 'what was committed before it was seen not to be next is committed again');
});

t.test('one behind it that is not due yet is left until it is', async (t) => {
  const { park, courier, deliveries, clock, states, passing, client } = await couriersOnApp(t);
  const gateway = client('another', { events: false });
  const early = await gateway.acquire('s');
  await early.release();
  await park('s', 'b');
  const running = courier({
    deliver: (_reply, { replyId, attempt }) => {
      if (replyId === 'b' && attempt === 1) throw new DeliveryError('transient', 'busy');
    },
  });
  await passing('it was attempted', async () => (await states('s'))[0] === 'b:parked' && deliveries.length === 1);
  await gateway.replies.park('s', 'a', { fencingToken: early.fencingToken, payload: 1 });
  running.nudge();
  await until('the late one is delivered', async () => (await states('s')).includes('a:delivered'));
  await clock.advanceAsync(2_000, 100);
  t.same(deliveries.map(({ replyId }) => replyId), ['b', 'a']);
  await passing('it is due', () => deliveries.length === 3);
  t.match(deliveries[2], { replyId: 'b', attempt: 2 });
});

t.test('it stops at the first that is not delivered; its back-off is kept, and then those behind it follow', async (t) => {
  const { park, courier, record, clock, states, passing } = await couriersOnApp(t);
  await park('s', '1', '2');
  let busy = true;
  courier({
    deliver: () => {
      if (busy) throw new DeliveryError('transient', 'busy');
    },
  });
  await passing('the first was attempted', async () => (await states('s'))[0] === '1:parked' && record.length === 2);
  t.same(record, recordOf('s', '1'));
  await clock.advanceAsync(4_000, 100);
  t.equal(record.length, 2, 'not before its 5 s are over');
  busy = false;
  await passing('all are delivered', () => record.includes('deliver s/2'));
  t.same(record, ['commit s/1', 'deliver s/1', 'deliver s/1', 'commit s/2', 'deliver s/2'], 'and nothing is committed twice');
});

t.test('refused for good it is dead, with the reason, and holds up nobody', async (t) => {
  const { park, courier, record, deliveries, client, passing, states, errors } = await couriersOnApp(t);
  await park('s', '1', '2');
  courier({
    deliver: (_reply, { replyId }) => {
      if (replyId === '1') throw new DeliveryError('permanent', 'the channel was archived');
    },
  });
  await passing('the second is delivered', () => record.includes('deliver s/2'));
  await until('it is told', async () => (await states('s')).includes('2:delivered'));
  t.match(await client('operator', { events: false }).replies.read('s', '1'), { state: 'dead', reason: 'DeliveryError: the channel was archived' });
  t.same(errors, [], 'which is no fault of the courier');
  t.equal(deliveries[0]!.fencingToken, deliveries[1]!.fencingToken, 'under the same lease');
});

t.test('what may have arrived goes out again under the same id, and says so', async (t) => {
  const { park, courier, deliveries, passing, states } = await couriersOnApp(t);
  await park('s', '1');
  courier({
    deliver: (_reply, { attempt }) => {
      if (attempt === 1) throw new Error('connection reset');
    },
  });
  await passing('it went out twice', () => deliveries.length === 2);
  t.match(deliveries, [{ replyId: '1', attempt: 1, maybeDelivered: false }, { replyId: '1', attempt: 2, maybeDelivered: true }]);
  await until('it is delivered', async () => (await states('s'))[0] === '1:delivered');
});

t.test('a commit that fails is a failed attempt, seen by its error, and tried again after the back-off', async (t) => {
  const { park, courier, record, client, passing } = await couriersOnApp(t);
  const operator = client('operator', { events: false });
  await park('s', '1', '2');
  let full = true;
  courier({
    commit: () => {
      if (full) throw new Error('disk full');
    },
  });
  await passing('the fault is told', async () => (await operator.replies.read('s', '1')).lastError !== undefined);
  t.match(await operator.replies.read('s', '1'), { state: 'parked', committed: false, attempts: 1, lastError: 'commit: Error: disk full' });
  t.same(record, ['commit s/1']);
  full = false;
  await passing('all are delivered', () => record.includes('deliver s/2'));
  t.same(record, ['commit s/1', ...recordOf('s', '1', '2')]);
});

t.test('discarded by an operator between the listing and the taking: skipped, and those behind it go on', async (t) => {
  const { park, courier, record, deliveries, client, passing } = await couriersOnApp(t);
  const operator = client('operator', { events: false });
  await park('s', '1', '2', '3');
  courier({
    deliver: async (_reply, { replyId }) => {
      if (replyId === '1') await operator.replies.discard('s', '2', { reason: 'answered by hand' });
    },
  });
  await passing('the third is delivered', () => record.includes('deliver s/3'));
  t.same(record, recordOf('s', '1', '3'));
  t.equal(deliveries[0]!.fencingToken, deliveries[1]!.fencingToken, 'under the same lease');
  t.match(await operator.replies.read('s', '2'), { state: 'superseded', reason: 'answered by hand' });
});

t.test('a handler may acquire the session itself: inside the courier\'s lease that nests', async (t) => {
  const { park, courier: _, client, passing } = await couriersOnApp(t);
  await park('s', '1');
  const owner = client('owner', { events: false });
  const tokens: number[] = [];
  owner.courier({
    commit: (_reply, { session, fencingToken }) => owner.withLease(session, (lease) => void tokens.push(fencingToken, lease.fencingToken)),
    deliver: () => {},
  });
  await passing('it was committed', () => tokens.length === 2);
  t.equal(tokens[0], tokens[1]);
});
