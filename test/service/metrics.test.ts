// The metrics of a running app: each has a name, a type and a help, and moves when that happens which it tells of. None names anybody.
import { randomBytes } from 'node:crypto';
import t, { type Test } from 'tap';
import { KeyRing } from '../../service/src/access/key-ring.ts';
import { makeKey } from '../../service/src/access/new-key.ts';
import { StoreUnavailableError } from '../../service/src/session/errors.ts';
import { buildTestApp, type BuildOptions } from '../support/build-app.ts';
import { call, leaseIdOf } from '../support/inject.ts';

/** Names that must never be seen in what is scraped. */
const [SESSION, HOLDER, REPLY] = ['session-canary', 'holder-canary', 'reply-canary'];

const begin = async (t: Test, options: BuildOptions = {}) => {
  const built = await buildTestApp(t, { quotas: { leases: 2, waiters: 2, replies: 2, bytes: 1_000 }, ...options });
  const { app, clock } = built;
  const scrape = async (): Promise<string> => {
    const answer = await call(app, { method: 'GET', url: '/metrics' });
    t.equal(answer.statusCode, 200);
    return answer.body;
  };
  /** Of one sample, with its labels as they are written. */
  const value = async (sample: string): Promise<number> => {
    const line = (await scrape()).split('\n').find((line) => line.startsWith(`holdfast_${sample} `));
    if (line === undefined) throw new Error(`there is no ${sample}`);
    return Number(line.slice(line.lastIndexOf(' ') + 1));
  };
  const take = (session = SESSION, leaseId = 'a', more: object = {}) => call(app, { method: 'PUT', url: `/v1/leases/${session}`, leaseId: leaseIdOf(leaseId), body: { holder: HOLDER, ttlMs: 30_000, ...more } });
  const renew = (leaseId = 'a') => call(app, { method: 'POST', url: `/v1/leases/${SESSION}/renew`, leaseId: leaseIdOf(leaseId) });
  const release = (session = SESSION, leaseId = 'a') => call(app, { method: 'DELETE', url: `/v1/leases/${session}`, leaseId: leaseIdOf(leaseId) });
  const park = (replyId = REPLY, payload = 'said') => call(app, { method: 'PUT', url: `/v1/replies/${SESSION}/${replyId}`, body: { fencingToken: 1, holder: HOLDER, payload } });
  const attempt = (outcome: string, more: object = {}) => call(app, { method: 'POST', url: `/v1/replies/${SESSION}/${REPLY}/attempts`, leaseId: leaseIdOf('a'), body: { outcome, attempt: 1, ...more } });
  const queued = async (count: number): Promise<void> => {
    while ((await call(app, { method: 'GET', url: `/v1/leases/${SESSION}` })).json<{ waiters: unknown[] }>().waiters.length < count) await clock.advanceAsync(1, 1);
  };
  return { ...built, scrape, value, take, renew, release, park, attempt, queued };
};

/** What there is, with its type. A name that changes breaks dashboards and alerts of others. */
const TYPES: Readonly<Record<string, string>> = {
  leases: 'gauge',
  waiters: 'gauge',
  oldest_wait_seconds: 'gauge',
  replies: 'gauge',
  reply_bytes: 'gauge',
  oldest_reply_seconds: 'gauge',
  check_ok: 'gauge',
  loop_rounds_total: 'counter',
  state_losses_total: 'counter',
  grants_total: 'counter',
  leases_ended_total: 'counter',
  takeovers_total: 'counter',
  yield_requests_total: 'counter',
  renewals_total: 'counter',
  stale_verdicts_total: 'counter',
  replies_parked_total: 'counter',
  reply_outcomes_total: 'counter',
  refusals_total: 'counter',
  store_failures_total: 'counter',
  grant_seconds: 'histogram',
  wait_seconds: 'histogram',
  hold_seconds: 'histogram',
  handoff_seconds: 'histogram',
  heartbeat_lateness_seconds: 'histogram',
  store_seconds: 'histogram',
};

