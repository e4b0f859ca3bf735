// What the sweep does in Redis: leases end that nobody touches, and what need not be remembered is forgotten, in bounded steps.
import t from 'tap';
import { ENDED_ID_MS, IDLE_SESSION_MS, SETTLED_REPLY_MS } from '../../../../service/src/session/limits.ts';
import { until } from '../../../support/until.ts';
import { namesOfPartition, OwnScripts } from './own-scripts.ts';

const NAMES = namesOfPartition(6) as [string, string, string, string, string, string];
const [A, B, C] = NAMES;

t.test('a lease that nobody touches ends, not a moment early, and its end is told', async (t) => {
  const scripts = await OwnScripts.start(t);
  const fencingToken = await scripts.take(A, 'a', { ttlMs: 30_000 });
  await scripts.take(B, 'b', { ttlMs: 60_000 });
  scripts.clock.advance(29_999);
  t.equal(await scripts.sweep(), 0);
  scripts.clock.advance(1);
  t.equal(await scripts.sweep(), 1);
  await until('both grants and the end are told', () => scripts.events.length >= 3);
  t.strictSame(scripts.events[2], { name: A, event: { type: 'ended', holder: 'holder of a', fencingToken, endedBecause: 'expired', heldForMs: 30_000 } });
  t.strictSame(await scripts.redis.zrange(scripts.key('live'), '0', '-1'), [B], 'the other lives on');
  scripts.clock.advance(1_000);
  t.equal(await scripts.sweep(), 0, 'it ends once');
  t.equal(scripts.events.length, 3);
});

t.test('a step looks at so many leases, and the next goes on behind them', async (t) => {
  const scripts = await OwnScripts.start(t);
  for (const [nth, name] of NAMES.entries()) await scripts.take(name, 'a', { ttlMs: nth >= 4 ? 1_000 : 60_000 });
  scripts.clock.advance(1_000);
  const changed: number[] = [];
  for (let step = 0; step < 5; step += 1) changed.push(await scripts.sweep({ visitsMax: 2 }));
  t.strictSame(changed, [0, 0, 2, 0, 0], 'the third step comes to the end, and then it begins anew');
  await scripts.take(NAMES[4], 'b', { ttlMs: 1_000 });
  await scripts.take(NAMES[5], 'b', { ttlMs: 1_000 });
  scripts.clock.advance(60_000);
  for (let step = 0; step < 4; step += 1) changed.push(await scripts.sweep({ visitsMax: 2 }));
  t.equal(changed.reduce((sum, one) => sum + one, 0), 2 + 6, 'whatever ends, nothing is passed over for ever');
});

t.test('a step changes so many sessions at most, and the next takes the rest', async (t) => {
  const scripts = await OwnScripts.start(t);
  for (const name of NAMES) await scripts.take(name, 'a', { ttlMs: 1_000 });
  scripts.clock.advance(1_000);
  const changed: number[] = [];
  for (let step = 0; step < 4; step += 1) changed.push(await scripts.sweep({ changesMax: 2, visitsMax: NAMES.length }));
  t.strictSame(changed, [2, 2, 2, 0], 'also where it had looked at more than it changed');
});

t.test('the next step comes after a pause, whoever asks; a clock that is set back does not stop it', async (t) => {
  const scripts = await OwnScripts.start(t);
  const pauseMs = 15_750;
  t.equal(await scripts.sweep({ pauseMs }), 0);
  await scripts.take(A, 'a', { ttlMs: 1_000 });
  scripts.clock.advance(pauseMs - 1);
  t.equal(await scripts.sweep({ pauseMs }), 0, 'too soon');
  scripts.clock.advance(1);
  t.equal(await scripts.sweep({ pauseMs }), 1);
  await scripts.redis.hset(scripts.key('meta'), 'sweptAt', String(scripts.clock.now().monoMs + 3_600_000));
  await scripts.take(B, 'b', { ttlMs: 1_000 });
  scripts.clock.advance(1_000);
  t.equal(await scripts.sweep({ pauseMs }), 1);
});

t.test('an idle session is forgotten seven days after its last end, and its tokens go on rising', async (t) => {
  const scripts = await OwnScripts.start(t);
  // Only the floor knows: the clock alone would give smaller tokens for a year.
  await scripts.redis.hset(scripts.key('meta'), 'floor', String(scripts.clock.now().wallUs + 365 * 86_400_000_000));
  const fencingToken = await scripts.take(A, 'a');
  scripts.clock.advance(10_000);
  await scripts.release(A, 'a');
  scripts.clock.advance(IDLE_SESSION_MS - 1);
  t.equal(await scripts.sweep(), 0);
  t.match(await scripts.inspect(A), { previous: { holder: 'holder of a', fencingToken } });
  scripts.clock.advance(1);
  t.equal(await scripts.sweep(), 1);
  t.strictSame(await scripts.keys(), []);
  t.notMatch(await scripts.inspect(A), { previous: {} });
  t.ok((await scripts.take(A, 'b')) > fencingToken);
});

t.test('a session that is known for an ended id alone is forgotten with it, after a quarter of an hour', async (t) => {
  const scripts = await OwnScripts.start(t);
  await scripts.release(A, 'never granted');
  scripts.clock.advance(ENDED_ID_MS - 1);
  t.equal(await scripts.sweep(), 0);
  t.match(await scripts.acquire(A, 'never granted'), { kind: 'lease-ended' });
  // A look put nothing off.
  scripts.clock.advance(1);
  await scripts.sweep();
  t.strictSame(await scripts.keys(), []);
});

