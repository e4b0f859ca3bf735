// A flood of acquires, thousands of waiters and slow clients: whoever holds a lease on another key goes on as if nothing were.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { createKey } from '../support/create-key.ts';
import { IS_LONG } from '../support/each-store.ts';
import { inParallel } from '../support/in-parallel.ts';
import { LeaseApi, newLeaseId } from '../support/lease-api.ts';
import { monotonicMs } from '../support/monotonic.ts';
import { root } from '../support/source-files.ts';
import { spawnService } from '../support/spawn-service.ts';
import { until } from '../support/until.ts';

t.setTimeout(300_000);

const HELD = 1_000;
const TTL_MS = 10_000;
/** What one key may take a second: its capacity here. */
const TAKE = 200;
const FLOOD_MS = IS_LONG ? 30_000 : 4_000;
const WAITERS = IS_LONG ? 10_000 : 2_000;
const SLOW = IS_LONG ? 1_000 : 200;

const rssMbOf = (pid: number): number => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;

const forked = (test: Test, name: string, terms: object): ChildProcess => {
  const child = fork(join(root, 'test', 'support', 'flood', `${name}.ts`), [JSON.stringify(terms)]);
  test.teardown(() => child.kill('SIGKILL'));
  return child;
};

/** A gateway with a thousand leases, kept by one heartbeat each third of their TTL. */
const holder = async (baseUrl: string, key: string) => {
  const api = new LeaseApi(baseUrl, { apiKey: key });
  const leases = Array.from({ length: HELD }, (_, nth) => ({ session: `held-${nth}`, leaseId: newLeaseId() }));
  // Again and again, since it too may take only so many a second.
  await inParallel(leases, 50, async ({ session, leaseId }) => {
    await until('it is taken', async () => (await api.acquire(session, leaseId, { holder: 'gateway-1', ttlMs: TTL_MS })).status < 300, { everyMs: 200 });
  });
  const tookMs: number[] = [];
  const lost = new Set<string>();
  let over = false;
  const beating = (async () => {
    while (!over) {
      const startedMs = monotonicMs();
      const { status, body } = await api.heartbeat(leases);
      if (status === 200) {
        for (const [nth, { status: held }] of (body.results ?? []).entries()) if (held !== 'held') lost.add(leases[nth]!.session);
        tookMs.push(monotonicMs() - startedMs);
      }
      // A tenth of the TTL, so that there are enough of them to judge.
      await new Promise((resolve) => setTimeout(resolve, TTL_MS / 10 / 2));
    }
  })();
  const end = async () => {
    over = true;
    await beating;
    const still = await api.heartbeat(leases);
    for (const [nth, { status: held }] of (still.body.results ?? []).entries()) if (held !== 'held') lost.add(leases[nth]!.session);
    api.close();
    const inOrder = tookMs.toSorted((a, b) => a - b);
    return { lost: lost.size, beats: tookMs.length, p99Ms: inOrder[Math.ceil(inOrder.length * 0.99) - 1]! };
  };
  return { end };
};

const begin = async (test: Test) => {
  const file = join(test.testdir({}), 'keys.json');
  const [mine, theirs] = [createKey(file, 'mine', ['lease', 'read']), createKey(file, 'theirs', ['lease'])];
  const service = await spawnService(test, { env: { HOLDFAST_KEYS: file, HOLDFAST_RATES: `take=${TAKE}`, HOLDFAST_LOG_LEVEL: 'error' } });
  return { service, mine, theirs };
};

