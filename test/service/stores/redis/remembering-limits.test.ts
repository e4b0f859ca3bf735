// How much a partition remembers at most: its share of idle sessions, and of settled replies. The oldest go first.
import t from 'tap';
import { IDLE_SESSION_MS, IDLE_SESSIONS_MAX, SETTLED_REPLIES_IN_ALL_MAX } from '../../../../service/src/session/limits.ts';
import { PARTITIONS } from '../../../../service/src/stores/redis/partitions.ts';
import { namesOfPartition, OwnScripts } from './own-scripts.ts';

t.setTimeout(170_000);

const SHARE = 15_625;
const AT_ONCE = 500;

t.test('15,625 idle sessions are remembered; of one more the oldest is forgotten', async (t) => {
  t.equal(IDLE_SESSIONS_MAX / PARTITIONS, SHARE);
  const scripts = await OwnScripts.start(t);
  const names = namesOfPartition(SHARE + 3);
  const [first, second] = names as [string, string];
  const [held, last, oneMore] = names.slice(SHARE) as [string, string, string];
  const isKnown = async (name: string): Promise<boolean> => (await scripts.redis.hexists(scripts.key('sessions'), name)) === 1;
  const counts = async (): Promise<readonly number[]> => Promise.all([scripts.redis.zcard(scripts.key('idle')), scripts.redis.hlen(scripts.key('sessions'))]);

  await scripts.take(held, 'held', { ttlMs: 3_600_000 });
  for (let from = 0; from < SHARE; from += AT_ONCE) {
    // Of one moment they would be forgotten by their names.
    await Promise.all(names.slice(from, Math.min(from + AT_ONCE, SHARE)).map((name) => (scripts.clock.advance(1), scripts.release(name, 'id'))));
  }
  t.strictSame(await counts(), [SHARE, SHARE + 1], 'all of them, and the one that is held');
  t.ok(await isKnown(first));
  scripts.clock.advance(1);
  await scripts.release(last, 'id');
  t.strictSame(await counts(), [SHARE, SHARE + 1], 'one in, one out');
  t.strictSame(await Promise.all([first, second, last, held].map(isKnown)), [false, true, true, true]);
  t.equal(await scripts.redis.exists(scripts.key(`ended:${first}`)), 0, 'with all that it remembered');
  t.equal(await scripts.redis.exists(scripts.key(`ended:${second}`)), 1);

  await scripts.release(second, 'another id');
  t.strictSame(await counts(), [SHARE, SHARE + 1], 'one that is idle already puts out nobody');
  scripts.clock.advance(1);
  await scripts.release(held, 'held');
  t.strictSame(await counts(), [SHARE, SHARE], 'one whose lease ends does');
  t.ok(await isKnown(held));
  await scripts.take(oneMore, 'id');
  t.strictSame(await counts(), [SHARE, SHARE + 1], 'and one that is held does not');
});

t.test('a step that makes room by forgetting a session which it works on itself leaves nothing half forgotten', async (t) => {
  const scripts = await OwnScripts.start(t);
  const [settled, ...leased] = namesOfPartition(3) as [string, string, string];
  await scripts.take(settled, 'a');
  await scripts.park(settled, 'old');
  await scripts.deliver(settled, 'old', 'a');
  scripts.clock.advance(10_000);
  await scripts.park(settled, 'young');
  await scripts.deliver(settled, 'young', 'a');
  await scripts.release(settled, 'a');
  scripts.clock.advance(IDLE_SESSION_MS - 12_000);
  for (const name of leased) await scripts.take(name, 'a', { ttlMs: 1_000 });
  // As many as the partition remembers, all of them to be kept longer than those of the test.
  const fillers = Array.from({ length: SHARE - 1 }, (_, number) => [Number.MAX_SAFE_INTEGER, `default\0filler ${number}`]).flat();
  await scripts.redis.zadd(scripts.key('idle'), ...(fillers as [number, string]));
  scripts.clock.advance(5_000);
  await scripts.sweep();
  t.equal(await scripts.redis.zcard(scripts.key('idle')), SHARE);
  t.match(await scripts.do(settled, { kind: 'list-replies', limit: 10 }), { replies: [{ replyId: 'young' }] }, 'what had been the oldest is brought up to date, and whole');
  for (const name of leased) t.strictSame((await scripts.keys()).filter((key) => key.endsWith(name)), [], 'those that had to go are gone, with all that was their own');
});

t.test('15,625 settled replies are remembered; of one more the oldest is forgotten, of whatever session', async (t) => {
  t.equal(SETTLED_REPLIES_IN_ALL_MAX / PARTITIONS, SHARE);
  const scripts = await OwnScripts.start(t);
  const [a, b] = namesOfPartition(2) as [string, string];
  const settle = async (name: string, id: string): Promise<void> => {
    scripts.clock.advance(1_000);
    await scripts.park(name, id);
    await scripts.deliver(name, id, 'id');
  };
  const known = async (name: string): Promise<string[]> => {
    const page = await scripts.do(name, { kind: 'list-replies', limit: 100 });
    return page.kind === 'replies' ? page.replies.map(({ replyId }) => replyId) : [];
  };
  const count = async (): Promise<number> => Number(await scripts.redis.hget(scripts.key('meta'), 'settledCount'));
  for (const name of [a, b]) await scripts.take(name, 'id', { ttlMs: 3_600_000 });
  await settle(a, 'a1');
  await settle(b, 'b1');
  await settle(b, 'b2');
  // As if others had settled as many as there may be.
  await scripts.redis.hset(scripts.key('meta'), 'settledCount', String(SHARE - 1));
  await settle(b, 'b3');
  t.equal(await count(), SHARE);
  t.strictSame([await known(a), await known(b)], [['a1'], ['b1', 'b2', 'b3']], 'at the limit nothing is forgotten');
  await settle(b, 'b4');
  t.equal(await count(), SHARE);
  t.strictSame([await known(a), await known(b)], [[], ['b1', 'b2', 'b3', 'b4']], "another session's");
  await settle(b, 'b5');
  t.strictSame(await known(b), ['b2', 'b3', 'b4', 'b5'], 'or its own');
  t.equal(await count(), SHARE);
});
