import t from 'tap';
import { StaleFencingTokenError } from '../../../client/src/index.ts';
import { StoreUnavailableError } from '../../../service/src/session/errors.ts';
import { couriersOnApp } from '../../support/couriers-on-app.ts';
import { turns } from '../../support/scripted-exchange.ts';
import { until } from '../../support/until.ts';

t.test('several sessions at a time, up to the concurrency, one reply of each', async (t) => {
  const { park, courier, record, passing } = await couriersOnApp(t);
  const gates = new Map<string, () => void>();
  for (const session of ['a', 'b', 'c', 'd', 'e']) await park(session, '1', '2');
  courier({ deliver: (_reply, { session, replyId }) => new Promise<void>((resolve) => gates.set(`${session}/${replyId}`, resolve)) }, { concurrency: 3 });
  await passing('three are at work', () => gates.size === 3);
  await turns(20);
  t.same(record.filter((line) => line.startsWith('deliver')).sort(), ['deliver a/1', 'deliver b/1', 'deliver c/1']);
  gates.get('a/1')!();
  await until('the next of the same session', () => gates.has('a/2'));
  gates.get('a/2')!();
  await until('the next session, without another poll', () => gates.has('d/1'));
  t.equal(gates.has('e/1'), false);
  await passing('the rest is delivered too', () => {
    for (const resolve of gates.values()) resolve();
    return record.length === 20;
  });
});

t.test('the service is away and comes back: told, tried again with ever longer pauses, nothing lost', async (t) => {
  const { park, courier, record, store, clock, requests, passing, errors } = await couriersOnApp(t);
  courier({}, {}, { requestTimeoutMs: 100 });
  await passing('it has looked', () => requests.some((request) => request.includes('due=true')));
  store.fault = new StoreUnavailableError('down', 'unknown');
  await passing('it tells of it', () => errors.length >= 1);
  await clock.advanceAsync(300_000, 500);
  const looks = errors.length;
  t.ok(looks > 5 && looks < 30, `${looks} rounds in five minutes`);
  t.match(errors, Array.from({ length: looks }, () => ({ name: 'ServiceUnavailableError' })));
  store.fault = undefined;
  await park('s', '1');
  await passing('it is delivered', () => record.length === 2);
  t.equal(errors.length, looks);
});

t.test('with a wrong key it is told each round, and goes on', async (t) => {
  const { courier, passing, errors } = await couriersOnApp(t, { apiKey: 'the-right-key' });
  courier({}, {}, { apiKey: 'the-wrong-key' });
  await passing('three rounds', () => errors.length >= 3);
  for (const error of errors) t.match(error, { name: 'UnauthorizedError', code: 'unauthorized' });
});

t.test('a resource that calls a live lease stale is told, and not asked again in a hurry', async (t) => {
  const { park, courier, record, passing, clock, errors } = await couriersOnApp(t);
  await park('s', '1');
  await park('other', '1');
  const stale = new StaleFencingTokenError({ fencingToken: 1, currentToken: 2 });
  courier({
    commit: (_reply, { session }) => {
      if (session === 's') throw stale;
    },
  });
  await passing('it is told', () => errors.length > 0);
  await clock.advanceAsync(120_000, 250);
  t.ok(errors.length < 15, `${errors.length} times in two minutes`);
  t.same(new Set(errors), new Set([stale]));
  t.ok(record.includes('deliver other/1'), 'and others are not held up');
  t.notOk(record.includes('deliver s/1'));
});

t.test('a nudge looks at once', async (t) => {
  const { park, courier, record, requests, passing } = await couriersOnApp(t);
  const running = courier({}, { pollMs: 3_600_000 });
  await until('it has looked', () => requests.some((request) => request.includes('due=true')));
  await turns(20);
  await park('s', '1');
  await turns(20);
  t.same(record, []);
  running.nudge();
  await until('it is delivered', () => record.length === 2);
  await passing('it is told', () => true);
});

t.test('options that nobody could act on are refused by name, at their bounds', async (t) => {
  const { client } = await couriersOnApp(t);
  const owner = client('owner', { events: false });
  const handlers = { commit: () => {}, deliver: () => {} };
  const cases = { concurrency: [1, 1_000], pollMs: [10, 3_600_000], attemptTimeoutMs: [1, 3_600_000], maxHoldMs: [1_000, 604_800_000] };
  for (const [name, [min = 0, max = 0]] of Object.entries(cases)) {
    for (const value of [min - 1, max + 1, min + 0.5, NaN]) t.throws(() => owner.courier(handlers, { [name]: value }), { code: 'request-invalid', message: new RegExp(`^${name} must be an integer from ${min} to ${max}`) });
    for (const value of [min, max]) void owner.courier(handlers, { [name]: value }).close();
  }
});
