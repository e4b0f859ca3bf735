import t from 'tap';
import type { Now } from '../../../../service/src/clock.ts';
import type { Lease, Reply, Session } from '../../../../service/src/session/types.ts';
import { readReplies, writeReply, type ReplyRow } from '../../../../service/src/stores/embedded/reply-rows.ts';
import { ReplyScene, DAY_MS } from '../../session/replies/reply-scene.ts';
import { nameOf } from './store-scene.ts';

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * DAY_MS;
const OWNER = { ...nameOf('s'), id: 7 };

type Read = Pick<Session, 'replies' | 'settledReplies'>;

const rowsOf = ({ session, nowMs, wallUs }: ReplyScene): ReplyRow[] =>
  [...session.replies, ...session.settledReplies].map((reply) => writeReply(OWNER, reply, { monoMs: nowMs, wallUs }));

/** The process stops now, and another reads the rows `downMs` later, its wall clock stepped by `stepMs` meanwhile. */
const afterStart = (scene: ReplyScene, { downMs = 0, stepMs = 0, lease = undefined as Lease | undefined } = {}): Read & { boot: Now; all: readonly Reply[] } => {
  const boot: Now = { monoMs: 500, wallUs: scene.wallUs + (downMs + stepMs) * 1_000 };
  // In no order that matters.
  const read = readReplies(rowsOf(scene).toReversed(), lease, boot);
  return { ...read, boot, all: [...read.replies, ...read.settledReplies] };
};

t.test('every member of every state comes back, each time moved by as much as the clocks differ', async (t) => {
  for (const state of ['parked', 'sending', 'unknown', 'dead', 'delivered', 'superseded'] as const) {
    const scene = new ReplyScene();
    scene.take('a');
    scene.parkAs(state, 'r', 'a');
    const reply = scene.find('r')!;
    const { all, boot } = afterStart(scene, { lease: scene.session.lease! });
    const movedBy = boot.monoMs - scene.nowMs;
    const moved = (ms: number): number => ms + movedBy;
    t.strictSame(all, [
      {
        ...reply,
        parkedAtMs: moved(reply.parkedAtMs),
        dueAtMs: moved(reply.dueAtMs),
        expiresAtMs: moved(reply.expiresAtMs),
        settledAtMs: reply.settledAtMs === undefined ? undefined : moved(reply.settledAtMs),
      },
    ], state);
  }
});

t.test('a row is named, and placed in listings by when it is due, or was settled', async (t) => {
  const scene = new ReplyScene();
  scene.take('a');
  scene.parkAs('sending', 'r', 'a');
  scene.say('failed', 'r', 'a');
  const wallMs = scene.wallUs / 1_000;
  t.match(rowsOf(scene), [{ sessionId: 7, number: 1, state: 'parked', namespace: 'default', key: 's', listedAtWallMs: wallMs + 5_000 }]);
  scene.pass(1_000).discard('r');
  t.match(rowsOf(scene), [{ state: 'superseded', listedAtWallMs: wallMs + 1_000 }]);
});

t.test('replies come back in their order: open ones by delivery, settled ones by their settling', async (t) => {
  const scene = new ReplyScene();
  scene.take('a');
  for (const [id, sequence] of [['c', undefined], ['b', 2], ['a', 1], ['x', 9], ['y', 8], ['z', 7]] as const) scene.park(id, { sequence });
  for (const id of ['y', 'x', 'z']) scene.pass(id === 'z' ? 0 : 10).discard(id);
  const { replies, settledReplies } = afterStart(scene);
  t.strictSame(replies.map(({ replyId }) => replyId), ['a', 'b', 'c']);
  t.strictSame(settledReplies.map(({ replyId }) => replyId), ['y', 'x', 'z']);
});

t.test('an attempt lives on with its lease, and is unknown without it, or under another', async (t) => {
  const scene = new ReplyScene();
  scene.take('a');
  scene.parkAs('sending', 'r', 'a');
  const lease = scene.session.lease!;
  t.match(afterStart(scene, { lease }).replies, [{ state: 'sending', attempts: 1 }]);
  for (const other of [undefined, { ...lease, leaseIdHash: 'b' as Lease['leaseIdHash'] }]) {
    const { replies, boot } = afterStart(scene, { lease: other });
    t.match(replies, [{ state: 'unknown', dueAtMs: boot.monoMs, wasUnknown: true, attempts: 1 }]);
  }
});

/** A reply that failed once, with 23 of its 24 hours left and 40 minutes until its next attempt. */
const failedOnce = (): ReplyScene => {
  const scene = new ReplyScene();
  scene.take('a', { ttlMs: 2 * HOUR_MS });
  scene.park('r');
  scene.pass(HOUR_MS).send('r', 'a');
  scene.say('failed', 'r', 'a', { retryAfterMs: 40 * 60_000 });
  return scene;
};
const spansOf = ({ replies: [reply], boot }: ReturnType<typeof afterStart>): object => ({
  parkedAgo: boot.monoMs - reply!.parkedAtMs,
  dueIn: reply!.dueAtMs - boot.monoMs,
  expiresIn: reply!.expiresAtMs - boot.monoMs,
});

t.test('time goes on while nobody runs', async (t) => {
  t.strictSame(spansOf(afterStart(failedOnce(), { downMs: 30 * 60_000 })), { parkedAgo: 90 * 60_000, dueIn: 10 * 60_000, expiresIn: 22.5 * HOUR_MS });
});

t.test('a wall clock set back puts a reply off by no more than its back-off, and lets it live for no more than its life', async (t) => {
  t.strictSame(spansOf(afterStart(failedOnce(), { stepMs: -YEAR_MS })), { parkedAgo: 0, dueIn: 40 * 60_000, expiresIn: 24 * HOUR_MS });
  t.strictSame(spansOf(afterStart(failedOnce(), { stepMs: -60_000 })), { parkedAgo: HOUR_MS - 60_000, dueIn: 40 * 60_000, expiresIn: 23 * HOUR_MS + 60_000 });
});

t.test('a wall clock set forward is believed: the reply is due, and too old where it says so', async (t) => {
  t.strictSame(spansOf(afterStart(failedOnce(), { stepMs: HOUR_MS })), { parkedAgo: 2 * HOUR_MS, dueIn: -20 * 60_000, expiresIn: 22 * HOUR_MS });
});

t.test('what was settled stays in the past, wherever the wall clock goes', async (t) => {
  const scene = new ReplyScene();
  scene.park('r');
  scene.discard('r');
  const at = (stepMs: number): number => {
    const { settledReplies: [reply], boot } = afterStart(scene, { stepMs });
    return boot.monoMs - reply!.settledAtMs!;
  };
  t.strictSame([at(-YEAR_MS), at(0), at(HOUR_MS)], [0, 0, HOUR_MS]);
});

t.test('a session without replies shares one emptiness with all others', async (t) => {
  const now = { monoMs: 1, wallUs: 1_000 };
  t.equal(readReplies([], undefined, now).replies, readReplies([], undefined, now).replies);
});
