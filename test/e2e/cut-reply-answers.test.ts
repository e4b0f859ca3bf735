/**
 * A connection that is cut in the midst of an answer about a reply, byte by byte: whoever repeats the request finds the same outcome; no second reply, no second
 * attempt, and what a turn delivers is delivered once (S9, S12, S13). A sample of the bytes, a smaller one over Redis; `HOLDFAST_LONG=1` cuts after each.
 */
import t, { type Test } from 'tap';
import { LeaseClient } from '../../client/src/index.ts';
import { startCuttingProxy, type CuttingProxy, type Fate, type SeenRequest } from '../support/cutting-proxy.ts';
import { eachStoreInFull, IS_LONG, type Place } from '../support/each-store.ts';
import { inParallel } from '../support/in-parallel.ts';
import { LeaseApi, newLeaseId } from '../support/lease-api.ts';
import { attempt, park, repliesOf, type AttemptBody, type ReplyAnswer } from '../support/reply-api.ts';
import { sampledBytes } from '../support/sampled-bytes.ts';
import { spawnService } from '../support/spawn-service.ts';
import { within } from '../support/until.ts';

t.setTimeout(240_000);

const TTL_MS = 60_000;
const AT_ONCE = 8;
/** No answer about these replies is longer; that they were is a failure of its own. */
const ANSWER_BYTES_MAX = 560;
const EVERY: Record<Place['name'], number> = { embedded: IS_LONG ? 1 : 11, redis: IS_LONG ? 1 : 41, quorum: 11 };

/** With the bytes that a connection is cut after. */
interface Scene {
  readonly proxy: CuttingProxy;
  readonly direct: LeaseApi;
  readonly positions: readonly number[];
}

const SESSION = /\/cut(?:%3A|-)(\d+)\//;
const positionOf = ({ path }: SeenRequest): number | undefined => {
  const bytes = SESSION.exec(path)?.[1];
  return bytes === undefined ? undefined : Number(bytes);
};

/** By turns with a reset and an orderly end. */
const cutAfter = (afterAnswerBytes: number): Fate => ({ kind: 'cut', afterAnswerBytes, how: afterAnswerBytes % 2 === 0 ? 'rst' : 'fin' });

const isChange = ({ method, path }: SeenRequest): boolean => method !== 'GET' && path.startsWith('/v1/replies/');

const setUp = async (test: Test, { name, store }: Place): Promise<Scene> => {
  const service = await spawnService(test, { store, env: { HOLDFAST_LOG_LEVEL: 'silent' } });
  const proxy = await startCuttingProxy(test, service.port);
  const direct = new LeaseApi(service.baseUrl);
  test.teardown(() => direct.close());
  return { proxy, direct, positions: sampledBytes(ANSWER_BYTES_MAX, EVERY[name]) };
};

/** That the cuts reached from the first byte of the answers to beyond their last. */
const assertCovered = (test: Test, cut: readonly SeenRequest[]): void => {
  const longest = Math.max(...cut.map(({ answerBytes }) => answerBytes));
  test.ok(longest > 300 && longest < ANSWER_BYTES_MAX, `the cuts went through all of the longest answer, ${longest} bytes`);
  const lost = cut.filter((request) => positionOf(request)! < request.answerBytes).length;
  test.ok(lost > cut.length / 4 && lost < cut.length, `${lost} of ${cut.length} answers were lost`);
};

const LIFE: readonly AttemptBody[] = [
  { attempt: 1, outcome: 'sending', committed: true },
  { attempt: 1, outcome: 'failed', error: 'the channel is away' },
  { attempt: 2, outcome: 'sending' },
  { attempt: 2, outcome: 'unknown', error: 'no answer came' },
  { attempt: 3, outcome: 'sending' },
  { attempt: 3, outcome: 'delivered' },
];
const STATES = { sending: 'sending', failed: 'parked', unknown: 'unknown', delivered: 'delivered' } as const;

