import t from 'tap';
import type { Rows } from '../../../../service/src/stores/embedded/database.ts';
import { load, TableFilling } from '../../../../service/src/stores/embedded/loading.ts';
import { writeReply } from '../../../../service/src/stores/embedded/reply-rows.ts';
import { writeEnded, writeSession } from '../../../../service/src/stores/embedded/rows.ts';
import type { SessionTable } from '../../../../service/src/stores/embedded/session-table.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { ReplyScene } from '../../session/replies/reply-scene.ts';
import { Scene } from '../../session/scene.ts';
import { nameOf } from './store-scene.ts';

const never = (): never => {
  throw new Error('nobody asked for this');
};
/** A writer of which nothing else is wanted. */
const unasked = { ended: new Promise<Error>(() => {}), commit: never, liveKeys: never, payload: never, listedReplies: never, close: never };

const BOOT = { monoMs: 1_000, wallUs: 1_700_000_000_000_000 };

/** The rows of sessions whose last lease ended so many milliseconds before the start. */
const endedBefore = (...msBefore: number[]): Rows => {
  const rows = msBefore.map((ms, n) => {
    const scene = new Scene();
    scene.take(`of ${n}`);
    scene.release(`of ${n}`);
    const written = { monoMs: scene.nowMs, wallUs: BOOT.wallUs - ms * 1_000 };
    return {
      session: { id: n + 1, namespace: 'default', key: `ended ${ms}`, live: 0 as const, state: writeSession(scene.session, written) },
      ended: scene.session.ended.map((ended, index) => writeEnded(n + 1, 500 + index, ended, written)),
    };
  });
  return { sessions: rows.map(({ session }) => session), ended: rows.flatMap(({ ended }) => ended), replies: [] };
};

const tableOf = (...pieces: Rows[]): SessionTable => {
  const filling = new TableFilling(new FakeClock(BOOT));
  for (const piece of pieces) filling.take(piece);
  return filling.finish();
};

t.test('the idle sessions are forgotten in the order in which they ended, whatever the order of their rows', async (t) => {
  const { sessions, ended, replies } = endedBefore(1_000, 3_000, 2_000);
  // In two pieces, as they come from a large file.
  const table = tableOf({ sessions: sessions.slice(0, 2), ended: ended.slice(0, 2), replies }, { sessions: sessions.slice(2), ended: ended.slice(2), replies });
  const order: string[] = [];
  for (let oldest = table.oldestIdle; oldest; oldest = table.oldestIdle) {
    order.push(oldest.key);
    table.remove(oldest);
  }
  t.strictSame(order, ['ended 3000', 'ended 2000', 'ended 1000']);
});

t.test('a session keeps its row, and counts its ended ids on', async (t) => {
  const table = tableOf(endedBefore(1_000));
  const entry = table.find(nameOf('ended 1000'));
  t.match(entry, { id: 1, endedNext: 501, endedWritten: true, writtenIn: 0 });
  t.equal(entry?.session.ended.length, 1);
  t.equal(table.add(nameOf('new')).id, 2);
});

t.test('rows of ended ids that are past their use are known, so that they will be dropped, and counted on', async (t) => {
  const table = tableOf(endedBefore(16 * 60_000));
  const entry = table.find(nameOf(`ended ${16 * 60_000}`));
  t.match(entry, { endedNext: 501, endedWritten: true });
  t.equal(entry?.session.ended.length, 0);
});

t.test('a session without ended ids has none on disk', async (t) => {
  const table = tableOf({ ...endedBefore(1_000), ended: [] });
  t.match(table.find(nameOf('ended 1000')), { endedNext: 0, endedWritten: false });
});

t.test('everything is read, piece by piece, before the file has to prove that it can be written', async (t) => {
  const rows = endedBefore(3_000, 2_000, 1_000);
  const asked: string[] = [];
  const pieceAfter = (id: number): Rows => ({ sessions: rows.sessions.slice(id, id + 2), ended: rows.ended.slice(id, id + 2), replies: [] });
  const writer = {
    ...unasked,
    facts: async () => ({ storeId: 'store-1', floor: 7 }),
    rowsAfter: async (id: number) => (asked.push(`rows after ${id}`), pieceAfter(id)),
    proveWritable: async () => void asked.push('proof'),
  };
  const { storeId, floor, table } = await load(writer, new FakeClock(BOOT));
  t.strictSame({ storeId, floor, size: table.size }, { storeId: 'store-1', floor: 7, size: 3 });
  t.strictSame(asked, ['rows after 0', 'rows after 2', 'rows after 3', 'proof']);
});

t.test('a lease lives on from the end of a long start, not from its beginning', async (t) => {
  const clock = new FakeClock(BOOT);
  const filling = new TableFilling(clock);
  const scene = new Scene();
  scene.take('a', { ttlMs: 5_000 });
  const state = writeSession(scene.session, { monoMs: scene.nowMs, wallUs: BOOT.wallUs });
  filling.take({ sessions: [{ id: 1, namespace: 'default', key: 's', live: 1, state }], ended: [], replies: [] });
  clock.advance(60_000);
  t.equal(filling.finish().find(nameOf('s'))?.session.lease?.expiresAtMs, clock.now().monoMs + 5_000);
});

/** The rows of a session without a lease, on which something was played so many milliseconds before the start. */
const played = (id: number, key: string, msBefore: number, play: (scene: ReplyScene) => void): Rows => {
  const scene = new ReplyScene();
  play(scene);
  const written = { monoMs: scene.nowMs, wallUs: BOOT.wallUs - msBefore * 1_000 };
  const replies = [...scene.session.replies, ...scene.session.settledReplies].map((reply) => writeReply({ ...nameOf(key), id }, reply, written));
  return { sessions: [{ id, namespace: 'default', key, live: 0, state: writeSession(scene.session, written) }], ended: [], replies };
};
const discarded = (scene: ReplyScene): void => {
  scene.park('r');
  scene.discard('r');
};

t.test('each session gets its own replies, and goes on counting them', async (t) => {
  const first = played(1, 's', 1_000, (scene) => ['a', 'b'].forEach((id) => scene.park(id)));
  const second = played(2, 't', 1_000, (scene) => scene.park('c'));
  const table = tableOf({ sessions: [...first.sessions, ...second.sessions], ended: [], replies: [...first.replies, ...second.replies] });
  const idsOf = (key: string): unknown => table.find(nameOf(key))?.session.replies.map(({ replyId, number }) => `${replyId} ${number}`);
  t.strictSame([idsOf('s'), idsOf('t')], [['a 1', 'b 2'], ['c 1']]);
  t.equal(table.find(nameOf('s'))?.session.repliesParked, 2);
});

t.test('a session with open replies is not idle; one with settled ones is, since the last of them', async (t) => {
  const pieces = [played(1, 'open', 9_000, (scene) => scene.park('r')), played(2, 'settled', 2_500, discarded), endedBefore(3_000, 2_000)];
  pieces[2] = { ...pieces[2]!, sessions: pieces[2]!.sessions.map((row) => ({ ...row, id: row.id + 10 })), ended: [] };
  const table = tableOf(...pieces);
  const order: string[] = [];
  for (let oldest = table.oldestIdle; oldest; oldest = table.oldestIdle) {
    order.push(oldest.key);
    table.remove(oldest);
  }
  t.strictSame(order, ['ended 3000', 'settled', 'ended 2000']);
});
