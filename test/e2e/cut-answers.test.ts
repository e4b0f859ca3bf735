/**
 * A connection that is cut after each byte of an answer, by a reset and by an orderly end: the caller repeats with the same
 * lease id and finds the same grant, with the same fencing token, and never stands in its own way (S9). Over Redis it is a sample of
 * the bytes; `HOLDFAST_LONG=1` cuts after each there too.
 */
import t, { type Test } from 'tap';
import { startCuttingProxy, type CuttingProxy } from '../support/cutting-proxy.ts';
import { eachStoreInFull, IS_LONG, type Place } from '../support/each-store.ts';
import { inParallel } from '../support/in-parallel.ts';
import { LeaseApi, newLeaseId, type Answer } from '../support/lease-api.ts';
import { sampledBytes } from '../support/sampled-bytes.ts';
import { spawnService } from '../support/spawn-service.ts';
import { within } from '../support/until.ts';

const TTL_MS = 60_000;
const AT_ONCE = 16;
const EVERY: Record<Place['name'], number> = { embedded: IS_LONG ? 1 : 3, redis: IS_LONG ? 1 : 13, quorum: 7 };

interface Cut {
  readonly how: 'rst' | 'fin';
  readonly afterAnswerBytes: number;
}

const sessionOf = ({ how, afterAnswerBytes }: Cut): string => `cut:${how}:${afterAnswerBytes}`;

/** Cuts the first request of each kind on a session named after its cut, and lets its repeats pass. */
const cutFirsts = (proxy: CuttingProxy): void => {
  const seen = new Set<string>();
  proxy.fateOf = ({ method, path }) => {
    const [, how, bytes] = /cut(?:%3A|:)(rst|fin)(?:%3A|:)(\d+)/.exec(path) ?? [];
    const request = `${method} ${path}`;
    if (how === undefined || method === 'GET' || seen.has(request)) return { kind: 'pass' };
    seen.add(request);
    return { kind: 'cut', how: how === 'rst' ? 'rst' : 'fin', afterAnswerBytes: Number(bytes) };
  };
};

/** Undefined when the connection failed. */
const answerOf = (asked: Promise<Answer>): Promise<Answer | undefined> => asked.catch(() => undefined);

interface Tally {
  /** First requests whose answer did not arrive whole. */
  lost: number;
  /** Each with its session: that is what a token is of. */
  readonly tokens: string[];
  readonly wrong: string[];
}

/** One session's life, each first answer cut at the same byte, each repeat let through. */
const liveThrough = async (cut: Cut, api: LeaseApi, tally: Tally): Promise<void> => {
  const session = sessionOf(cut);
  const leaseId = newLeaseId();
  const expect = (what: string, is: unknown, wanted: unknown): void => {
    if (is !== wanted) tally.wrong.push(`${session}: ${what} is ${String(is)}, not ${String(wanted)}`);
  };
  const firstThenRepeat = async (call: () => Promise<Answer>): Promise<{ first: Answer | undefined; repeat: Answer }> => {
    const first = await answerOf(call());
    if (!first) tally.lost += 1;
    return { first, repeat: await call() };
  };
  const body = { holder: 'cut-off', ttlMs: TTL_MS, waitMs: 0 };

  const put = await firstThenRepeat(() => api.acquire(session, leaseId, body));
  const token = put.repeat.body.fencingToken;
  expect('the repeated PUT', put.repeat.status, 200);
  if (put.first) expect('the token of the first answer', put.first.body.fencingToken, token);
  expect('anything before the grant', put.repeat.body.previous, undefined);

  const renewal = await firstThenRepeat(() => api.renew(session, leaseId));
  expect('the repeated renewal', renewal.repeat.status, 200);
  expect('its token', renewal.repeat.body.fencingToken, token);
  const seen = await api.inspect(session);
  expect('the live token', seen.body.fencingToken, token);

  const released = await firstThenRepeat(() => api.release(session, leaseId));
  expect('the repeated release', released.repeat.status, 204);
  expect('the PUT of an ended id', (await api.acquire(session, leaseId, body)).body.code, 'lease-ended');
  const next = await api.acquire(session, newLeaseId(), { ...body, holder: 'next' });
  expect('the next acquire', next.status, 201);
  expect('the grant before it', next.body.previous?.fencingToken, token);
  expect('a larger token', (next.body.fencingToken ?? 0) > (token ?? Infinity), true);
  tally.tokens.push(`${session}: ${token}`, `${session}: ${next.body.fencingToken}`);
};

const setUp = async (test: Test, { store }: Place): Promise<{ proxy: CuttingProxy; api: LeaseApi }> => {
  const service = await spawnService(test, { store });
  const proxy = await startCuttingProxy(test, service.port);
  cutFirsts(proxy);
  const api = new LeaseApi(proxy.baseUrl, { keepAlive: false });
  test.teardown(() => api.close());
  return { proxy, api };
};

eachStoreInFull(t, 'after a cut at any byte of an answer, the same lease id finds the same grant', async (test, place) => {
  const { proxy, api } = await setUp(test, place);
  const longest = await measure(proxy, api);
  const positions = sampledBytes(longest + 2, EVERY[place.name]);
  const cuts = (['rst', 'fin'] as const).flatMap((how) => positions.map((afterAnswerBytes) => ({ how, afterAnswerBytes })));
  const tally: Tally = { lost: 0, tokens: [], wrong: [] };

  proxy.requests.length = 0;
  await within('all cuts', inParallel(cuts, AT_ONCE, (cut) => liveThrough(cut, api, tally)), 120_000);

  test.same(tally.wrong.slice(0, 10), [], `${tally.wrong.length} expectations failed`);
  test.equal(new Set(tally.tokens).size, 2 * cuts.length, 'every grant of a session has a fencing token of its own (S1)');
  const due = lostAsTheyMust(proxy);
  test.equal(tally.lost, due, 'an answer is lost exactly when it was cut before its last byte');
  test.ok(due > cuts.length, `the cuts fell into the answers: ${due} were lost`);
  test.comment(`${cuts.length} sessions, ${proxy.cuts} connections cut, ${due} answers lost, longest answer ${longest} bytes`);
});

/** The longest of the three answers, in bytes. */
const measure = async (proxy: CuttingProxy, api: LeaseApi): Promise<number> => {
  const leaseId = newLeaseId();
  await api.acquire('measured', leaseId, { holder: 'cut-off', ttlMs: TTL_MS, waitMs: 0 });
  await api.renew('measured', leaseId);
  await api.release('measured', leaseId);
  return Math.max(...proxy.requests.map(({ answerBytes }) => answerBytes));
};

/** How many first requests were to be cut before the last byte of their answer. */
const lostAsTheyMust = (proxy: CuttingProxy): number => {
  const firsts = new Map<string, { path: string; answerBytes: number }>();
  for (const request of proxy.requests) {
    const name = `${request.method} ${request.path}`;
    if (request.method !== 'GET' && !firsts.has(name)) firsts.set(name, request);
  }
  const position = (path: string): number => Number(/(\d+)(?:\/renew)?$/.exec(path)?.[1]);
  return [...firsts.values()].filter(({ path, answerBytes }) => position(path) < answerBytes).length;
};