t.test('these are the metrics, each with its type and what it means', async (t) => {
  const { scrape } = await begin(t);
  const text = await scrape();
  const types = Object.fromEntries([...text.matchAll(/^# TYPE holdfast_(\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]));
  t.strictSame(types, TYPES);
  for (const name of Object.keys(TYPES)) t.match(text, new RegExp(`^# HELP holdfast_${name} [A-Z].{8,}\\.$`, 'm'), name);
});

t.test('leases: granted, held, lost, ended', async (t) => {
  const { value, take, renew, release, clock, app } = await begin(t);
  await take();
  t.equal(await value('leases'), 1);
  t.equal(await value('grants_total{waited="no"}'), 1);
  t.equal(await value('grant_seconds_count'), 1);
  await take();
  t.equal(await value('grants_total{waited="no"}'), 1, 'a repeat is no grant');
  clock.advance(12_000);
  await renew();
  t.equal(await value('renewals_total{result="renewed"}'), 1);
  t.equal(await value('heartbeat_lateness_seconds_sum'), 2, 'two seconds after a third of the TTL');
  clock.advance(5_000);
  await release();
  t.equal(await value('leases'), 0);
  t.equal(await value('leases_ended_total{reason="released"}'), 1);
  t.equal(await value('takeovers_total{reason="expired"}'), 0);
  t.equal(await value('hold_seconds_sum'), 17);
  await renew();
  t.equal(await value('renewals_total{result="lost"}'), 1);
  await renew('z');
  t.equal(await value('renewals_total{result="unknown"}'), 1);
  await call(app, { method: 'POST', url: '/v1/heartbeats', body: { leases: [{ session: SESSION, leaseId: leaseIdOf('a') }] } });
  t.equal(await value('renewals_total{result="lost"}'), 2, 'heartbeats are renewals');
});

t.test('takeovers by reason, yield requests, stale verdicts', async (t) => {
  const { value, take, clock, app } = await begin(t);
  const token = (await take()).json<{ fencingToken: number }>().fencingToken;
  await call(app, { method: 'POST', url: `/v1/leases/${SESSION}/yield`, body: { by: 'op' } });
  t.equal(await value('yield_requests_total'), 1);
  clock.advance(30_001);
  await take(SESSION, 'b');
  t.equal(await value('takeovers_total{reason="expired"}'), 1);
  t.equal(await value('leases_ended_total{reason="expired"}'), 1);
  await call(app, { method: 'GET', url: `/v1/leases/${SESSION}/fence?token=${token}` });
  t.equal(await value('stale_verdicts_total{verdict="superseded"}'), 1);
  await call(app, { method: 'POST', url: `/v1/leases/${SESSION}/revoke`, body: { by: 'op', reason: 'r' } });
  t.equal(await value('takeovers_total{reason="revoked"}'), 1);
  await take(SESSION, 'c');
  await call(app, { method: 'POST', url: `/v1/leases/${SESSION}/yield`, body: { by: 'op', graceMs: 1_000 } });
  clock.advance(30_001);
  await take(SESSION, 'd', { maxHoldMs: 1_000 });
  t.equal(await value('takeovers_total{reason="preempted"}'), 1);
  clock.advance(1_001);
  await call(app, { method: 'GET', url: `/v1/leases/${SESSION}` });
  t.equal(await value('takeovers_total{reason="max-hold"}'), 1);
});

t.test('waiters, their wait, and the hand-off', async (t) => {
  const { value, take, renew, release, clock, queued } = await begin(t);
  await take();
  const waiting = take(SESSION, 'b', { waitMs: 30_000 });
  await queued(1);
  await clock.advanceAsync(4_000, 1_000);
  t.equal(await value('waiters'), 1);
  t.ok((await value('oldest_wait_seconds')) >= 4);
  await release();
  await waiting;
  t.equal(await value('waiters'), 0);
  t.equal(await value('oldest_wait_seconds'), 0);
  t.equal(await value('grants_total{waited="yes"}'), 1);
  t.equal(await value('wait_seconds_count'), 1);
  t.ok((await value('wait_seconds_sum')) >= 4);
  t.equal(await value('grant_seconds_count'), 2);
  clock.advance(200);
  await renew('b');
  t.equal(await value('handoff_seconds_sum'), 0.2);
});

t.test('replies by state, their age, and what came of them', async (t) => {
  const { value, take, park, attempt, clock } = await begin(t);
  await take();
  await park();
  t.equal(await value('replies_parked_total'), 1);
  t.equal(await value('replies{state="parked"}'), 1);
  t.equal(await value('reply_bytes'), 6);
  clock.advance(9_000);
  t.equal(await value('oldest_reply_seconds'), 9);
  await attempt('sending');
  t.equal(await value('replies{state="sending"}'), 1);
  await attempt('failed', { permanent: true });
  t.equal(await value('replies{state="dead"}'), 1);
  t.equal(await value('reply_outcomes_total{state="dead"}'), 1);
  t.equal(await value('oldest_reply_seconds'), 0, 'it is delivered to nobody any more');
});

t.test('the store, and what was refused', async (t) => {
  const { value, take, store } = await begin(t);
  const calls = await value('store_seconds_count{operation="acquire"}').catch(() => 0);
  await take();
  t.equal(await value('store_seconds_count{operation="acquire"}'), calls + 1);
  await take('other', 'b');
  t.match((await take('third', 'c')).json(), { code: 'quota-exceeded', quota: 'leases', limit: 2 });
  t.equal(await value('refusals_total{code="quota-exceeded"}'), 1);
  store.fault = new StoreUnavailableError('down', 'unknown');
  await take('other', 'd');
  t.equal(await value('store_failures_total'), 2, 'the acquire, and the word that nobody waits for it');
  t.equal(await value('refusals_total{code="store-unavailable"}'), 1);
  store.health = { name: 'store', ok: false, rounds: 7 };
  t.equal(await value('check_ok{check="store"}'), 0);
  t.equal(await value('loop_rounds_total{loop="store"}'), 7);
  store.lossesSeen = 3;
  t.equal(await value('state_losses_total'), 3);
  t.equal(await value('state_losses_total'), 3, 'and is not added up');
});

t.test('nothing names a session, a holder, a reply or a namespace', async (t) => {
  const made = makeKey({ namespace: 'namespace-canary', scopes: ['read', 'lease', 'replies'], randomBytes, wallMs: 0 });
  const { app } = await buildTestApp(t, { access: new KeyRing([made.record]) });
  const headers = { authorization: `Bearer ${made.key}` };
  await call(app, { method: 'PUT', url: `/v1/leases/${SESSION}`, leaseId: leaseIdOf('a'), headers, body: { holder: HOLDER } });
  await call(app, { method: 'PUT', url: `/v1/replies/${SESSION}/${REPLY}`, headers, body: { fencingToken: 1, holder: HOLDER, payload: 'payload-canary' } });
  await call(app, { method: 'GET', url: `/v1/leases/${SESSION}/fence?token=1`, headers });
  const answer = await call(app, { method: 'GET', url: '/metrics', headers });
  t.match(answer.headers['content-type'], /^text\/plain; version=0\.0\.4/);
  t.match(answer.body, /holdfast_leases 1\n/);
  t.match(answer.body, /holdfast_replies\{state="parked"\} 1\n/);
  t.notMatch(answer.body, /canary|hfk_/);
});

t.test('with keys in force they need one that may read', async (t) => {
  const made = makeKey({ namespace: 'n', scopes: ['lease'], randomBytes, wallMs: 0 });
  const { app } = await buildTestApp(t, { access: new KeyRing([made.record]) });
  t.equal((await call(app, { method: 'GET', url: '/metrics' })).statusCode, 401);
  t.match((await call(app, { method: 'GET', url: '/metrics', headers: { authorization: `Bearer ${made.key}` } })).json(), { code: 'forbidden', scopes: ['read'] });
});