t.test('a flood of acquires at ten times what its key may take', async (test) => {
  const { service, mine, theirs } = await begin(test);
  const held = await holder(service.baseUrl, mine);
  const beforeMb = rssMbOf(service.pid);
  const flood = forked(test, 'main', { baseUrl: service.baseUrl, key: theirs, connections: 64, forMs: FLOOD_MS });
  const [{ sent, statuses }] = (await once(flood, 'message')) as [{ sent: number; statuses: Record<string, number> }];
  const afterMb = rssMbOf(service.pid);
  const { lost, beats, p99Ms } = await held.end();
  const perSecond = sent / (FLOOD_MS / 1_000);
  test.ok(perSecond >= 10 * TAKE, `${perSecond.toFixed(0)} acquires a second, of which a key may send ${TAKE}`);
  test.equal(lost, 0, 'no lease is lost');
  test.ok(beats > 5 && p99Ms < TTL_MS / 10, `${beats} heartbeats of ${HELD} leases, the 99th percentile ${p99Ms.toFixed(0)} ms`);
  test.ok(afterMb < beforeMb + 200, `memory ${beforeMb.toFixed(0)} MB before, ${afterMb.toFixed(0)} MB after`);
  test.ok((statuses[201] ?? 0) > 0 && (statuses[201] ?? 0) <= TAKE * (FLOOD_MS / 1_000 + 2), 'the flood gets what its key may have');
  test.comment(`${perSecond.toFixed(0)} acquires a second (${JSON.stringify(statuses)}); ${beats} heartbeats of ${HELD} leases, p99 ${p99Ms.toFixed(0)} ms of a TTL of ${TTL_MS}, ${lost} lost; ${beforeMb.toFixed(0)} MB before, ${afterMb.toFixed(0)} MB after`);
});

t.test('thousands of waiters, and slow clients besides', async (test) => {
  const file = join(test.testdir({}), 'keys.json');
  const [mine, theirs] = [createKey(file, 'mine', ['lease']), createKey(file, 'theirs', ['lease', 'read'])];
  const service = await spawnService(test, { env: { HOLDFAST_KEYS: file, HOLDFAST_RATES: 'take=20000', HOLDFAST_LOG_LEVEL: 'error' } });
  const held = await holder(service.baseUrl, mine);
  const api = new LeaseApi(service.baseUrl, { apiKey: theirs });
  test.teardown(() => api.close());
  const sessions = 20;
  for (let nth = 0; nth < sessions; nth += 1) await api.acquire(`crowd-${nth}`, newLeaseId(), { holder: 'first', ttlMs: 120_000 });
  const beforeMb = rssMbOf(service.pid);
  const startedMs = monotonicMs();
  const crowd = forked(test, 'crowd', { port: service.port, key: theirs, waiters: WAITERS, slow: SLOW, waitMs: IS_LONG ? 20_000 : 6_000, sessions });
  const [{ open }] = (await once(crowd, 'message')) as [{ open: number }];
  test.equal(open, WAITERS + SLOW, 'all are connected');
  const inLine = async (): Promise<number> => {
    const counts = await Promise.all(Array.from({ length: sessions }, async (_, nth) => (await api.inspect(`crowd-${nth}`)).body.waiters?.length ?? 0));
    return counts.reduce((sum, count) => sum + count);
  };
  await until('all wait', async () => (await inLine()) === WAITERS, { everyMs: 200 });
  const withAllMb = rssMbOf(service.pid);
  const askedMs = monotonicMs();
  test.equal((await api.acquire('somebody else', newLeaseId(), { holder: 'g' })).status, 201, 'others are served meanwhile');
  const servedMs = monotonicMs() - askedMs;
  const [{ statuses, cut }] = (await once(crowd, 'message')) as [{ statuses: Record<string, number>; cut: number }];
  test.strictSame(statuses, { 409: WAITERS }, 'each is answered at the end of its wait');
  test.equal(cut, SLOW, 'each slow one is cut off in the end');
  const { lost, beats, p99Ms } = await held.end();
  test.equal(lost, 0);
  test.ok(p99Ms < TTL_MS / 10, `the 99th percentile of ${beats} heartbeats: ${p99Ms.toFixed(0)} ms`);
  test.comment(`${WAITERS} waiters and ${SLOW} slow clients: all answered, and all slow ones cut off, after ${((monotonicMs() - startedMs) / 1_000).toFixed(1)} s; ${beforeMb.toFixed(0)} MB before, ${withAllMb.toFixed(0)} MB with all; another acquire took ${servedMs.toFixed(0)} ms; heartbeats' p99 ${p99Ms.toFixed(0)} ms, ${lost} leases lost`);
});
