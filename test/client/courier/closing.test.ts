import t from 'tap';
import { couriersOnApp } from '../../support/couriers-on-app.ts';
import { turns } from '../../support/scripted-exchange.ts';
import { until, within } from '../../support/until.ts';

const recordOf = (session: string, ...replyIds: string[]): string[] => replyIds.flatMap((id) => [`commit ${session}/${id}`, `deliver ${session}/${id}`]);

t.test('a delivery that takes too long has its signal aborted; what it says then counts', async (t) => {
  const { park, courier, deliveries, client, passing } = await couriersOnApp(t);
  const operator = client('operator', { events: false });
  await park('s', '1');
  await park('late', '1');
  const reasons: unknown[] = [];
  courier({
    deliver: (_reply, { session, attempt, signal }) => {
      if (attempt > 1) return undefined;
      return new Promise<void>((resolve, reject) =>
        signal.addEventListener('abort', () => {
          reasons.push(signal.reason);
          if (session === 's') reject(signal.reason);
          else resolve();
        }),
      );
    },
  }, { attemptTimeoutMs: 2_000 });
  await passing('it went out again', () => deliveries.filter(({ session }) => session === 's').length === 2);
  t.match(reasons, [{ name: 'TimeoutError' }, { name: 'TimeoutError' }]);
  t.match(deliveries.find(({ session, attempt }) => session === 's' && attempt === 2), { maybeDelivered: true });
  t.match(await operator.replies.read('late', '1'), { state: 'delivered', attempts: 1 });
});

t.test('one that says nothing even then is given up, and counts as unknown', async (t) => {
  const { park, courier, deliveries, passing, states } = await couriersOnApp(t);
  await park('s', '1');
  courier({ deliver: (_reply, { attempt }) => (attempt === 1 ? new Promise(() => {}) : undefined) }, { attemptTimeoutMs: 2_000 });
  await passing('it went out again', () => deliveries.length === 2);
  t.match(deliveries[1], { attempt: 2, maybeDelivered: true });
  await until('it is delivered', async () => (await states('s'))[0] === '1:delivered');
});

t.test('closing finishes what is under way, begins nothing more, and releases the leases', async (t) => {
  const { park, courier, record, client, states, passing } = await couriersOnApp(t);
  await park('s', '1', '2');
  const gate = Promise.withResolvers<void>();
  const running = courier({ deliver: () => gate.promise });
  await passing('it is at work', () => record.includes('deliver s/1'));
  let closed = false;
  const closing = running.close().then(() => (closed = true));
  await turns(20);
  t.equal(closed, false, 'while something is under way');
  gate.resolve();
  await within('it closes', closing);
  t.same(await states('s'), ['1:delivered', '2:parked']);
  t.match(await client('operator', { events: false }).inspect('s'), { held: false, previous: { endedBecause: 'released' } });
  await park('other', '1');
  await passing('nothing is begun any more', () => true);
  t.same(record, recordOf('s', '1'));
  await running.close();
});

t.test('closing does not wait longer for the handlers than one of them may take', async (t) => {
  const { park, courier, record, clock, states, passing } = await couriersOnApp(t);
  await park('s', '1');
  const committed = Promise.withResolvers<void>();
  const running = courier(
    {
      commit: () => committed.promise,
      deliver: (_reply, { signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    },
    { attemptTimeoutMs: 20_000 },
  );
  await passing('it is at work', () => record.includes('commit s/1'));
  const startedMs = clock.now().monoMs;
  let closed = false;
  void running.close().then(() => (closed = true));
  await clock.advanceAsync(15_000, 500);
  committed.resolve();
  await passing('it closes', () => closed);
  t.ok(clock.now().monoMs - startedMs < 22_000, `${clock.now().monoMs - startedMs} ms`);
  t.same(record, ['commit s/1', 'deliver s/1']);
  t.same(await states('s'), ['1:unknown']);
});

t.test('closing the client closes its couriers', async (t) => {
  const { park, courier: _, client, passing, states, clock } = await couriersOnApp(t);
  await park('s', '1');
  const owner = client('owner');
  const gate = Promise.withResolvers<void>();
  let begun = false;
  owner.courier({ commit: () => {}, deliver: () => ((begun = true), gate.promise) });
  await passing('it is at work', () => begun);
  const closing = owner.close();
  await turns(10);
  gate.resolve();
  await within('it closes', closing);
  t.same(await states('s'), ['1:delivered']);
  const before = clock.armed;
  await clock.advanceAsync(5_000, 100);
  t.ok(clock.armed <= before, 'and no timer of it comes again');
});
