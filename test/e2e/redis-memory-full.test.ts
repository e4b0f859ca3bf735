/**
 * A Redis whose memory is full of parked replies: what would make it hold more is refused, what is held goes on, and what is parked is delivered, which makes
 * room again.
 */
import t from 'tap';
import { LeaseApi, newLeaseId, type Answer } from '../support/lease-api.ts';
import { startRedisServer } from '../support/redis-server.ts';
import { attempt, park, readReply } from '../support/reply-api.ts';
import { spawnService } from '../support/spawn-service.ts';
import { until } from '../support/until.ts';

t.setTimeout(170_000);

const MEMORY = '20mb';
/** A park is refused while its own request has taken what was left. With so much, all others are too. */
const MEMORY_ONCE_FULL = '18mb';
const PAYLOAD = 'x'.repeat(250_000);
/** 16 MiB a session is another limit; this stays below it. */
const REPLIES_A_SESSION = 50;
/** More than the memory takes. */
const SESSIONS = 3;

const redis = await startRedisServer(t, { settings: ['--maxmemory', MEMORY, '--maxmemory-policy', 'noeviction'] });
const service = await spawnService(t, { store: { redis: redis.url } });
const api = new LeaseApi(service.baseUrl);
t.teardown(() => api.close());

const REFUSED = { status: 503, body: { code: 'store-unavailable', outcome: 'not-applied', detail: /no memory left/ } };

interface Held {
  readonly session: string;
  readonly leaseId: string;
  readonly fencingToken: number;
}

const take = async (session: string): Promise<Held> => {
  const leaseId = newLeaseId();
  const { status, body } = await api.acquire(session, leaseId, { holder: 'gateway-1', ttlMs: 120_000 });
  if (status !== 201) throw new Error(`${session} was answered ${status} ${body.code}`);
  return { session, leaseId, fencingToken: body.fencingToken! };
};

interface Parked extends Held {
  readonly replyId: string;
}

/** Parks until it is refused. */
const fill = async (held: readonly Held[]): Promise<{ readonly parked: readonly Parked[]; readonly refused: Parked; readonly answer: Answer }> => {
  const parked: Parked[] = [];
  for (const lease of held) {
    for (let nth = 0; nth < REPLIES_A_SESSION; nth += 1) {
      const reply = { ...lease, replyId: `${nth}` };
      const answer = await park(api, lease.session, reply.replyId, { fencingToken: lease.fencingToken, payload: PAYLOAD });
      if (answer.status !== 201) return { parked, refused: reply, answer };
      parked.push(reply);
    }
  }
  throw new Error(`${MEMORY} took all of it`);
};

const deliver = async ({ session, leaseId, replyId }: Parked): Promise<readonly number[]> => {
  const taken = await attempt(api, session, replyId, leaseId, { attempt: 1, outcome: 'sending' });
  const { body } = await readReply(api, session, replyId);
  if (body.payload !== PAYLOAD) throw new Error(`the payload of ${session} ${replyId} is another`);
  return [taken.status, (await attempt(api, session, replyId, leaseId, { attempt: 1, outcome: 'delivered' })).status];
};

t.test('when memory is full, what is held and parked goes on, and nothing is added until there is room', async (t) => {
  const held = await Promise.all(Array.from({ length: SESSIONS }, (_, nth) => take(`full ${nth}`)));
  const [first] = held as [Held];
  const handed = await take('handed on');
  const waiter = newLeaseId();
  const waiting = api.acquire(handed.session, waiter, { holder: 'gateway-2', waitMs: 60_000, ttlMs: 120_000 });
  await until('the other gateway waits', async () => (await api.inspect(handed.session)).body.waiters?.length === 1);

  const { parked, refused, answer } = await fill(held);
  t.comment(`${parked.length} replies of ${PAYLOAD.length} bytes fill ${MEMORY}`);
  await redis.ask((asked) => asked.config('SET', 'maxmemory', MEMORY_ONCE_FULL));
  t.match(answer, REFUSED, 'a reply is not parked');
  t.equal((await readReply(api, refused.session, refused.replyId)).status, 404, 'not in part either');
  t.match(await api.acquire('free', newLeaseId(), { holder: 'gateway-2' }), REFUSED, 'a free session is not granted');
  t.equal((await api.inspect('free')).body.held, false);
  t.match(await api.acquire(first.session, newLeaseId(), { holder: 'gateway-2', waitMs: 1_000 }), REFUSED, 'nobody is put into a queue');
  t.equal((await fetch(`${service.baseUrl}/readyz`)).status, 200, 'the service is of use all the same');

  t.match(await api.renew(first.session, first.leaseId), { status: 200, body: { fencingToken: first.fencingToken } }, 'renewals go on');
  const beaten = await api.heartbeat(held.map(({ session, leaseId }) => ({ session, leaseId })));
  t.match(beaten.body.results, held.map(({ fencingToken }) => ({ status: 'held', fencingToken })), 'heartbeats too');
  t.equal((await api.release(handed.session, handed.leaseId)).status, 204, 'a lease is released');
  const granted = await waiting;
  t.equal(granted.status, 201, 'and handed on to whoever waited');
  t.ok(granted.body.fencingToken! > handed.fencingToken);
  t.equal((await api.renew(handed.session, waiter)).status, 200, 'who confirms it');
  t.match(await api.fence(handed.session, handed.fencingToken), { status: 200, body: { verdict: 'superseded' } });

  for (const reply of parked) t.strictSame(await deliver(reply), [200, 200], `reply ${reply.replyId} of ${reply.session} is delivered`);
  t.equal((await api.acquire('free', newLeaseId(), { holder: 'gateway-2' })).status, 201, 'with room again a free session is granted');
  t.equal((await park(api, refused.session, refused.replyId, { fencingToken: refused.fencingToken, payload: PAYLOAD })).status, 201, 'and a reply parked');
  for (const { session, leaseId } of held) t.equal((await api.release(session, leaseId)).status, 204, 'nothing that was held was lost');
});
