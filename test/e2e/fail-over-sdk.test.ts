/**
 * Three services over one Redis, and gateways that know all three. The instance that they all talk to is killed, the next one is stopped, wakes up again, and
 * the third one is killed too, while the first is back. A lease is never lost, whoever waits is served in order, requests to yield arrive, replies are delivered.
 */
import t, { type Test } from 'tap';
import { LeaseClient, type Lease, type LeaseClientOptions } from '../../client/src/index.ts';
import { monotonicMs } from '../support/monotonic.ts';
import { startRedisServer } from '../support/redis-server.ts';
import { spawnService, type SpawnedService } from '../support/spawn-service.ts';
import { until } from '../support/until.ts';

t.setTimeout(170_000);

const TTL_MS = 8_000;
const QUEUE = 'queue';
const WAITERS = ['one', 'two', 'three'];
const REPLIES = 5;
/** A reset connection tells of a death at once; what is left is a round trip or two, on a machine that does other things as well. */
const KILLED_MS_MAX = 2_000;
/** A stopped instance says nothing: it is looked at every second, and has a second and a half to answer. An offer lives for 5 s. */
const STOPPED_MS_MAX = 5_000;

interface Gateways {
  /** It holds one lease from beginning to end, and one more for each fault, which it is asked to give up. */
  readonly holding: LeaseClient;
  readonly held: Lease;
  readonly delivered: { readonly reply: string; readonly maybeDelivered: boolean }[];
  readonly client: (holder: string, options?: Partial<LeaseClientOptions>) => LeaseClient;
}

const ways = (services: readonly SpawnedService[]): string[] => services.map(({ baseUrl }) => baseUrl);

/** Gateways whose requests go to `services[0]`, as long as it answers. */
const openGateways = async (test: Test, services: readonly SpawnedService[]): Promise<Gateways> => {
  const client: Gateways['client'] = (holder, options = {}) => {
    const made = new LeaseClient({ baseUrls: ways(services), holder, ttlMs: TTL_MS, ...options });
    test.teardown(() => made.close());
    return made;
  };
  const delivered: Gateways['delivered'][number][] = [];
  const holding = client('holder');
  const held = await holding.acquire('held');
  client('courier').courier<string>({ commit: () => {}, deliver: (reply, { maybeDelivered }) => void delivered.push({ reply, maybeDelivered }) }, { pollMs: 200 });
  return { holding, held, delivered, client };
};

interface Fault {
  readonly name: string;
  /** Harms the instance that everybody talks to. */
  strike(): Promise<void> | void;
  /** Those that answer all the while; an operator, and whoever hands the queue on, talk to them. */
  readonly healthy: readonly SpawnedService[];
  readonly withinMs: number;
}

/** One fault, with a queue that is handed on in the same moment. */
const endure = async (test: Test, { holding, held, delivered, client }: Gateways, { name, strike, healthy, withinMs }: Fault): Promise<void> => {
  const bystander = client('bystander', { baseUrls: ways(healthy) });
  const asked = await holding.acquire(`asked for when ${name}`);
  const ahead = await bystander.acquire(QUEUE, { ttlMs: 30_000 });
  const parking = await bystander.acquire(`replies of ${name}`, { ttlMs: 30_000 });
  const served: { readonly waiter: string; readonly fencingToken: number; readonly atMs: number }[] = [];
  const turns: Promise<unknown>[] = [];
  for (const [index, waiter] of WAITERS.entries()) {
    const turn = async (): Promise<void> => {
      const lease = await client(waiter).acquire(QUEUE, { waitMs: 60_000 });
      served.push({ waiter, fencingToken: lease.fencingToken, atMs: monotonicMs() });
      await lease.release();
    };
    turns.push(turn());
    await until(`${waiter} waits`, async () => (await bystander.inspect(QUEUE)).waiters.length === index + 1);
  }

  await strike();
  const struckMs = monotonicMs();
  await ahead.release();
  const releasedMs = monotonicMs();
  await bystander.requestYield(asked.session, { reason: name });
  for (let index = 1; index <= REPLIES; index += 1) {
    await bystander.replies.park(parking.session, `${index}`, { fencingToken: parking.fencingToken, payload: `${name} ${index}` });
  }
  await parking.release();

  await Promise.all(turns);
  const [first] = served;
  const handedMs = first!.atMs - releasedMs;
  test.same(served.map(({ waiter }) => waiter), WAITERS, `${name}: in order`);
  test.ok(handedMs < withinMs, `${name}: handed on after ${handedMs.toFixed(0)} ms`);
  await until('the request to yield is heard of', () => asked.yieldRequest?.reason === name, { withinMs: TTL_MS });
  const heardMs = monotonicMs() - struckMs;
  const ofThis = (): string[] => delivered.filter(({ reply }) => reply.startsWith(name)).map(({ reply }) => reply);
  await until('the replies are delivered', () => ofThis().length >= REPLIES);
  const deliveredMs = monotonicMs() - struckMs;
  await until('what is held has outlived its last renewal before the fault', () => !held.held || monotonicMs() - struckMs > TTL_MS);
  test.ok(held.held && asked.held, `${name}: the leases are held`);
  test.comment(`${name}: handed on in ${handedMs.toFixed(0)} ms, the request to yield heard within ${heardMs.toFixed(0)} ms, all replies delivered within ${deliveredMs.toFixed(0)} ms`);
};

