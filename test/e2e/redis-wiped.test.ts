/**
 * Redis loses its state while instances run with live leases, waiters and parked replies: the store id stays, fencing tokens go on
 * rising (S2), and nothing is granted until every lease that anybody may still believe in is over (S4).
 */
import t, { type Test } from 'tap';
import { ALL_PARTITIONS, metaKey, partitionOf } from '../../service/src/stores/redis/partitions.ts';
import { LeaseApi, newLeaseId, type Answer, type AnswerBody } from '../support/lease-api.ts';
import { monotonicMs } from '../support/monotonic.ts';
import { startRedisServer, type RedisServer } from '../support/redis-server.ts';
import { park, readReply } from '../support/reply-api.ts';
import { spawnService, type SpawnedService } from '../support/spawn-service.ts';
import { until, within } from '../support/until.ts';

t.setTimeout(170_000);
// What is waited for is leases that run out.
t.jobs = 2;

const LONGEST_TTL_MS = 9_000;
const TTL_MS = 7_000;
/** A busy machine is late in everything; what is early is never its fault. */
const MACHINE_MS = 5_000;
/** The store's clock and this one count whole milliseconds. */
const ROUNDING_MS = 5;
const HOUR_US = 3_600_000_000;

interface Side {
  readonly service: SpawnedService;
  readonly api: LeaseApi;
}

interface Check {
  readonly name: string;
  readonly detail?: string;
}

const startSide = async (test: Test, redis: RedisServer): Promise<Side> => {
  const service = await spawnService(test, { store: { redis: redis.url } });
  const api = new LeaseApi(service.baseUrl);
  test.teardown(() => api.close());
  return { service, api };
};

const isSaid = ({ service }: Side, said: RegExp): boolean => said.test(service.stderr);
const LOST = /Redis has lost partition/;

/** What readiness says of lost state; undefined when it says nothing. */
const lostState = async ({ api }: Side): Promise<string | undefined> => {
  const { body } = await api.call({ method: 'GET', path: '/readyz' });
  return (body as AnswerBody & { readonly checks?: readonly Check[] }).checks?.find(({ name }) => name === 'state')?.detail;
};

const storeIdOf = async ({ api }: Side): Promise<string | undefined> => (await api.call({ method: 'GET', path: '/v1' })).body.storeId;

const endsOfNoGrants = (redis: RedisServer): Promise<readonly number[]> =>
  redis.ask((asked) => Promise.all(ALL_PARTITIONS.map(async (partition) => Number(await asked.hget(metaKey(partition), 'noGrantsBefore')))));

/** Puts the tokens an hour ahead of the server's clock, which would make larger ones by itself otherwise. */
const raiseFloors = (redis: RedisServer): Promise<unknown> =>
  redis.ask((asked) => Promise.all(ALL_PARTITIONS.map((partition) => asked.hset(metaKey(partition), 'floor', String(Date.now() * 1_000 + HOUR_US)))));

const take = async ({ api }: Side, session: string, ttlMs: number): Promise<{ leaseId: string; fencingToken: number }> => {
  const leaseId = newLeaseId();
  const { status, body } = await api.acquire(session, leaseId, { holder: 'gateway-1', ttlMs });
  if (status !== 201 || body.fencingToken === undefined) throw new Error(`${session} was answered ${status} ${body.code}`);
  return { leaseId, fencingToken: body.fencingToken };
};

/** Asks again and again for a session until it is granted, by a client that does not wait. */
const untilGranted = async ({ api }: Side, session: string): Promise<{ refusals: readonly Answer[]; fencingToken: number; answeredMs: number }> => {
  const refusals: Answer[] = [];
  const granted = await until(`${session} is granted again`, async () => {
    const answer = await api.acquire(session, newLeaseId(), { holder: 'gateway-2', ttlMs: 1_000 });
    if (answer.status === 201) return answer;
    refusals.push(answer);
    return undefined;
  }, { everyMs: 100 });
  return { refusals, fencingToken: granted.body.fencingToken ?? 0, answeredMs: monotonicMs() };
};

