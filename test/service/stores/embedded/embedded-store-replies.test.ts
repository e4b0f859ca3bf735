import t from 'tap';
import { DatabaseSync } from 'node:sqlite';
import { LIST_READ_MAX } from '../../../../service/src/session/limits.ts';
import { nextDueAt } from '../../../../service/src/session/settle.ts';
import type { ReplyPage } from '../../../../service/src/session/store.ts';
import { EMPTY_SESSION } from '../../../../service/src/session/types.ts';
import { ReplyListing } from '../../../../service/src/stores/embedded/reply-listing.ts';
import { NAMESPACE, StoreScene, turns } from './store-scene.ts';
import { watch } from './watch.ts';

const MIB = 1024 * 1024;
const DAY_MS = 24 * 3_600_000;
const UNKNOWN = { name: 'HoldfastError', code: 'store-unavailable', outcome: 'unknown' };
const NOT_APPLIED = { name: 'HoldfastError', code: 'store-unavailable', outcome: 'not-applied' };

const repliesOf = ({ replies }: ReplyPage): string[] => replies.map(({ key, reply }) => `${key}/${reply.replyId} ${reply.state}`);

/** What a file holds of replies and payloads; nobody may have it open. */
const onDisk = (file: string): { replies: string[]; payloads: string[] } => {
  const db = new DatabaseSync(file);
  const replies = db.prepare('SELECT number, state FROM replies ORDER BY session_id, number').all().map((row) => `${String(row['number'])} ${String(row['state'])}`);
  const payloads = db.prepare('SELECT payload FROM payloads ORDER BY session_id, number').all().map((row) => String(row['payload']));
  db.close();
  return { replies, payloads };
};

t.test('S11, S12: a reply is acknowledged, told and shown after its commit, and not before', async (t) => {
  const scene = await StoreScene.start();
  await scene.replies.park('other', 'r');
  scene.events.length = 0;
  scene.writer.hold();
  const parked = watch(scene.replies.park('s', 'r'));
  const reads = {
    repeat: watch(scene.replies.park('s', 'r')),
    look: watch(scene.replies.look('s', 'r')),
    read: watch(scene.replies.read('s', 'r')),
    due: watch(scene.replies.page({ due: true })),
    inspect: watch(scene.inspect('s')),
  };
  const elsewhere = watch(scene.replies.look('other', 'r'));
  await turns();
  t.equal(parked(), 'pending');
  for (const [what, read] of Object.entries(reads)) t.equal(read(), 'pending', what);
  t.match(elsewhere(), { kind: 'reply' }, 'what saw nothing of it need not wait');
  t.strictSame(scene.events, []);
  scene.writer.letGo();
  await turns(20);
  t.match(parked(), { kind: 'parked', repeated: false });
  t.match(reads.repeat(), { kind: 'parked', repeated: true });
  t.match(reads.read(), { kind: 'reply', payload: '"says r"' });
  t.match(reads.due(), { replies: [{ key: 'other' }, { key: 's' }] });
  t.match(reads.inspect(), { parkedReplies: 1 });
  t.match(scene.events, [{ session: 's', type: 'parked' }]);
});

t.test('an attempt and its outcome are committed before anybody hears of them', async (t) => {
  const scene = await StoreScene.start();
  await scene.take('a');
  await scene.replies.park('s', 'r');
  scene.events.length = 0;
  for (const outcome of ['sending', 'delivered'] as const) {
    scene.writer.hold();
    const told = watch(scene.replies.attempt('s', 'r', 'a', 1, outcome));
    const seen = watch(scene.replies.look('s', 'r'));
    await turns();
    t.strictSame([told(), seen(), scene.events], ['pending', 'pending', []], outcome);
    scene.writer.letGo();
    await turns();
    t.match([told(), seen()], [{ reply: { state: outcome } }, { reply: { state: outcome } }]);
    t.match(scene.events.splice(0), [{ type: 'reply-state', state: outcome }]);
  }
});

t.test('a listing waits for what it has found out', async (t) => {
  for (const due of [true, false]) {
    const again = await StoreScene.start();
    await again.take('a', { ttlMs: 1_000 });
    await again.replies.park('s', 'r');
    await again.replies.attempt('s', 'r', 'a', 1, 'sending');
    again.clock.advance(999);
    const listed = due ? undefined : again.replies.page();
    again.writer.hold();
    again.clock.advance(1);
    const page = watch(listed ?? again.replies.page({ due }));
    await turns();
    t.equal(page(), 'pending', `due: ${due}`);
    again.writer.letGo();
    await turns();
    t.match(page(), { replies: [{ reply: { state: 'unknown' } }] });
  }
});