t.test('the instance that is talked to dies: nothing is lost, and all goes on at another', async (test) => {
  const redis = await startRedisServer(test);
  const start = (): Promise<SpawnedService> => spawnService(test, { store: { redis: redis.url } });
  const [a, b, c] = [await start(), await start(), await start()];
  const gateways = await openGateways(test, [a, b, c]);
  const { held, delivered, client } = gateways;
  const { fencingToken } = held;

  await endure(test, gateways, { name: 'killed', strike: () => void a.end('SIGKILL'), healthy: [b, c], withinMs: KILLED_MS_MAX });
  await endure(test, { ...gateways, client: (name, options) => client(name, { baseUrls: ways([b, c, a]), ...options }) }, { name: 'stopped', strike: () => b.signal('SIGSTOP'), healthy: [c], withinMs: STOPPED_MS_MAX });
  await a.start();
  b.signal('SIGCONT');
  await until('the stopped instance answers again', async () => (await client('asker', { baseUrls: ways([b]) }).inspect('held')).held);
  await endure(test, { ...gateways, client: (name, options) => client(name, { baseUrls: ways([c, a, b]), ...options }) }, { name: 'killed too', strike: () => void c.end('SIGKILL'), healthy: [a, b], withinMs: KILLED_MS_MAX });

  test.equal(held.signal.aborted, false, 'the lease was never lost');
  test.match(await client('asker', { baseUrls: ways([a]) }).inspect('held'), { held: true, holder: 'holder', fencingToken });
  test.equal(await held.release(), 'released');
  const first = new Set<string>();
  const unmarked = delivered.filter(({ reply, maybeDelivered }) => {
    const isRepeat = first.has(reply);
    first.add(reply);
    return isRepeat && !maybeDelivered;
  });
  test.equal(first.size, 3 * REPLIES, 'every reply is delivered');
  test.same(unmarked, [], 'once, or said to be a repeat');
});

const GATEWAYS = 12;
const IN_LINE = 10;

t.test('SIGTERM of one of three under load: no call fails, no lease is lost, no wait loses its place', async (test) => {
  const redis = await startRedisServer(test);
  const services = await Promise.all([1, 2, 3].map(() => spawnService(test, { store: { redis: redis.url } })));
  const [leaving, ...staying] = services as [SpawnedService, ...SpawnedService[]];
  const client = (holder: string, first = leaving): LeaseClient => {
    const made = new LeaseClient({ baseUrls: ways([first, ...services.filter((service) => service !== first)]), holder, ttlMs: TTL_MS });
    test.teardown(() => made.close());
    return made;
  };
  const operator = client('operator', staying[0]);
  const ahead = await operator.acquire(QUEUE, { ttlMs: 60_000 });
  const served: string[] = [];
  const inLine: Promise<unknown>[] = [];
  for (let nth = 0; nth < IN_LINE; nth += 1) {
    const waiter = client(`waiter ${nth}`);
    inLine.push(waiter.withLease(QUEUE, { waitMs: 120_000 }, () => void served.push(`waiter ${nth}`)));
    await until(`waiter ${nth} waits`, async () => (await operator.inspect(QUEUE)).waiters.length === nth + 1);
  }
  const failures: unknown[] = [];
  const lost: unknown[] = [];
  let turns = 0;
  let over = false;
  const load = Array.from({ length: GATEWAYS }, async (_, nth) => {
    const gateway = client(`gateway ${nth}`, services[nth % services.length]);
    const kept = await gateway.acquire(`kept ${nth}`);
    kept.signal.addEventListener('abort', () => void lost.push(kept.signal.reason), { once: true });
    // Two gateways a session, so that each of them waits now and then.
    while (!over) {
      await gateway.withLease(`shared ${nth % (GATEWAYS / 2)}`, { waitMs: 60_000 }, (lease) => lease.renew()).catch((error: unknown) => failures.push(error));
      turns += 1;
    }
    test.equal(kept.held, true, `gateway ${nth} holds what it held`);
    await kept.release();
  });
  await until('they are at work', () => turns > 5 * GATEWAYS);
  const ended = leaving.end('SIGTERM');
  const before = turns;
  test.match(await ended, { code: 0 });
  await until('they go on', () => turns > before + 10 * GATEWAYS);
  await ahead.release();
  await Promise.all(inLine);
  over = true;
  await Promise.all(load);
  test.same(served, Array.from({ length: IN_LINE }, (_, nth) => `waiter ${nth}`), 'in the order in which they came');
  test.same(failures, [], `${turns} turns, and no call failed`);
  test.same(lost, []);
  test.comment(`${turns} turns of ${GATEWAYS} gateways, ${before} before the end of the instance; ${failures.length} calls failed, ${lost.length} leases lost, ${IN_LINE} waiters served in order`);
});
