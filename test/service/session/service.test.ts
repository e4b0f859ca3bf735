/** The use cases: waits joined to their answers, deadlines, callers that leave. */
import t from 'tap';
import type { Granted, LeaseHeld } from '../../../service/src/session/commands.ts';
import { QUOTAS_DEFAULT } from '../../../service/src/session/limits.ts';
import { LeaseService, type Caller } from '../../../service/src/session/service.ts';
import type { SessionName } from '../../../service/src/session/store.ts';
import type { Namespace, SessionKey } from '../../../service/src/session/types.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { AskedStore } from './asked-store.ts';
import { connectionId, fencingToken, idHash } from './scene.ts';

const name: SessionName = { namespace: 'default' as Namespace, key: 's' as SessionKey };
const terms = { leaseIdHash: idHash('a'), holder: 'gateway-1', ttlMs: 30_000, waitMs: 10_000, background: false, maxHoldMs: 60_000 };
const granted: Granted = { kind: 'granted', repeated: false, holder: 'gateway-1', fencingToken: fencingToken(7), ttlMs: 1, remainingMs: 1, renewAfterMs: 1, waitedMs: 0, parkedReplies: 0 };
const held: LeaseHeld = { kind: 'lease-held', holder: 'other', heldForMs: 1, remainingMs: 1, currentToken: fencingToken(6), waiters: 1, waitedMs: 0 };

class Client implements Caller {
  closed = false;
  readonly #listeners: (() => void)[] = [];

  onClose(listener: () => void): void {
    if (this.closed) listener();
    else this.#listeners.push(listener);
  }