t.test('a disk that fails while a reply is parked: the outcome is unknown, and nothing is told', async (t) => {
  const scene = await StoreScene.start();
  await scene.replies.park('s', 'first');
  scene.events.length = 0;
  scene.writer.hold();
  const underWay = scene.replies.park('s', 'r');
  await turns();
  const pending = [scene.replies.park('s', 'next'), scene.replies.look('s', 'r'), scene.replies.read('s', 'r'), scene.replies.page({ due: true })];
  scene.writer.fail(new Error('ENOSPC: no space left on device'));
  await t.rejects(underWay, UNKNOWN);
  for (const one of pending) await t.rejects(one as Promise<unknown>, UNKNOWN);
  await t.rejects(scene.replies.park('s', 'later'), NOT_APPLIED);
  await t.rejects(scene.replies.read('s', 'first'), NOT_APPLIED);
  await t.rejects(scene.replies.page(), NOT_APPLIED);
  await t.rejects(scene.replies.page({ due: true }), NOT_APPLIED);
  scene.clock.advance(3_600_000);
  await turns();
  t.strictSame(scene.events, []);
  t.match(scene.fatal, [{ message: 'ENOSPC: no space left on device' }]);
});

t.test('killed between commits: what was acknowledged is there, with its payload, and what was not is there whole or not at all', async (t) => {
  const { scene, file } = await StoreScene.onDisk(t);
  await scene.take('a');
  await scene.replies.park('s', 'first');
  await scene.replies.park('s', 'second');
  await scene.replies.attempt('s', 'first', 'a', 1, 'sending');
  scene.writer.hold();
  // Nobody is ever told of these.
  for (const lost of [scene.replies.attempt('s', 'first', 'a', 1, 'delivered'), scene.replies.park('s', 'third')]) void lost.catch(() => {});
  await turns();
  const again = await scene.crashAndStart(file);
  t.match(await again.replies.look('s', 'first'), { reply: { state: 'sending', attempts: 1 } });
  t.match([await again.replies.read('s', 'first'), await again.replies.read('s', 'second')], [{ payload: '"says first"' }, { payload: '"says second"' }]);
  t.match(await again.replies.read('s', 'third'), { kind: 'reply-unknown' });
  t.match(await again.replies.attempt('s', 'first', 'a', 1, 'delivered'), { reply: { state: 'delivered' } }, 'and the repeat finds its place');
  t.match(await again.replies.park('s', 'third'), { kind: 'parked', repeated: false });
  again.writer.crash();
  t.strictSame(onDisk(file), { replies: ['1 delivered', '2 parked', '3 parked'], payloads: ['"says second"', '"says third"'] });
});

t.test('a delivered payload leaves the disk with the commit that says so', async (t) => {
  const { scene, file } = await StoreScene.onDisk(t);
  await scene.take('a');
  await scene.replies.park('s', 'r');
  await scene.replies.settle('s', 'r', 'a', 'delivered');
  scene.writer.crash();
  t.strictSame(onDisk(file), { replies: ['1 delivered'], payloads: [] });
});

t.test('a payload that goes while it is asked for is told as what has become of its reply', async (t) => {
  const scene = await StoreScene.start();
  await scene.take('a');
  await scene.replies.park('s', 'r');
  await scene.replies.attempt('s', 'r', 'a', 1, 'sending');
  const ask = scene.writer.payload.bind(scene.writer);
  const asked: number[] = [];
  scene.writer.payload = async (key) => {
    asked.push(key.number);
    // The delivery overtakes the question.
    if (asked.length === 1) await scene.replies.attempt('s', 'r', 'a', 1, 'delivered');
    return ask(key);
  };
  const stored = await scene.replies.read('s', 'r');
  t.match(stored, { reply: { state: 'delivered' } });
  t.notOk('payload' in stored);
  t.strictSame(asked, [1]);
});

t.test('a payload that is missing, or not as it was written, is a plain error, and neither a hang nor a wrong payload', async (t) => {
  const { scene, file } = await StoreScene.onDisk(t);
  await scene.replies.park('s', 'r');
  await scene.replies.park('s', 'whole');
  scene.writer.crash();
  const raw = new DatabaseSync(file);
  raw.exec(`UPDATE payloads SET payload = '"says x"' WHERE number = 1`);
  raw.close();
  const again = await scene.crashAndStart(file);
  await t.rejects(again.replies.read('s', 'r'), { ...NOT_APPLIED, message: /the payload of a reply is damaged/ });
  t.match(await again.replies.read('s', 'whole'), { payload: '"says whole"' }, 'the others are served');
  t.match(await again.replies.look('s', 'r'), { reply: { state: 'parked' } });
  t.strictSame(again.fatal, []);
  again.writer.payload = async () => undefined;
  await t.rejects(again.replies.read('s', 'whole'), { ...NOT_APPLIED, message: /is missing/ });
  again.writer.crash();
});