const WIPES: Readonly<Record<string, (redis: RedisServer) => Promise<unknown>>> = {
  'emptied by FLUSHALL': (redis) => redis.ask((asked) => asked.flushall()),
  'killed, and started again on an empty folder': (redis) => redis.wipe(),
};

for (const [name, wipe] of Object.entries(WIPES)) {
  void t.test(`Redis is ${name}`, async (test) => {
    const redis = await startRedisServer(test);
    const [first, second, third] = [await startSide(test, redis), await startSide(test, redis), await startSide(test, redis)];
    const storeId = await storeIdOf(first);
    await raiseFloors(redis);

    const held = await take(first, 'held', TTL_MS);
    // Only the third instance knows the longest TTL, and others will be the first to see the loss.
    const longest = await take(third, 'longest', LONGEST_TTL_MS);
    const before = await take(second, 'waited for', TTL_MS);
    test.equal((await park(first.api, 'held', 'reply-1', { fencingToken: held.fencingToken, payload: 'done' })).status, 201);
    const waiterId = newLeaseId();
    const waitsFromMs = monotonicMs();
    const waiter = (async () => {
      const served = await first.api.acquire('waited for', waiterId, { holder: 'waiter', ttlMs: TTL_MS, waitMs: 60_000 });
      const servedMs = monotonicMs();
      return { served, servedMs, renewed: await third.api.renew('waited for', waiterId) };
    })();
    await until('the waiter waits', async () => (await second.api.inspect('waited for')).body.waiters?.length === 1);
    third.service.signal('SIGSTOP');

    const wipedMs = monotonicMs();
    await wipe(redis);
    await until('another has seen it', () => isSaid(first, LOST) || isSaid(second, LOST));
    third.service.signal('SIGCONT');
    await until('all say so in their readiness', async () => (await Promise.all([first, second, third].map(lostState))).every((detail) => detail?.includes('Redis has lost state')));
    test.ok([first, second].some((side) => isSaid(side, /leases, waiters and parked replies in it are gone\. Nothing is granted there/)), 'the log says so');
    test.same(await Promise.all([first, second, third].map(storeIdOf)), [storeId, storeId, storeId], 'it is the same store');

    test.match(await second.api.renew('held', held.leaseId), { status: 404, body: { code: 'lease-unknown' } }, 'an old holder is told that its lease is gone');
    const beats = await third.api.heartbeat([{ session: 'longest', leaseId: longest.leaseId }]);
    test.match(beats.body.results, [{ status: 'not-found' }], 'by a heartbeat too');
    test.equal((await first.api.inspect('held')).body.held, false, 'and nothing is revived by it');
    test.equal((await readReply(first.api, 'held', 'reply-1')).status, 404, 'the parked reply is lost');

    const granting = untilGranted(first, 'held');
    await until('the third has added what it knows', async () => {
      const sinceMs = monotonicMs() - wipedMs;
      const endsMs = await endsOfNoGrants(redis);
      return endsMs.every((endMs) => endMs >= Date.now() - sinceMs + LONGEST_TTL_MS - ROUNDING_MS);
    });
    await second.service.restart('SIGKILL');
    second.api.close();
    test.equal(await storeIdOf({ ...second, api: new LeaseApi(second.service.baseUrl, { keepAlive: false }) }), storeId, 'one that starts meanwhile finds the same store');
    const endsMs = await endsOfNoGrants(redis);

    const again = await granting;
    const silentMs = again.answeredMs - wipedMs;
    test.ok(silentMs >= LONGEST_TTL_MS - ROUNDING_MS, `nothing was granted for the longest TTL: ${silentMs.toFixed(0)} ms`);
    test.ok(silentMs < LONGEST_TTL_MS + MACHINE_MS, 'and not for much longer');
    test.ok(again.refusals.length > 0);
    for (const { status, headers, body } of again.refusals) {
      if (status !== 503 || body.code !== 'store-unavailable' || body.outcome !== 'not-applied' || headers['retry-after'] === undefined) test.fail(`refused with ${status} ${JSON.stringify(body)}`);
    }
    test.same(await endsOfNoGrants(redis), endsMs, 'nobody put off the end again and again');
    test.ok(again.fencingToken > Math.max(held.fencingToken, longest.fencingToken, before.fencingToken), 'the next token is larger than any before');

    const { served, servedMs, renewed } = await within('the waiter is served', waiter);
    test.equal(served.status, 201, 'whoever waited all along is served');
    test.ok((served.body.fencingToken ?? 0) > before.fencingToken);
    const waitedMs = served.body.waitedMs ?? 0;
    test.ok(waitedMs >= LONGEST_TTL_MS - ROUNDING_MS && waitedMs <= servedMs - waitsFromMs, `and told how long it waited in all: ${waitedMs} ms`);
    test.equal(renewed.status, 200, 'and it holds a lease like any other');
    await until('readiness has forgotten it', async () => (await lostState(first)) === undefined);
    test.comment(`${name}: nothing was granted for ${silentMs.toFixed(0)} ms (longest TTL ${LONGEST_TTL_MS}); the waiter was served after ${(servedMs - wipedMs).toFixed(0)} ms`);
  });
}

