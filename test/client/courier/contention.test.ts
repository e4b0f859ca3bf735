import t from 'tap';
import { couriersOnApp } from '../../support/couriers-on-app.ts';
import { turns } from '../../support/scripted-exchange.ts';
import { until, within } from '../../support/until.ts';

const recordOf = (session: string, ...replyIds: string[]): string[] => replyIds.flatMap((id) => [`commit ${session}/${id}`, `deliver ${session}/${id}`]);

t.test('somebody who wants the session gets it after the reply under way, and the rest comes later', async (t) => {
  const { park, courier, record, queued, passing, client } = await couriersOnApp(t);
  await park('s', '1', '2');
  const gate = Promise.withResolvers<void>();
  courier({ deliver: (_reply, { replyId }) => (replyId === '1' ? gate.promise : undefined) });
  await passing('it is at work', () => record.includes('deliver s/1'));
  const turn = client('gateway-2').acquire('s');
  await queued('s', 1);
  await passing('the courier has heard of it', () => true);
  gate.resolve();
  const lease = await within('the turn gets its lease', turn);
  t.same(record, recordOf('s', '1'));
  await passing('nothing happens under somebody else\'s lease', () => true);
  t.same(record, recordOf('s', '1'));
  await lease.release();
  await passing('the rest is delivered', () => record.includes('deliver s/2'));
});

t.test('a lease lost in the midst: what was under way is unknown, and goes out again', async (t) => {
  const { park, courier, deliveries, client, states, passing, errors } = await couriersOnApp(t);
  await park('s', '1', '2');
  const reasons: unknown[] = [];
  courier({
    deliver: (_reply, { attempt, replyId, signal }) => {
      if (replyId !== '1' || attempt > 1) return undefined;
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => (reasons.push(signal.reason), reject(signal.reason))));
    },
  });
  await passing('it is at work', () => deliveries.length === 1);
  await client('operator', { events: false }).revoke('s', { reason: 'to see what happens' });
  await passing('all are delivered', () => deliveries.length === 3);
  t.match(reasons, [{ code: 'lease-lost', endedBecause: 'revoked' }]);
  t.match(deliveries, [{ replyId: '1', attempt: 1 }, { replyId: '1', attempt: 2, maybeDelivered: true }, { replyId: '2', attempt: 1, maybeDelivered: false }]);
  t.ok(deliveries[1]!.fencingToken > deliveries[0]!.fencingToken);
  await until('it is told', async () => (await states('s')).join() === '1:delivered,2:delivered');
  t.same(errors, []);
});

t.test('two couriers side by side never do anything twice', async (t) => {
  const { park, courier, record, deliveries, passing } = await couriersOnApp(t);
  const sessions = Array.from({ length: 12 }, (_, index) => `s${index}`);
  for (const session of sessions) await park(session, '1', '2');
  let underWay = new Map<string, number>();
  const deliver = async (_reply: unknown, { session }: { readonly session: string }): Promise<void> => {
    underWay.set(session, (underWay.get(session) ?? 0) + 1);
    if (underWay.get(session)! > 1) t.fail(`two at ${session} at once`);
    await turns(3);
    underWay.set(session, underWay.get(session)! - 1);
  };
  courier({ deliver });
  courier({ deliver });
  await passing('all are delivered', () => deliveries.length === 24);
  await passing('nothing more comes', () => true);
  t.equal(new Set(record).size, 48, 'each was committed once and delivered once');
  t.equal(record.length, 48);
  for (const session of sessions) t.same(deliveries.filter((delivery) => delivery.session === session).map(({ replyId }) => replyId), ['1', '2']);
});
