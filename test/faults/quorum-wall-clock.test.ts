/**
 * The wall clock of one node of three is stepped by an hour, either way. What is left of a lease is what a majority says is left, so that nothing is
 * granted early, nobody is evicted, and no fencing token is repeated or out of order. A preloaded shim moves the clock of that node.
 */
import t, { type Test } from 'tap';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LeaseApi, newLeaseId } from '../support/lease-api.ts';
import { monotonicMs } from '../support/monotonic.ts';
import { startRedisServer, type RedisServer } from '../support/redis-server.ts';
import { waitAsRival, waitersOf } from '../support/rival.ts';
import { spawnService, type SpawnedService } from '../support/spawn-service.ts';
import { pause, until, within } from '../support/until.ts';
import { buildWallClockShim } from '../support/wall-clock-shim.ts';

t.setTimeout(240_000);

const HOUR_S = 3_600;
const MACHINE_MS = 5_000;

interface Scene {
  readonly nodes: readonly RedisServer[];
  readonly services: readonly SpawnedService[];
  readonly apis: readonly LeaseApi[];
  /** Steps the first node's clock to so far from the real one, and makes sure that the node sees it. */
  readonly step: (seconds: number) => Promise<void>;
}

const scene = async (test: Test): Promise<Scene> => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-clock-'));
  test.teardown(() => rmSync(folder, { recursive: true }));
  const shim = buildWallClockShim(folder);
  const nodes = [await startRedisServer(test, { env: shim.env }), await startRedisServer(test), await startRedisServer(test)];
  const store = { redis: nodes.map(({ url }) => url).join(',') };
  const services = [await spawnService(test, { store }), await spawnService(test, { store })];
  const apis = services.map(({ baseUrl }) => new LeaseApi(baseUrl));
  test.teardown(() => apis.forEach((api) => api.close()));
  const step = async (seconds: number): Promise<void> => {
    shim.shift(seconds);
    const [told = 0] = await nodes[0]!.ask((asked) => asked.time());
    test.ok(Math.abs(Number(told) - Date.now() / 1_000 - seconds) < 60, `the node's clock is ${seconds} s from the real one`);
  };
  return { nodes, services, apis, step };
};

const voteOf = (node: RedisServer): Promise<string | null> => node.ask((asked) => asked.get('hfq:v:default\0kept'));

const acquire = async (api: LeaseApi, session: string, ttlMs: number): Promise<{ readonly leaseId: string; readonly token: number }> => {
  const leaseId = newLeaseId();
  const { body } = await until(`${session} is granted`, async () => {
    const answer = await api.acquire(session, leaseId, { holder: 'gateway-1', ttlMs });
    return answer.status < 300 ? answer : undefined;
  });
  return { leaseId, token: body.fencingToken! };
};

t.test('tokens rise through every step, ahead and back, and through restarts of the node and of the services', async (test) => {
  const { nodes, services, apis, step } = await scene(test);
  const tokens: number[] = [];
  const passes = async (): Promise<void> => {
    for (let nth = 0; nth < 20; nth += 1) {
      const api = apis[nth % 2]!;
      const { leaseId, token } = await acquire(api, 'one', 10_000);
      tokens.push(token);
      await until('it is released', async () => (await api.release('one', leaseId)).status === 204);
    }
  };
  await passes();
  for (const seconds of [HOUR_S, 0, -HOUR_S, HOUR_S, 0]) {
    await step(seconds);
    await passes();
    await nodes[0]!.restart();
    await passes();
    await services[0]!.restart('SIGKILL');
    await passes();
  }
  test.equal(tokens.length, 320);
  test.same(tokens, [...new Set(tokens)].toSorted((a, b) => a - b), 'each is larger than the one before');
  const spread = tokens.at(-1)! - tokens[0]!;
  test.ok(spread < (HOUR_S / 2) * 1_000_000, 'and none of them follows the one clock that is wrong');
});

for (const [about, seconds] of [['ahead', HOUR_S], ['back', -HOUR_S]] as const) {
  t.test(`an hour ${about}: nothing is granted early, nobody is evicted, and a dead holder's session is free when its lease is over`, async (test) => {
    const { nodes, services, apis, step } = await scene(test);
    const [one, two] = apis as [LeaseApi, LeaseApi];
    const ttlMs = 6_000;
    const kept = await acquire(one, 'kept', 30_000);
    const orphan = await acquire(one, 'orphaned', ttlMs);
    const grantedMs = monotonicMs();
    const rival = waitAsRival(services[1]!.baseUrl, 'orphaned');
    await until('the rival waits', async () => (await waitersOf(two, 'orphaned')) === 1);
    await step(seconds);

    test.match(await two.acquire('kept', newLeaseId(), { holder: 'thief' }), { status: 409, body: { currentToken: kept.token } }, 'a live lease is live');
    test.match(await two.inspect('orphaned'), { status: 200, body: { held: true, fencingToken: orphan.token } });
    const given = await within('the rival holds', rival);
    const afterMs = given.answeredMs - grantedMs;
    test.ok(given.fencingToken > orphan.token, 'the next holder has the larger token');
    test.ok(afterMs > ttlMs - 1_000 && afterMs < ttlMs + MACHINE_MS, `it was served ${Math.round(afterMs)} ms after the orphan was granted for ${ttlMs}`);
    await given.release();

    test.match(await two.renew('kept', kept.leaseId), { status: 200, body: { fencingToken: kept.token } }, 'a holder renews as if nothing had happened');
    test.match(await two.fence('kept', kept.token), { body: { verdict: 'current' } });
    // The renewal has set its end right on the node whose clock was stepped, too.
    await until('that node has its vote again', async () => (await nodes[0]!.ask((asked) => asked.pttl('hfq:v:default\0kept'))) > 0);
    await nodes[2]!.kill();
    await until('it is renewed', async () => (await two.renew('kept', kept.leaseId)).status === 200);
    test.match(await one.release('kept', kept.leaseId), { status: 204 });
    const next = await acquire(two, 'kept', ttlMs);
    test.ok(next.token > kept.token);
    await nodes[2]!.start();
    // A lease that only two have, of which one is stepped ahead, would be over on two: what was away is brought up to it by the next renewal.
    await until('the third node has it as well', async () => (await one.renew('kept', next.leaseId)).status === 200 && (await voteOf(nodes[2]!)) === (await voteOf(nodes[1]!)));
    await step(0);
    await pause(500);
    test.match(await one.inspect('kept'), { body: { fencingToken: next.token } });
    const again = await acquire(one, 'orphaned', ttlMs);
    test.ok(again.token > given.fencingToken);
    test.comment(`an hour ${about}: a session was passed on ${Math.round(afterMs)} ms after a lease of ${ttlMs} ms began`);
  });
}
