/**
 * All that can be refused of a reply, one after another, by a real service with the embedded store: each is a clear error, and after each a listing shows that
 * nothing was lost. In the end the service is killed, and everything is still there (S11, S12).
 */
import t, { type Test } from 'tap';
import { LeaseClient, UnauthorizedError } from '../../client/src/index.ts';
import { inParallel } from '../support/in-parallel.ts';
import { LeaseApi, newLeaseId } from '../support/lease-api.ts';
import { attempt, discard, park, readReply, repliesOf, replyPath, type ParkBody, type ReplyAnswer, type ReplyState } from '../support/reply-api.ts';
import { spawnService, type SpawnedService } from '../support/spawn-service.ts';
import { until } from '../support/until.ts';

t.setTimeout(240_000);

const TTL_MS = 600_000;
const REPLIES_MAX = 1_000;
const PAYLOAD_BYTES_MAX = 262_144;
const BYTES_MAX = 16_777_216;

interface Kept {
  state: ReplyState;
  /** Undefined once it was delivered. */
  payload: unknown;
}

/** What must be there, reply by reply. */
class Shelf {
  readonly #sessions = new Map<string, Map<string, Kept>>();

  put(session: string, replyId: string, kept: Kept): void {
    const replies = this.#sessions.get(session) ?? new Map<string, Kept>();
    this.#sessions.set(session, replies.set(replyId, kept));
  }

  move(session: string, replyId: string, state: ReplyState): void {
    const kept = this.#sessions.get(session)!.get(replyId)!;
    kept.state = state;
    if (state === 'delivered') kept.payload = undefined;
  }

  async assertWhole(test: Test, api: LeaseApi, what: string): Promise<void> {
    const wrong: string[] = [];
    for (const [session, replies] of this.#sessions) {
      const listed = new Map((await repliesOf(api, session)).map(({ replyId = '', state }) => [replyId, state]));
      for (const [replyId, { state }] of replies) if (listed.get(replyId) !== state) wrong.push(`${session}/${replyId} is ${listed.get(replyId)} and was ${state}`);
      if (listed.size !== replies.size) wrong.push(`${session} has ${listed.size} replies, and had ${replies.size}`);
    }
    test.same(wrong.slice(0, 5), [], `nothing is lost: ${what}`);
  }