eachStoreInFull(t, 'a parking and every step of its attempts, each answer cut and the request repeated', async (test, place) => {
  const { proxy, direct, positions } = await setUp(test, place);
  const api = new LeaseApi(proxy.baseUrl, { keepAlive: false });
  test.teardown(() => api.close());
  const cut: SeenRequest[] = [];
  const seen = new Map<string, number>();
  proxy.fateOf = (request) => {
    const position = positionOf(request);
    if (position === undefined || !isChange(request)) return { kind: 'pass' };
    const name = `${request.method} ${request.path}`;
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    // Everything is sent twice, and the second time comes through.
    if (count % 2 === 1) return { kind: 'pass' };
    cut.push(request);
    return cutAfter(position);
  };
  const wrong: string[] = [];
  const live = async (position: number): Promise<void> => {
    const session = `cut:${position}`;
    const expect = (what: string, is: unknown, wanted: unknown): void => {
      if (is !== wanted) wrong.push(`${session}: ${what} is ${String(is)}, not ${String(wanted)}`);
    };
    const twice = async (call: () => Promise<ReplyAnswer>): Promise<{ first: ReplyAnswer | undefined; repeat: ReplyAnswer }> => {
      const first = await call().catch(() => undefined);
      return { first, repeat: await call() };
    };
    const leaseId = newLeaseId();
    const { body: lease } = await direct.acquire(session, leaseId, { holder: 'cut-off', ttlMs: TTL_MS, waitMs: 0 });
    const parked = await twice(() => park(api, session, 'reply-1', { fencingToken: lease.fencingToken!, payload: { text: 'hello' } }));
    if (parked.first) expect('the first parking', parked.first.status, 201);
    expect('the repeated parking', `${parked.repeat.status} ${parked.repeat.body.state}`, '200 parked');
    for (const step of LIFE) {
      const { first, repeat } = await twice(() => attempt(api, session, 'reply-1', leaseId, step));
      const wanted = `200 ${STATES[step.outcome]} ${step.attempt}`;
      const told = ({ status, body }: ReplyAnswer): string => `${status} ${body.state} ${body.attempts}`;
      if (first) expect(`${step.outcome} ${step.attempt}`, told(first), wanted);
      expect(`the repeated ${step.outcome} ${step.attempt}`, told(repeat), wanted);
    }
    const listed = await repliesOf(direct, session);
    expect('what is left', listed.map(({ replyId, state, attempts }) => `${replyId} ${state} ${attempts}`).join(), 'reply-1 delivered 3');
  };
  await within('all cuts', inParallel(positions, AT_ONCE, live), 200_000);
  test.same(wrong.slice(0, 10), [], `${wrong.length} expectations failed`);
  test.equal(cut.length, positions.length * (1 + LIFE.length), 'each answer was cut once');
  assertCovered(test, cut);
});

/** Cuts each answer about replies of a session named after its cut, once: a request after a lost answer is its repeat, and passes. */
const cutOnce = (proxy: CuttingProxy): SeenRequest[] => {
  const cut: SeenRequest[] = [];
  const before = new Map<string, SeenRequest>();
  proxy.fateOf = (request) => {
    const position = positionOf(request);
    if (position === undefined || !isChange(request)) return { kind: 'pass' };
    const name = `${request.method} ${request.path}`;
    const previous = before.get(name);
    before.delete(name);
    if (previous && position < previous.answerBytes) return { kind: 'pass' };
    before.set(name, request);
    cut.push(request);
    return cutAfter(position);
  };
  return cut;
};

const clientOf = (test: Test, proxy: CuttingProxy): LeaseClient => {
  const client = new LeaseClient({ baseUrl: proxy.baseUrl, holder: 'cut-off', ttlMs: TTL_MS, requestTimeoutMs: 30_000, events: false });
  test.teardown(() => client.close());
  return client;
};

eachStoreInFull(t, 'client.replies.park, cut in the midst of its answer, parks once', async (test, place) => {
  const { proxy, direct, positions } = await setUp(test, place);
  const client = clientOf(test, proxy);
  const cut = cutOnce(proxy);
  const wrong: string[] = [];
  await within(
    'all cuts',
    inParallel(positions, AT_ONCE, async (position) => {
      const session = `cut-${position}`;
      const { body: lease } = await direct.acquire(session, newLeaseId(), { holder: 'cut-off', ttlMs: TTL_MS, waitMs: 0 });
      const { reply } = await client.replies.park(session, 'reply-1', { fencingToken: lease.fencingToken!, payload: { text: 'hello' } });
      const listed = (await repliesOf(direct, session)).map(({ replyId, state }) => `${replyId} ${state}`).join();
      if (reply.state !== 'parked' || listed !== 'reply-1 parked') wrong.push(`${session}: parked as ${reply.state}, listed ${listed}`);
    }),
    100_000,
  );
  test.same(wrong.slice(0, 10), [], `${wrong.length} expectations failed`);
  test.equal(cut.length, positions.length);
  assertCovered(test, cut);
});

eachStoreInFull(t, 'a turn whose answers are cut delivers once', async (test, place) => {
  const { proxy, direct, positions } = await setUp(test, place);
  const client = clientOf(test, proxy);
  const cut = cutOnce(proxy);
  const wrong: string[] = [];
  const turn = async (position: number): Promise<void> => {
    const session = `cut-${position}`;
    const done: string[] = [];
    const { outcome, attempts, takeovers } = await client.turn<string>(
      session,
      {
        generate: () => `an answer to ${session}`,
        commit: (reply) => void done.push(`commit ${reply}`),
        deliver: (reply, { maybeDelivered }) => void done.push(`deliver ${reply}${maybeDelivered ? ' again' : ''}`),
      },
      { replyId: 'reply-1' },
    );
    const told = `${outcome} ${attempts} ${takeovers}: ${done.join()}`;
    if (told !== `delivered 1 0: commit an answer to ${session},deliver an answer to ${session}`) wrong.push(`${session}: ${told}`);
    const listed = (await repliesOf(direct, session)).map(({ replyId, state, attempts: begun }) => `${replyId} ${state} ${begun}`).join();
    if (listed !== 'reply-1 delivered 1') wrong.push(`${session}: listed ${listed}`);
  };
  await within('all cuts', inParallel(positions, AT_ONCE, turn), 200_000);
  test.same(wrong.slice(0, 10), [], `${wrong.length} expectations failed`);
  test.equal(cut.length, 3 * positions.length, 'a parking, the beginning of an attempt and its end');
  assertCovered(test, cut);
});