t.test('a session with a lease, or with a reply that nobody has seen, is not forgotten', async (t) => {
  const scripts = await OwnScripts.start(t);
  await scripts.take(A, 'a', { ttlMs: 3_600_000, maxHoldMs: 7 * 86_400_000 });
  await scripts.take(B, 'b');
  await scripts.park(B, 'r1', { expiresInMs: 1_000 });
  await scripts.release(B, 'b');
  for (let hours = 0; hours < 8 * 24; hours += 1) {
    scripts.clock.advance(3_599_000);
    await scripts.do(A, { kind: 'inspect' });
    await scripts.sweep();
    if (hours < 6 * 24) await scripts.acquire(A, `a${hours}`, { ttlMs: 3_600_000 });
  }
  t.match(await scripts.do(B, { kind: 'inspect-reply', replyId: 'r1' as never }), { reply: { state: 'dead' } });
});

t.test('settled replies are forgotten after seven days, what they said with them', async (t) => {
  const scripts = await OwnScripts.start(t);
  await scripts.take(A, 'a', { ttlMs: 3_600_000 });
  await scripts.park(A, 'delivered');
  await scripts.deliver(A, 'delivered', 'a');
  scripts.clock.advance(1_000);
  await scripts.park(A, 'superseded');
  await scripts.do(A, { kind: 'discard', replyId: 'superseded' as never, reason: 'not wanted' });
  await scripts.park(A, 'undelivered');
  t.equal(await scripts.redis.hget(scripts.key('meta'), 'settledCount'), '2');
  const states = async (): Promise<string[]> => {
    const page = await scripts.do(A, { kind: 'list-replies', limit: 10 });
    return page.kind === 'replies' ? page.replies.map(({ state }) => state) : [];
  };
  scripts.clock.advance(SETTLED_REPLY_MS - 1_001);
  await scripts.sweep();
  t.strictSame((await states()).toSorted(), ['dead', 'delivered', 'superseded'].toSorted());
  scripts.clock.advance(1);
  await scripts.sweep();
  t.strictSame((await states()).toSorted(), ['dead', 'superseded']);
  scripts.clock.advance(1_000);
  await scripts.sweep();
  t.strictSame(await states(), ['dead'], 'the one that somebody has to look at stays');
  t.equal(await scripts.redis.hget(scripts.key('meta'), 'settledCount'), '0');
});

t.test('when all is released, settled and forgotten, nothing is left but the partition itself', async (t) => {
  const scripts = await OwnScripts.start(t);
  await scripts.take(A, 'a1', { ttlMs: 60_000, metadata: { draft: 'm1' } });
  for (const id of ['a2', 'a3', 'a4']) t.match(await scripts.acquire(A, id, { waitMs: 60_000, background: id === 'a3' }), { kind: 'waiting' });
  await scripts.do(A, { kind: 'yield', by: 'operator', reason: 'please', graceMs: 1_000 });
  await scripts.release(A, 'a4');
  await scripts.do(A, { kind: 'disconnect', leaseIdHash: 'a2' as never, connection: 'scripts:a2' as never });
  await scripts.release(A, 'a1');
  t.match(scripts.wakes.splice(0), [{ connection: 'scripts:a4', outcome: { kind: 'lease-ended' } }], 'the one who is away is offered it, and told nothing');
  scripts.clock.advance(5_000);
  await scripts.inspect(A);
  t.match(scripts.wakes, [{ connection: 'scripts:a3', outcome: { kind: 'granted' } }]);

  await scripts.take(B, 'b1', { ttlMs: 3_600_000 });
  for (const id of ['r1', 'r2', 'r3', 'r4', 'r5']) await scripts.park(B, id, { expiresInMs: 3_600_000 });
  await scripts.deliver(B, 'r1', 'b1');
  await scripts.attempt(B, 'r2', 'b1', 'sending');
  await scripts.attempt(B, 'r2', 'b1', 'failed', { permanent: true, error: 'refused' });
  await scripts.attempt(B, 'r3', 'b1', 'sending');
  await scripts.do(B, { kind: 'revoke' });
  await scripts.do(B, { kind: 'discard', replyId: 'r4' as never, reason: 'not wanted' });
  await scripts.do(B, { kind: 'replay', replyId: 'r4' as never, reason: 'wanted after all' });
  await scripts.park(C, 'early', { expiresInMs: 1_000 });

  scripts.clock.advance(3_600_000);
  await scripts.sweep();
  for (const name of [B, C]) {
    const page = await scripts.do(name, { kind: 'list-replies', limit: 10 });
    for (const { replyId, state } of page.kind === 'replies' ? page.replies : []) if (state === 'dead') await scripts.do(name, { kind: 'discard', replyId, reason: 'seen' });
  }
  t.ok((await scripts.keys()).length > 5, 'there is much to forget');
  scripts.clock.advance(IDLE_SESSION_MS);
  await scripts.sweep();
  t.strictSame(await scripts.keys(), []);
  t.equal(await scripts.redis.hget(scripts.key('meta'), 'settledCount'), '0');
});