t.test('payloads are not kept in memory', async (t) => {
  const scene = await StoreScene.start();
  await scene.replies.park('s', 'r', { says: 'once'.repeat(10) });
  t.strictSame(scene.writer.asked.at(-1)?.payloads.map(({ payload }) => payload), [JSON.stringify('once'.repeat(10))]);
  await scene.take('a');
  await scene.replies.attempt('s', 'r', 'a', 1, 'sending');
  t.strictSame(scene.writer.asked.at(-1)?.payloads, [], 'and not written again');
  t.match(scene.writer.asked.at(-1)?.replies, [{ state: 'sending' }]);
});

t.test('a commit takes 32 MiB of payloads; what is beyond is refused at once, and may come again', async (t) => {
  const scene = await StoreScene.start();
  const half = MIB / 4;
  const parked = Array.from({ length: 128 }, (_, n) => scene.replies.park(`s${n}`, 'r', { payloadBytes: half }));
  await t.rejects(scene.replies.park('one more', 'r', { payloadBytes: 1 }), NOT_APPLIED);
  t.match(await Promise.all(parked), Array.from({ length: 128 }, () => ({ kind: 'parked' })));
  t.match(await scene.replies.park('one more', 'r', { payloadBytes: 1 }), { kind: 'parked' });
});

t.test('settled replies in all: at the limit nothing goes, and one past it the oldest of all, in the same commit', async (t) => {
  const { scene, file } = await StoreScene.onDisk(t);
  scene.writer.crash();
  const limited = await StoreScene.start(file, undefined, { settledMax: 3 });
  const discard = async (session: string, id: string): Promise<void> => {
    await limited.replies.park(session, id);
    await limited.replies.discard(session, id);
    limited.clock.advance(1);
  };
  await discard('s', 'oldest');
  await discard('t', 'second');
  await discard('s', 'third');
  t.equal((await limited.replies.list({ state: 'superseded' })).length, 3);
  await discard('u', 'fourth');
  t.match(limited.writer.asked.at(-1)?.repliesForgotten, [{ number: 1 }]);
  t.strictSame(await limited.replies.list({ state: 'superseded' }), ['t/second', 's/third', 'u/fourth']);
  t.match(await limited.replies.look('s', 'oldest'), { kind: 'reply-unknown' });
  await discard('u', 'fifth');
  t.strictSame(await limited.replies.list(), ['s/third', 'u/fourth', 'u/fifth']);
  await limited.replies.replay('u', 'fourth');
  await discard('u', 'sixth');
  t.strictSame(await limited.replies.list({ state: 'superseded' }), ['s/third', 'u/fifth', 'u/sixth'], 'one that was replayed is not counted');
  limited.writer.crash();
  t.strictSame(onDisk(file).payloads.length, 4);
  const fewer = await StoreScene.start(file, limited.clock, { settledMax: 2 });
  await fewer.replies.park('v', 'r');
  t.strictSame(await fewer.replies.list({ state: 'superseded' }), ['u/fifth', 'u/sixth'], 'they are counted after a start too');
  fewer.writer.crash();
});

t.test('settled replies are forgotten after seven days, on disk too, though their session is held', async (t) => {
  const { scene, file } = await StoreScene.onDisk(t);
  await scene.take('a');
  await scene.replies.park('s', 'r');
  await scene.replies.discard('s', 'r');
  const again = await scene.crashAndStart(file, { downMs: 7 * DAY_MS - 1_000 });
  again.clock.advance(999);
  t.match(await again.replies.look('s', 'r'), { reply: { state: 'superseded' } });
  again.clock.advance(251);
  await turns();
  t.match(again.writer.asked.at(-1)?.repliesForgotten, [{ number: 1 }], 'the sweep came by');
  t.match(await again.inspect(), { held: true });
  again.writer.crash();
  t.strictSame(onDisk(file), { replies: [], payloads: [] });
});

t.test('a session that only ever had replies is kept while it has one, and then forgotten whole', async (t) => {
  const { scene, file } = await StoreScene.onDisk(t);
  await scene.replies.park('s', 'r', { expiresInMs: 1_000 });
  const again = await scene.crashAndStart(file, { downMs: 30 * DAY_MS });
  again.clock.advance(1_000);
  t.match(await again.replies.read('s', 'r'), { reply: { state: 'dead' }, payload: '"says r"' });
  await again.replies.discard('s', 'r');
  const late = await again.crashAndStart(file, { downMs: 7 * DAY_MS });
  late.clock.advance(250);
  await turns();
  late.writer.crash();
  const db = new DatabaseSync(file);
  t.match(db.prepare('SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM replies) + (SELECT count(*) FROM payloads) AS rows').get(), { rows: 0 });
  db.close();
});