  close(): void {
    this.closed = true;
    for (const listener of this.#listeners.splice(0)) listener();
  }
}

const serve = (): { store: AskedStore; clock: FakeClock; service: LeaseService; client: Client } => {
  const [store, clock] = [new AskedStore(), new FakeClock()];
  return { store, clock, service: new LeaseService({ store, clock, instanceId: 'i1', quotas: QUOTAS_DEFAULT }), client: new Client() };
};

/** Lets promises that are settled run their course. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

t.test('each acquire waits under a connection of its own, that names its instance', async (t) => {
  const { store, service, client } = serve();
  const acquired = [service.acquire(name, terms, client), service.acquire(name, terms, client)];
  t.match(store.connectionOf(0), /^i1:/);
  t.not(store.connectionOf(0), store.connectionOf(1));
  for (const { answer } of store.asked) answer(granted);
  t.strictSame(await Promise.all(acquired), [granted, granted]);
});

t.test('a wait is answered by its wake, and by no other', async (t) => {
  const { store, service, client } = serve();
  const acquired = service.acquire(name, terms, client);
  store.asked[0]!.answer({ kind: 'waiting' });
  await turn();
  service.wake({ connection: connectionId('i1:999'), outcome: held });
  service.wake({ connection: connectionId(store.connectionOf(0)), outcome: granted });
  t.equal(await acquired, granted);
});

t.test('a wake that overtakes the answer to the command is not lost', async (t) => {
  const { store, service, client } = serve();
  const acquired = service.acquire(name, terms, client);
  service.wake({ connection: connectionId(store.connectionOf(0)), outcome: granted });
  t.equal(await acquired, granted, 'nor does it wait for that answer');
  store.asked[0]!.answer({ kind: 'waiting' });
  await turn();
  client.close();
  t.strictSame(store.disconnects, [store.connectionOf(0)], 'an offer withdraws nothing by it');
});

t.test('a caller that leaves while it waits is reported to the store at once', async (t) => {
  const { store, service, client } = serve();
  void service.acquire(name, terms, client).catch(() => {});
  store.asked[0]!.answer({ kind: 'waiting' });
  await turn();
  t.strictSame(store.disconnects, []);
  client.close();
  t.strictSame(store.disconnects, [store.connectionOf(0)]);
});

t.test('a caller that left before its answer to a wait was there is reported too', async (t) => {
  const { store, service, client } = serve();
  void service.acquire(name, terms, client).catch(() => {});
  client.close();
  store.asked[0]!.answer({ kind: 'waiting' });
  await turn();
  t.strictSame(store.disconnects, [store.connectionOf(0)]);
});

t.test('a grant that its caller is not there to hear is reported, so that it becomes an offer', async (t) => {
  const { store, service, client } = serve();
  const acquired = service.acquire(name, terms, client);
  client.close();
  store.asked[0]!.answer(granted);
  t.equal(await acquired, granted);
  t.strictSame(store.disconnects, [store.connectionOf(0)]);
});

t.test('a caller that is told its grant is not reported when it closes later', async (t) => {
  const { store, service, client } = serve();
  const acquired = service.acquire(name, terms, client);
  store.asked[0]!.answer(granted);
  await acquired;
  client.close();
  t.strictSame(store.disconnects, []);
});

t.test('a store that does not answer within the wait and two seconds is unavailable, with an unknown outcome', async (t) => {
  const { store, clock, service, client } = serve();
  const acquired = service.acquire(name, terms, client);
  let ended = false;
  const watch = acquired.catch(() => (ended = true));
  clock.advance(11_999);
  await turn();
  t.equal(ended, false);
  clock.advance(1);
  await t.rejects(acquired, { code: 'store-unavailable', outcome: 'unknown' });
  await watch;
  t.strictSame(store.disconnects, [store.connectionOf(0)], 'nobody waits there any more');
});

t.test('what is not an acquire has two seconds', async (t) => {
  const { clock, service } = serve();
  const calls = [service.run(name, { kind: 'inspect' }), service.renewAll(name.namespace, []), service.list({ namespace: name.namespace, limit: 1 })];
  const outcomes = Promise.allSettled(calls);
  clock.advance(1_999);
  const early = await Promise.race([outcomes, turn()]);
  t.equal(early, undefined);
  clock.advance(1);
  t.match(await outcomes, [1, 2, 3].map(() => ({ status: 'rejected', reason: { code: 'store-unavailable', outcome: 'unknown' } })));
});

t.test('no timer is left behind by an answer or a failure', async (t) => {
  const { store, clock, service, client } = serve();
  const calls = [service.acquire(name, terms, client), service.acquire(name, terms, client), service.run(name, { kind: 'inspect' })];
  t.equal(clock.armed, 3);
  store.asked[0]!.answer(granted);
  store.asked[1]!.fail(new Error('disk'));
  store.asked[2]!.answer({ kind: 'session', held: false, waiters: [], parkedReplies: 0 });
  t.match(await Promise.allSettled(calls), [{ status: 'fulfilled' }, { status: 'rejected', reason: { message: 'disk' } }, { status: 'fulfilled' }]);
  t.equal(clock.armed, 0);
});

t.test('a failing store is told of the caller that it left unanswered, and a failure of that harms nobody', async (t) => {
  const { store, service, client } = serve();
  const acquired = service.acquire(name, terms, client);
  store.asked[0]!.fail(new Error('disk'));
  await t.rejects(acquired, { message: 'disk' });
  t.strictSame(store.disconnects, [store.connectionOf(0)]);
  store.asked[1]!.fail(new Error('disk again'));
  await turn();
});

t.test('a stop answers all who wait, and refuses who comes after without asking the store', async (t) => {
  const { store, service, client } = serve();
  const waiting = service.acquire(name, terms, client);
  store.asked[0]!.answer({ kind: 'waiting' });
  await turn();
  service.stop();
  await t.rejects(waiting, { code: 'shutting-down', outcome: 'unknown' });
  await t.rejects(service.acquire(name, terms, client), { code: 'shutting-down', outcome: 'not-applied' });
  t.equal(store.asked.filter(({ command }) => command.kind === 'acquire').length, 1);
});

t.test('a wake for a caller that was answered already changes nothing', async (t) => {
  const { store, service, client } = serve();
  const acquired = service.acquire(name, terms, client);
  const connection = connectionId(store.connectionOf(0));
  store.asked[0]!.answer({ kind: 'waiting' });
  await turn();
  service.wake({ connection, outcome: held });
  service.wake({ connection, outcome: granted });
  t.equal(await acquired, held);
  service.wake({ connection, outcome: granted });
});
