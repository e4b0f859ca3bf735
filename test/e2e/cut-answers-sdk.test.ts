/**
 * The SDK behind a network that cuts its connections after each byte of an answer: acquire, renewals and release come to
 * the same end as if nothing had happened, with one grant each (S9). Over Redis it is a sample of the bytes; `HOLDFAST_LONG=1` cuts after
 * each there too.
 */
import t, { type Test } from 'tap';
import { LeaseClient } from '../../client/src/index.ts';
import { startCuttingProxy, type CuttingProxy, type SeenRequest } from '../support/cutting-proxy.ts';
import { eachStoreInFull, IS_LONG, type Place } from '../support/each-store.ts';
import { inParallel } from '../support/in-parallel.ts';
import { LeaseApi, newLeaseId } from '../support/lease-api.ts';
import { sampledBytes } from '../support/sampled-bytes.ts';
import { spawnService } from '../support/spawn-service.ts';
import { until, within } from '../support/until.ts';

t.setTimeout(170_000);

const TTL_MS = 30_000;
const AT_ONCE = 16;
/** No answer to these requests is longer; that they were is a failure of its own. */
const ANSWER_BYTES_MAX = 450;
const HEARTBEAT_BYTES_MAX = 420;
const EVERY: Record<Place['name'], number> = { embedded: IS_LONG ? 1 : 3, redis: IS_LONG ? 1 : 13, quorum: 7 };
/** A third of it passes between two heartbeats. */
const HEARTBEAT_TTL_MS = 3_000;
/** Each meets some of the cuts, one after the other. */
const CLIENTS = 60;

interface Scene {
  readonly proxy: CuttingProxy;
  readonly client: LeaseClient;
  readonly api: LeaseApi;
}

const setUp = async (test: Test, { store }: Place): Promise<Scene> => {
  const service = await spawnService(test, { store });
  const proxy = await startCuttingProxy(test, service.port);
  const client = new LeaseClient({ baseUrl: proxy.baseUrl, holder: 'cut-off', ttlMs: TTL_MS });
  test.teardown(() => client.close());
  const api = new LeaseApi(service.baseUrl);
  test.teardown(() => api.close());
  return { proxy, client, api };
};

/** Cuts the first PUT, renewal and DELETE of each session after as many bytes as its name says; by turns with a reset and an orderly end. */
const cutBySession = (proxy: CuttingProxy): SeenRequest[] => {
  const cut: SeenRequest[] = [];
  const seen = new Set<string>();
  proxy.fateOf = (request) => {
    const [, bytes] = /\/cut-(\d+)(?:\/renew)?$/.exec(request.path) ?? [];
    const name = `${request.method} ${request.path}`;
    if (bytes === undefined || seen.has(name)) return { kind: 'pass' };
    seen.add(name);
    cut.push(request);
    const afterAnswerBytes = Number(bytes);
    return { kind: 'cut', afterAnswerBytes, how: afterAnswerBytes % 2 === 0 ? 'rst' : 'fin' };
  };
  return cut;
};

eachStoreInFull(t, 'acquire, renew and release, cut after each byte of their answers', async (test, place) => {
  const { proxy, client, api } = await setUp(test, place);
  const cut = cutBySession(proxy);
  const wrong: string[] = [];
  const tokens: string[] = [];
  const live = async (bytes: number): Promise<void> => {
    const session = `cut-${bytes}`;
    const lease = await client.acquire(session, { waitMs: 0 });
    const seen = await api.inspect(session);
    if (seen.body.fencingToken !== lease.fencingToken) wrong.push(`${session}: held with ${lease.fencingToken}, live is ${seen.body.fencingToken}`);
    if (seen.body.previous !== undefined) wrong.push(`${session}: it took two grants`);
    const renewed = await lease.renew();
    if (renewed.fencingToken !== lease.fencingToken || !lease.held) wrong.push(`${session}: its renewal failed`);
    const released = await lease.release();
    if (released !== 'released') wrong.push(`${session}: its release was ${released}`);
    const after = await api.inspect(session);
    if (after.body.held !== false || after.body.previous?.endedBecause !== 'released') wrong.push(`${session}: it was not released`);
    const next = await api.acquire(session, newLeaseId(), { holder: 'next', waitMs: 0 });
    if (next.status !== 201 || (next.body.fencingToken ?? 0) <= lease.fencingToken) wrong.push(`${session}: the next holder got ${next.status}`);
    tokens.push(`${session}: ${lease.fencingToken}`, `${session}: ${next.body.fencingToken}`);
  };
  const positions = sampledBytes(ANSWER_BYTES_MAX, EVERY[place.name]);
  await within('all cuts', inParallel(positions, AT_ONCE, live), 120_000);
  test.same(wrong.slice(0, 10), [], `${wrong.length} expectations failed`);
  test.equal(new Set(tokens).size, 2 * positions.length, 'every grant of a session has a fencing token of its own (S1)');
  const longest = Math.max(...cut.map(({ answerBytes }) => answerBytes));
  test.ok(longest > 200 && longest < ANSWER_BYTES_MAX, `the cuts covered every byte of the longest answer, ${longest}`);
  const lost = cut.filter(({ path, answerBytes }) => Number(/cut-(\d+)/.exec(path)?.[1]) < answerBytes).length;
  test.equal(proxy.requests.filter(({ path }) => path.includes('/cut-')).length, 3 * positions.length + lost, 'each lost answer cost one repeat');
  test.comment(`${proxy.cuts} connections cut, ${lost} answers lost`);
});

eachStoreInFull(t, 'heartbeats, cut after each byte of their answer, cost a repeat and no lease', async (test, { name, store }) => {
  const service = await spawnService(test, { store });
  const api = new LeaseApi(service.baseUrl);
  test.teardown(() => api.close());
  const positions = sampledBytes(HEARTBEAT_BYTES_MAX, EVERY[name]);
  const longest: number[] = [];
  const live = async (first: number): Promise<void> => {
    const proxy = await startCuttingProxy(test, service.port);
    const client = new LeaseClient({ baseUrl: proxy.baseUrl, holder: `gateway-${first}`, ttlMs: HEARTBEAT_TTL_MS });
    test.teardown(() => client.close());
    const lease = await client.acquire(`kept-${first}`, { waitMs: 0 });
    const cut: SeenRequest[] = [];
    const left = positions.filter((_, index) => index % CLIENTS === first);
    let repeats = true;
    proxy.fateOf = (request) => {
      // Each second one passes: it is the repeat of the one before.
      if (request.path !== '/v1/heartbeats' || left.length === 0 || (repeats = !repeats)) return { kind: 'pass' };
      cut.push(request);
      return { kind: 'cut', afterAnswerBytes: left.shift()!, how: cut.length % 2 === 0 ? 'rst' : 'fin' };
    };
    await until('all its heartbeats are cut', () => left.length === 0 || lease.signal.aborted, { withinMs: 60_000 });
    await lease.verify();
    longest.push(...cut.map(({ answerBytes }) => answerBytes));
    if (!lease.held) test.fail(`the lease of gateway ${first} was lost after ${cut.length} cuts`);
    test.equal((await api.inspect(`kept-${first}`)).body.fencingToken, lease.fencingToken);
    test.equal(await lease.release(), 'released');
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, first) => live(first)));
  const bytes = Math.max(...longest);
  test.ok(bytes > 200 && bytes < HEARTBEAT_BYTES_MAX, `the cuts covered every byte of the longest answer, ${bytes}`);
  test.equal(longest.length, positions.length, 'one cut for each byte');
});
