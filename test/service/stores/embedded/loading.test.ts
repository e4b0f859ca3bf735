import t from 'tap';
import type { Loaded } from '../../../../service/src/stores/embedded/database.ts';
import { fillTable } from '../../../../service/src/stores/embedded/loading.ts';
import { writeEnded, writeSession } from '../../../../service/src/stores/embedded/rows.ts';
import { SessionTable } from '../../../../service/src/stores/embedded/session-table.ts';
import { Scene } from '../../session/scene.ts';
import { nameOf } from './store-scene.ts';

const BOOT = { monoMs: 1_000, wallUs: 1_700_000_000_000_000 };

/** The rows of sessions whose last lease ended so many milliseconds before the start. */
const endedBefore = (...msBefore: number[]): Loaded => {
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
  return { storeId: 'store-1', floor: 0, sessions: rows.map(({ session }) => session), ended: rows.flatMap(({ ended }) => ended) };
};

t.test('the idle sessions are forgotten in the order in which they ended, whatever the order of their rows', async (t) => {
  const table = new SessionTable();
  fillTable(table, endedBefore(1_000, 3_000, 2_000), BOOT);
  const order: string[] = [];
  for (let oldest = table.oldestIdle; oldest; oldest = table.oldestIdle) {
    order.push(oldest.key);
    table.remove(oldest);
  }
  t.strictSame(order, ['ended 3000', 'ended 2000', 'ended 1000']);
});

t.test('a session keeps its row, and counts its ended ids on', async (t) => {
  const table = new SessionTable();
  fillTable(table, endedBefore(1_000), BOOT);
  const entry = table.find(nameOf('ended 1000'));
  t.match(entry, { id: 1, endedNext: 501, endedWritten: true, writtenIn: 0 });
  t.equal(entry?.session.ended.length, 1);
  t.equal(table.add(nameOf('new')).id, 2);
});

t.test('rows of ended ids that are past their use are known, so that they will be dropped, and counted on', async (t) => {
  const table = new SessionTable();
  fillTable(table, endedBefore(16 * 60_000), BOOT);
  const entry = table.find(nameOf(`ended ${16 * 60_000}`));
  t.match(entry, { endedNext: 501, endedWritten: true });
  t.equal(entry?.session.ended.length, 0);
});

t.test('a session without ended ids has none on disk', async (t) => {
  const table = new SessionTable();
  fillTable(table, { ...endedBefore(1_000), ended: [] }, BOOT);
  t.match(table.find(nameOf('ended 1000')), { endedNext: 0, endedWritten: false });
});
