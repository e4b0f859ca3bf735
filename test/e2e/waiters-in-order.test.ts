/**
 * Fifty gateways wait for one session over connections of their own: first come, first served, the background ones last, and
 * two requests each besides the confirming renewal (L2). A waiter that died costs seconds, never a TTL (S16).
 */
import t, { type Test } from 'tap';
import { LeaseClient } from '../../client/src/index.ts';
import { startCuttingProxy, type CuttingProxy } from '../support/cutting-proxy.ts';
import { eachStoreInFull } from '../support/each-store.ts';
import { spawnHolder } from '../support/holder/spawn-holder.ts';
import { LeaseApi, newLeaseId, type Answer } from '../support/lease-api.ts';
import { monotonicMs } from '../support/monotonic.ts';
import { waitAsRival, waitersOf } from '../support/rival.ts';
import { spawnService, type SpawnedService } from '../support/spawn-service.ts';
import { until, within } from '../support/until.ts';

t.setTimeout(170_000);
// Most of the time is waited for grace to end.
t.jobs = 2;

const WAITERS = 50;
const SESSION = 'queue';
const TTL_MS = 60_000;
const OFFER_MS = 5_000;
const TICKET_GRACE_MS = 5_000;

const isBackground = (index: number): boolean => index % 5 === 2;

/** Gateways as they are in the midst of their work: each holds some other session, and has its event stream open. */
const openClients = async (test: Test, proxy: CuttingProxy): Promise<LeaseClient[]> => {
  const clients = Array.from({ length: WAITERS }, (_, index) => new LeaseClient({ baseUrl: proxy.baseUrl, holder: `gateway-${index}` }));
  for (const [index, client] of clients.entries()) {
    test.teardown(() => client.close());
    await client.acquire(`own-${index}`, { ttlMs: 3_600_000 }); // too long to be renewed within the test
  }
  // A stream that opens is followed by a heartbeat, for what happened before it.
  const answered = (method: string, path: string): number =>
    proxy.requests.filter((request) => request.method === method && request.path.startsWith(path) && request.answerBytes > 0).length;
  await until('all streams are open', () => answered('GET', '/v1/events') >= WAITERS && answered('POST', '/v1/heartbeats') >= WAITERS);
  return clients;
};

eachStoreInFull(t, 'fifty waiters are served in order, with two requests each and the confirming renewal', async (test, { store }) => {
  const service = await spawnService(test, { store });
  const proxy = await startCuttingProxy(test, service.port);
  const api = new LeaseApi(service.baseUrl);
  test.teardown(() => api.close());
  const firstId = newLeaseId();
  await api.acquire(SESSION, firstId, { holder: 'first', ttlMs: 60_000, waitMs: 0 });

  const clients = await openClients(test, proxy);
  const served: { index: number; fencingToken: number; atMs: number }[] = [];
  const turn = async (index: number): Promise<void> => {
    const lease = await clients[index]!.acquire(SESSION, { ttlMs: 30_000, waitMs: 60_000, background: isBackground(index) });
    served.push({ index, fencingToken: lease.fencingToken, atMs: monotonicMs() });
    // An offer lives 5 s at most, so that more is left only of a confirmed lease.
    await until('the lease is confirmed', () => lease.remainingMs > OFFER_MS, { everyMs: 1 });
    test.equal(await lease.release(), 'released');
  };

  proxy.requests.length = 0;
  const turns: Promise<void>[] = [];
  for (let index = 0; index < WAITERS; index++) {
    turns.push(turn(index));
    await until(`waiter ${index} stands in the queue`, async () => (await waitersOf(api, SESSION)) === index + 1, { everyMs: 2 });
  }
  const releasedMs = monotonicMs();
  await api.release(SESSION, firstId);
  await within('all were served', Promise.all(turns), 60_000);

  const arrival = Array.from({ length: WAITERS }, (_, index) => index);
  const due = [...arrival.filter((index) => !isBackground(index)), ...arrival.filter(isBackground)];
  test.same(served.map(({ index }) => index), due, 'in the order of arrival, the background ones after the others');
  const tokens = served.map(({ fencingToken }) => fencingToken);
  test.same(tokens, tokens.toSorted((a, b) => a - b), 'with rising fencing tokens');
  const sent = Object.groupBy(proxy.requests, ({ method }) => method);
  test.equal(sent['PUT']?.length, WAITERS, 'one acquire each');
  test.equal(sent['DELETE']?.length, WAITERS, 'one release each');
  test.equal(sent['POST']?.length, WAITERS, 'one renewal each');
  test.equal(sent['GET']?.length ?? 0, 0, 'and nothing else: nobody polls');
  test.comment(`${WAITERS} hand-offs in ${((served.at(-1)?.atMs ?? NaN) - releasedMs).toFixed(0)} ms`);
});

/** Somebody holds the session; first a process that will die waits for it, then somebody else. */
const queueBehindTheDying = async (test: Test, service: SpawnedService, api: LeaseApi, session: string) => {
  const firstId = newLeaseId();
  await api.acquire(session, firstId, { holder: 'first', ttlMs: TTL_MS, waitMs: 0 });
  const dying = spawnHolder(test, { baseUrl: service.baseUrl, holder: 'dying' });
  const never = dying.ask({ do: 'acquire', session, ttlMs: TTL_MS, waitMs: 60_000 });
  await until('the one that will die waits', async () => (await waitersOf(api, session)) === 1);
  const next = waitAsRival(service.baseUrl, session, 'next');
  await until('the next one waits', async () => (await waitersOf(api, session)) === 2);
  const release = (): Promise<Answer> => api.release(session, firstId);
  return { dying, never, next, release };
};

eachStoreInFull(t, 'a waiter whose process died costs seconds, not a TTL; also when it was being offered the session', async (test, { store }) => {
  const service = await spawnService(test, { store });
  const api = new LeaseApi(service.baseUrl);
  test.teardown(() => api.close());

  const dieWaiting = async (): Promise<void> => {
    const { dying, never, next, release } = await queueBehindTheDying(test, service, api, 'waiting');
    const diedMs = monotonicMs();
    await Promise.all([dying.kill(), test.rejects(never)]);
    await release();
    const costMs = (await within('the next one holds', next)).answeredMs - diedMs;
    // Its ticket's grace and the offer it got are the same five seconds; the rest is for a busy machine.
    test.ok(costMs < TICKET_GRACE_MS + 2_500, `it cost ${costMs.toFixed(0)} ms of a TTL of ${TTL_MS} ms`);
    test.comment(`a waiter that died in front cost ${costMs.toFixed(0)} ms`);
  };
  const dieOffered = async (): Promise<void> => {
    const { dying, never, next, release } = await queueBehindTheDying(test, service, api, 'offered');
    // Stopped, its connection stays open: the service cannot know that nobody is there.
    dying.signal('SIGSTOP');
    await release();
    test.equal((await api.inspect('offered')).body.holder, 'dying', 'it was offered the session');
    const offeredMs = monotonicMs();
    await Promise.all([dying.kill(), test.rejects(never)]);
    const costMs = (await within('the next one holds', next)).answeredMs - offeredMs;
    test.ok(costMs < OFFER_MS + 2_500, `it cost ${costMs.toFixed(0)} ms of a TTL of ${TTL_MS} ms`);
    test.comment(`a waiter that died on its offer cost ${costMs.toFixed(0)} ms`);
  };
  await Promise.all([dieWaiting(), dieOffered()]);
});