t.test('beyond the limit of idle sessions, one with an open reply is never taken', async (t) => {
  const scene = await StoreScene.start(':memory:', undefined, { idleMax: 1 });
  await scene.replies.park('parked', 'r');
  await scene.replies.park('dead', 'r', { expiresInMs: 1_000 });
  scene.clock.advance(1_000);
  for (const session of ['x', 'y', 'z']) {
    await scene.take('a', { session });
    await scene.release('a', session);
  }
  t.match([await scene.inspect('x'), await scene.inspect('z')], [{ previous: undefined }, { previous: { endedBecause: 'released' } }]);
  t.match([await scene.replies.read('parked', 'r'), await scene.replies.read('dead', 'r')], [{ payload: '"says r"' }, { reply: { state: 'dead' } }]);
});

t.test('a page reads 1,000 entries at most, and may come back empty with a cursor', async (t) => {
  const scene = await StoreScene.start();
  for (let n = 0; n <= LIST_READ_MAX; n += 1) void scene.replies.park(`s${String(n).padStart(5, '0')}`, 'r');
  await scene.replies.park('zz', 'r');
  for (const due of [true, false]) {
    const whole = await scene.replies.page({ due, limit: 5_000 });
    t.equal(whole.replies.length, LIST_READ_MAX, `due: ${due}`);
    t.match(whole.nextAfter, { key: 's00999', number: 1 });
    const rest = await scene.replies.page({ due, limit: 5_000, after: whole.nextAfter });
    t.strictSame([repliesOf(rest), rest.nextAfter], [['s01000/r parked', 'zz/r parked'], undefined]);
  }
  const none = await scene.replies.page({ due: true, state: 'unknown' });
  t.strictSame([none.replies, none.nextAfter?.key], [[], 's00999']);
});

t.test('what changed since the last commit is listed as it stands in memory', async (t) => {
  const scene = await StoreScene.start();
  await scene.replies.park('s', 'r');
  await scene.replies.park('t', 'r');
  const [parked, all] = [scene.replies.page({ state: 'parked' }), scene.replies.page()];
  // The rows are being read; the reply is discarded before they are looked at.
  void scene.replies.discard('s', 'r');
  t.strictSame(repliesOf(await parked), ['t/r parked']);
  t.strictSame(repliesOf(await all), ['s/r superseded', 't/r parked']);
});

t.test('a session that was forgotten, and named anew, is not taken for the one of before', async (t) => {
  const scene = await StoreScene.start(':memory:', undefined, { idleMax: 1 });
  await scene.replies.park('s', 'r');
  await scene.replies.discard('s', 'r');
  const read = await scene.writer.listedReplies(ReplyListing.range({ namespace: NAMESPACE, due: false, limit: 10 }));
  scene.writer.listedReplies = async () => read;
  await scene.replies.park('other', 'r');
  await scene.replies.discard('other', 'r');
  await scene.replies.park('s', 'another');
  t.match(await scene.replies.look('s', 'r'), { kind: 'reply-unknown' });
  t.strictSame(await scene.replies.list(), [], 'the row was of the session before');
});

t.test('after a restart the alarms of replies are set, and nobody else has any', async (t) => {
  const { scene, file } = await StoreScene.onDisk(t);
  await scene.take('a', { session: 'leased only' });
  await scene.replies.park('s', 'r', { expiresInMs: 60_000 });
  const again = await scene.crashAndStart(file, { downMs: 10_000 });
  const sweepOnly = 1;
  t.equal(again.clock.armed, sweepOnly + 1);
  again.clock.advance(50_000);
  await turns();
  t.match(again.events, [{ session: 'leased only', type: 'ended' }, { session: 's', type: 'reply-state', state: 'dead' }]);
  t.equal(nextDueAt(EMPTY_SESSION), undefined);
  again.writer.crash();
});

t.test('a store that is closed refuses to park, to read and to list', async (t) => {
  const scene = await StoreScene.start();
  await scene.replies.park('s', 'r');
  const listing = scene.replies.page();
  await scene.store.close();
  for (const refused of [listing, scene.replies.park('s', 'x'), scene.replies.read('s', 'r'), scene.replies.page(), scene.replies.page({ due: true })]) await t.rejects(refused as Promise<unknown>, NOT_APPLIED);
  t.equal(scene.clock.armed, 0);
});