  /** Reads every payload too. */
  async assertReadable(test: Test, api: LeaseApi): Promise<void> {
    const wrong: string[] = [];
    const all = [...this.#sessions].flatMap(([session, replies]) => [...replies].map(([replyId, kept]) => ({ session, replyId, ...kept })));
    await inParallel(all, 8, async ({ session, replyId, state, payload }) => {
      const { status, body } = await readReply(api, session, replyId);
      if (status !== 200 || body.state !== state || JSON.stringify(body.payload) !== JSON.stringify(payload)) wrong.push(`${session}/${replyId}: ${status} ${body.state}`);
    });
    test.same(wrong.slice(0, 5), [], `all ${all.length} read as they were parked`);
  }
}

/** That an answer is a problem document which says what is wrong, and that nothing came of the request. */
const assertRefused = (test: Test, { status, headers, body }: ReplyAnswer, code: string, expected: { status: number; detail: RegExp; [member: string]: unknown }): void => {
  test.equal(headers['content-type']?.split(';')[0], 'application/problem+json');
  test.match({ httpStatus: status, ...body }, { httpStatus: expected.status, code, type: `/problems/${code}`, title: /\S/, requestId: /\S/, outcome: 'not-applied', ...expected });
};

interface Scene {
  readonly api: LeaseApi;
  readonly shelf: Shelf;
  /** Takes a session and keeps it. */
  lease(session: string): Promise<{ leaseId: string; fencingToken: number }>;
  park(session: string, replyId: string, body: ParkBody): Promise<ReplyAnswer>;
}

const sceneOf = (test: Test, service: SpawnedService): Scene => {
  const api = new LeaseApi(service.baseUrl);
  test.teardown(() => api.close());
  const shelf = new Shelf();
  return {
    api,
    shelf,
    lease: async (session) => {
      const leaseId = newLeaseId();
      const { body } = await api.acquire(session, leaseId, { holder: 'gateway-1', ttlMs: TTL_MS, waitMs: 0 });
      return { leaseId, fencingToken: body.fencingToken! };
    },
    park: async (session, replyId, body) => {
      const answer = await park(api, session, replyId, body);
      if (answer.status === 201) shelf.put(session, replyId, { state: 'parked', payload: body.payload });
      return answer;
    },
  };
};

/** So many bytes as compact JSON, with characters of more than one byte. */
const textOfBytes = (bytes: number): string => `é${'x'.repeat(bytes - 4)}`;

const CASES: readonly { readonly what: string; run(test: Test, scene: Scene): Promise<void> }[] = [
  {
    what: 'a payload one byte too large',
    run: async (test, scene) => {
      const { fencingToken } = await scene.lease('large');
      const largest = await scene.park('large', 'json', { fencingToken, payload: textOfBytes(PAYLOAD_BYTES_MAX) });
      test.match(largest, { status: 201, body: { payloadBytes: PAYLOAD_BYTES_MAX } }, 'one of the largest size is taken');
      const contentType = 'text/markdown; charset=utf-8';
      const plain = '€'.repeat(PAYLOAD_BYTES_MAX / 4).padEnd(PAYLOAD_BYTES_MAX / 2, 'x');
      test.match(await scene.park('large', 'text', { fencingToken, payload: plain, contentType }), { status: 201, body: { payloadBytes: PAYLOAD_BYTES_MAX, contentType } });
      for (const [replyId, payload, type] of [['json', textOfBytes(PAYLOAD_BYTES_MAX), 'application/json'], ['text', plain, contentType]]) {
        test.match(await readReply(scene.api, 'large', replyId!), { status: 200, body: { payload, contentType: type } }, 'and read back');
      }
      const expected = { status: 413, detail: /payload: must be at most 262144 bytes/, payloadBytes: PAYLOAD_BYTES_MAX + 1, payloadBytesMax: PAYLOAD_BYTES_MAX };
      assertRefused(test, await scene.park('large', 'json-2', { fencingToken, payload: textOfBytes(PAYLOAD_BYTES_MAX + 1) }), 'payload-too-large', expected);
      assertRefused(test, await scene.park('large', 'text-2', { fencingToken, payload: `${plain}x`, contentType }), 'payload-too-large', expected);
    },
  },
  {
    what: '1,001 undelivered replies',
    run: async (test, scene) => {
      const { fencingToken } = await scene.lease('many');
      const refused: ReplyAnswer[] = [];
      await inParallel(Array.from({ length: REPLIES_MAX }).keys(), 16, async (number) => {
        const answer = await scene.park('many', `reply-${number}`, { fencingToken, payload: { number } });
        if (answer.status !== 201) refused.push(answer);
      });
      test.same(refused, [], `${REPLIES_MAX} are taken`);
      const next = { fencingToken, payload: { number: REPLIES_MAX } };
      const expected = { status: 429, detail: /1000 undelivered replies/, replies: REPLIES_MAX, repliesMax: REPLIES_MAX, bytesMax: BYTES_MAX };
      const full = await scene.park('many', 'one-more', next);
      assertRefused(test, full, 'replies-full', expected);
      test.ok(Number(full.headers['retry-after']) >= 1, 'and says when to come back');
      test.equal((await scene.park('many', 'reply-7', { fencingToken, payload: { number: 7 } })).status, 200, 'one that is there already is no further one');
      test.equal((await discard(scene.api, 'many', 'reply-500', 'answered by hand')).status, 200);
      scene.shelf.move('many', 'reply-500', 'superseded');
      test.equal((await scene.park('many', 'one-more', next)).status, 201, 'after one was discarded there is room');
      assertRefused(test, await scene.park('many', 'two-more', next), 'replies-full', expected);
      const replayed = await scene.api.call({ method: 'POST', path: `${replyPath('many', 'reply-500')}/replay`, body: { reason: 'still wanted' } });
      assertRefused(test, replayed, 'replies-full', expected);
    },
  },
  {
    what: '16 MiB of undelivered replies, and one byte',
    run: async (test, scene) => {
      const { fencingToken } = await scene.lease('heavy');
      const count = BYTES_MAX / PAYLOAD_BYTES_MAX;
      const refused: ReplyAnswer[] = [];
      await inParallel(Array.from({ length: count }).keys(), 4, async (number) => {
        const answer = await scene.park('heavy', `reply-${number}`, { fencingToken, payload: textOfBytes(PAYLOAD_BYTES_MAX) });
        if (answer.status !== 201) refused.push(answer);
      });
      test.same(refused, [], `${count} of the largest are taken`);
      const expected = { status: 429, detail: /16777216 bytes/, replies: count, bytes: BYTES_MAX, repliesMax: REPLIES_MAX, bytesMax: BYTES_MAX };
      assertRefused(test, await scene.park('heavy', 'a-byte', { fencingToken, payload: 7 }), 'replies-full', expected);
      test.equal((await discard(scene.api, 'heavy', 'reply-0', 'too long')).status, 200);
      scene.shelf.move('heavy', 'reply-0', 'superseded');
      test.equal((await scene.park('heavy', 'a-byte', { fencingToken, payload: 7 })).status, 201);
    },
  },
  {
    what: 'a reply id used twice with another payload',
    run: async (test, scene) => {
      const { fencingToken } = await scene.lease('reused');
      test.equal((await scene.park('reused', 'reply-1', { fencingToken, payload: { text: 'first' } })).status, 201);
      const expected = { status: 422, detail: /knows the reply id with another payload or content type/ };
      assertRefused(test, await scene.park('reused', 'reply-1', { fencingToken, payload: { text: 'second' } }), 'reply-id-reused', expected);
      assertRefused(test, await scene.park('reused', 'reply-1', { fencingToken, payload: 'first', contentType: 'text/plain' }), 'reply-id-reused', expected);
      test.match(await readReply(scene.api, 'reused', 'reply-1'), { body: { payload: { text: 'first' } } }, 'the first one stands');
    },
  },
  {
    what: 'a token above any granted',
    run: async (test, scene) => {
      const { fencingToken } = await scene.lease('above');
      test.equal((await scene.park('above', 'reply-1', { fencingToken, payload: 'under the largest that was granted' })).status, 201);
      const above = await scene.park('above', 'reply-2', { fencingToken: fencingToken + 1_000_000_000, payload: 'from nowhere' });
      assertRefused(test, above, 'fencing-token-unknown', { status: 422, detail: /fencingToken: is above all that were granted/ });
      assertRefused(test, await readReply(scene.api, 'above', 'reply-2'), 'reply-unknown', { status: 404, detail: /no reply of this id/ });
    },
  },
  {
    what: 'settlement by a stale holder',
    run: async (test, scene) => {
      for (const session of ['stale-failed', 'stale-delivered']) {
        const { leaseId, fencingToken } = await scene.lease(session);
        await scene.park(session, 'reply-1', { fencingToken, payload: session });
        test.match(await attempt(scene.api, session, 'reply-1', leaseId, { attempt: 1, outcome: 'sending' }), { status: 200, body: { state: 'sending' } });
        test.equal((await scene.api.revoke(session, { by: 'operator', reason: 'the gateway hangs' })).status, 200);
        scene.shelf.move(session, 'reply-1', 'unknown');
        await scene.shelf.assertWhole(test, scene.api, 'the lease ended in the midst of the attempt');
        const expected = { status: 410, detail: /The lease ended: revoked/, endedBecause: 'revoked', fencingToken };
        for (const outcome of ['failed', 'unknown'] as const) {
          assertRefused(test, await attempt(scene.api, session, 'reply-1', leaseId, { attempt: 1, outcome, error: 'too late' }), 'lease-lost', expected);
        }
        if (session === 'stale-failed') continue;
        const delivered = await attempt(scene.api, session, 'reply-1', leaseId, { attempt: 1, outcome: 'delivered' });
        test.match(delivered, { status: 200, body: { state: 'delivered' } }, 'that it arrived is believed, and spares a repeat');
        scene.shelf.move(session, 'reply-1', 'delivered');
      }
    },
  },
  {
    what: 'a late `failed` after a newer attempt',
    run: async (test, scene) => {
      const first = await scene.lease('late');
      await scene.park('late', 'reply-1', { fencingToken: first.fencingToken, payload: 'sent twice' });
      await attempt(scene.api, 'late', 'reply-1', first.leaseId, { attempt: 1, outcome: 'sending' });
      await scene.api.revoke('late', { by: 'operator', reason: 'the gateway hangs' });
      const second = await scene.lease('late');
      test.match(await attempt(scene.api, 'late', 'reply-1', second.leaseId, { attempt: 2, outcome: 'sending' }), { status: 200, body: { maybeDelivered: true } });
      scene.shelf.move('late', 'reply-1', 'sending');
      const expected = { status: 409, detail: /2 attempts have begun/, attempts: 2 };
      for (const outcome of ['failed', 'delivered'] as const) {
        assertRefused(test, await attempt(scene.api, 'late', 'reply-1', first.leaseId, { attempt: 1, outcome }), 'attempt-superseded', expected);
      }
      const others = await attempt(scene.api, 'late', 'reply-1', first.leaseId, { attempt: 2, outcome: 'failed' });
      assertRefused(test, others, 'attempt-not-taken', { status: 409, detail: /no attempt under way that it could settle/ });
      await scene.shelf.assertWhole(test, scene.api, "the newer holder's attempt stands");
      test.match(await attempt(scene.api, 'late', 'reply-1', second.leaseId, { attempt: 2, outcome: 'delivered' }), { status: 200, body: { state: 'delivered' } });
      scene.shelf.move('late', 'reply-1', 'delivered');
      const over = await attempt(scene.api, 'late', 'reply-1', second.leaseId, { attempt: 3, outcome: 'sending' });
      assertRefused(test, over, 'reply-settled', { status: 409, detail: /The reply is delivered/, state: 'delivered' });
    },
  },
];

t.test('what is refused is refused clearly, and nothing is lost by it, nor by a kill afterwards', async (t) => {
  const service = await spawnService(t, { env: { HOLDFAST_LOG_LEVEL: 'silent' } });
  const scene = sceneOf(t, service);
  for (const { what, run } of CASES) {
    await t.test(what, async (t) => {
      await run(t, scene);
      await scene.shelf.assertWhole(t, scene.api, what);
    });
  }
  await service.restart('SIGKILL');
  const after = new LeaseApi(service.baseUrl);
  t.teardown(() => after.close());
  await scene.shelf.assertWhole(t, after, 'after a kill and a restart');
  await scene.shelf.assertReadable(t, after);
});

t.test('a courier with the wrong key says so, takes nothing and loses nothing; one with the right key delivers', async (t) => {
  const service = await spawnService(t, { env: { HOLDFAST_API_KEY: 'the-right-key', HOLDFAST_LOG_LEVEL: 'silent' } });
  const clientWith = (apiKey: string): LeaseClient => {
    const client = new LeaseClient({ baseUrl: service.baseUrl, holder: 'gateway-1', apiKey });
    t.teardown(() => client.close());
    return client;
  };
  const right = clientWith('the-right-key');
  const lease = await right.acquire('keyed', { waitMs: 0 });
  await right.replies.park('keyed', 'reply-1', { fencingToken: lease.fencingToken, payload: { text: 'hello' } });
  await lease.release();

  const delivered: unknown[] = [];
  const handlers = { commit: () => {}, deliver: (reply: unknown) => void delivered.push(reply) };
  const errors: unknown[] = [];
  const intruder = clientWith('the-wrong-key').courier(handlers, { pollMs: 20, onError: (error) => errors.push(error) });
  await until('it has been refused, and has tried again', () => errors.length >= 2);
  await intruder.close();
  for (const error of errors) {
    t.ok(error instanceof UnauthorizedError, String(error));
    t.notMatch(String(error), 'the-wrong-key', 'the key is not repeated');
  }
  t.same(delivered, []);
  t.match(await right.replies.read('keyed', 'reply-1'), { state: 'parked', attempts: 0, committed: false, payload: { text: 'hello' } }, 'nothing is lost');

  await service.restart('SIGKILL');
  t.match(await right.replies.read('keyed', 'reply-1'), { state: 'parked', attempts: 0 }, 'nor after a kill');
  const courier = right.courier(handlers, { pollMs: 20, onError: (error) => t.fail(String(error)) });
  await until('it is delivered', async () => (await right.replies.read('keyed', 'reply-1')).state === 'delivered');
  await courier.close();
  t.same(delivered, [{ text: 'hello' }], 'once');
});