t.test('Redis loses the keys of one partition', async (test) => {
  const redis = await startRedisServer(test);
  const [first, second] = [await startSide(test, redis), await startSide(test, redis)];
  await raiseFloors(redis);
  const lost = 'lost';
  const partition = partitionOf(`default\0${lost}`);
  const kept = await until('a session elsewhere', () => ['kept', 'kept too'].find((session) => partitionOf(`default\0${session}`) !== partition));
  const { leaseId, fencingToken } = await take(first, lost, TTL_MS);
  const elsewhere = await take(second, kept, TTL_MS);
  const wipedMs = monotonicMs();
  await redis.ask(async (asked) => asked.del(await asked.keys(`hf:{${partition}}:*`)));

  test.equal((await second.api.renew(lost, leaseId)).status, 404, 'its leases are gone');
  test.equal((await first.api.renew(kept, elsewhere.leaseId)).status, 200, 'those elsewhere are not');
  await second.api.release(kept, elsewhere.leaseId);
  await take(first, kept, TTL_MS);
  await until('both say so', async () => (await Promise.all([lostState(first), lostState(second)])).every((detail) => detail !== undefined));
  const again = await untilGranted(second, lost);
  const silentMs = again.answeredMs - wipedMs;
  test.ok(silentMs >= TTL_MS - ROUNDING_MS, `in that partition nothing was granted for the longest TTL: ${silentMs.toFixed(0)} ms`);
  test.ok(again.fencingToken > fencingToken, 'and the next token is larger');
});

t.test('another store has taken the place of the lost one', async (test) => {
  const redis = await startRedisServer(test);
  const old = await startSide(test, redis);
  const oldId = await storeIdOf(old);
  await take(old, 'held', 60_000);
  // Stopped, it cannot restore what is lost; a newcomer finds nothing and begins a store.
  old.service.signal('SIGSTOP');
  await redis.wipe();
  const newcomer = await startSide(test, redis);
  const newId = await storeIdOf(newcomer);
  test.not(newId, oldId);
  await take(newcomer, 'held', 60_000);

  const answered = Promise.allSettled([old.api.inspect('held'), old.api.acquire('free', newLeaseId(), { holder: 'gateway-1' })]);
  old.service.signal('SIGCONT');
  test.same(await within('it ends', old.service.ended()), { code: 1, signal: null }, 'the old instance ends as a failure');
  test.equal(old.service.stderr.match(/Cannot use redis:.*: it holds another store now\./g)?.length, 1, 'and says why, once');
  for (const answer of await answered) test.not(answer.status === 'fulfilled' && answer.value.status < 300, true, 'it serves nothing of the other store');
  test.equal((await newcomer.api.inspect('free')).body.held, false, 'nor changes it');
});
