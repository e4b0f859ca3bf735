/** The checker is judged by histories that are wrong on purpose: each must be reported, and its lawful twin must not. */
import t from 'tap';
import { checkHistory } from '../support/history/checker.ts';
import { readHistory, writeHistory, type HistoryRecord } from '../support/history/record.ts';
import { HistoryRecorder } from '../support/history/recorder.ts';
import type { PropertyId } from '../support/history/violation.ts';
import { attempt, fence, granted, held, offered, outage, park, parked, release, released, renew, renewed, reply, take, wait } from './histories-by-hand.ts';
import { WRONG_HISTORIES_OF_INSTANCES } from './wrong-histories-of-instances.ts';
import { WRONG_HISTORIES_OF_LEASES } from './wrong-histories-of-leases.ts';
import { WRONG_HISTORIES_OF_REPLIES } from './wrong-histories-of-replies.ts';
import { WRONG_HISTORIES_OF_WAITING } from './wrong-histories-of-waiting.ts';

const WRONG_HISTORIES = [...WRONG_HISTORIES_OF_LEASES, ...WRONG_HISTORIES_OF_WAITING, ...WRONG_HISTORIES_OF_REPLIES, ...WRONG_HISTORIES_OF_INSTANCES];

for (const { about, breaks, wrong, right, options } of WRONG_HISTORIES) {
  t.test(`${breaks}: ${about}`, async (t) => {
    const found = checkHistory(wrong, options);
    t.ok(found.some(({ property }) => property === breaks), 'the wrong history is reported', { found });
    t.strictSame(checkHistory(right, options), [], 'its lawful twin is not');
  });
}

t.test('what was never answered explains whatever it may have done', async (t) => {
  const history = [
    take('a', [0, null], undefined, { gaveUpMs: 50 }),
    take('b', [100, 105], held(7)),
    renew('a', [200, null]),
    release('a', [25_000, null]),
    take('b', [26_000, 26_005], granted(8)),
    fence(7, [26_010, 26_015], 'superseded'),
    take('a', [26_020, 26_025], { kind: 'lease-ended' }),
  ];
  t.strictSame(checkHistory(history), []);
});

t.test('a restart explains a lease that lives on, and tickets that are lost', async (t) => {
  const history = [
    take('a', [0, 5], granted(7)),
    wait('b', [100, null], undefined, { gaveUpMs: 1_000 }),
    outage(1_000, 31_000, true),
    renew('a', [31_100, 31_105], renewed(7)),
    wait('c', [31_200, 32_005], offered(9, 803)),
    wait('b', [31_300, 33_005], offered(10, 1_703)),
    release('a', [32_000, 32_004], released),
    release('c', [33_000, 33_004], released),
  ];
  t.strictSame(checkHistory(history), []);
});

t.test('a pause of the service explains a wait, and nothing else', async (t) => {
  const paused = outage(10_001, 20_000, false);
  const waited = [take('a', [0, 5], granted(7)), wait('b', [300, 20_205], offered(9, 19_902)), release('a', [10_000, 10_005], released)];
  t.strictSame(checkHistory([...waited, paused]), []);
  t.match(checkHistory(waited), [{ property: 'L1' }]);
  t.match(checkHistory([take('a', [0, 5], granted(7)), paused, take('b', [20_100, 20_105], granted(9))]), [{ property: 'S3' }]);
});

t.test('without knowing when a waiter was queued, order is judged only on request', async (t) => {
  const noted = { queuedMs: Infinity };
  const history = [
    take('a', [0, 5], granted(7)),
    wait('b', [100, 2_200], offered(9, 2_100), noted),
    wait('c', [200, 2_005], offered(8, 1_803), noted),
    release('a', [2_000, 2_004], released),
    release('c', [2_100, 2_105], released),
  ].map(({ queuedMs, ...record }) => (queuedMs === Infinity ? record : { ...record, ...(queuedMs !== undefined && { queuedMs }) }));
  t.strictSame(checkHistory(history), []);
  t.match(checkHistory(history, { arrivalMs: 50 }), [{ property: 'FIFO' }]);
  t.strictSame(checkHistory(history, { arrivalMs: 100 }), [], 'the other was sent before it can be taken to be there');
});

t.test('sessions are judged each for itself', async (t) => {
  const other = (record: HistoryRecord): HistoryRecord => ({ ...record, session: 'other' });
  t.strictSame(checkHistory([take('a', [0, 5], granted(7)), other(take('b', [100, 105], granted(7)))]), []);
});

t.test('a history is written and read as JSON lines, and a line that is no record is named', async (t) => {
  const history = [take('a', [0, 5], granted(7)), outage(20, 30, true), release('a', [40, null])];
  t.strictSame(readHistory(writeHistory(history)), history);
  t.throws(() => readHistory(`${writeHistory(history)}{"sentMs":1}\n`), { name: 'SyntaxError', message: /line 4/ });
  t.throws(() => readHistory('{'), { name: 'SyntaxError', message: /line 1/ });
});

t.test('a recorder keeps what was sent as unknown until it is answered', async (t) => {
  let nowMs = 10;
  const recorder = new HistoryRecorder(() => nowMs++);
  const first = recorder.sent('s', { kind: 'acquire', leaseId: 'a', holder: 'h', ttlMs: 1_000, waitMs: 500 });
  const second = recorder.sent('s', { kind: 'renew', leaseId: 'b' });
  first.queued();
  first.answered(granted(7));
  second.gaveUp();
  recorder.fault({ kind: 'outage', restarted: true }).answered({ kind: 'over' });
  t.match(recorder.records, [
    { session: 's', sentMs: 10, queuedMs: 12, answeredMs: 13, outcome: { kind: 'granted' } },
    { session: 's', sentMs: 11, answeredMs: null, gaveUpMs: 14, outcome: { kind: 'unknown' } },
    { sentMs: 15, answeredMs: 16, command: { kind: 'outage' } },
  ]);
});

t.test('a hundred thousand records of one session are judged in seconds', async (t) => {
  const history: HistoryRecord[] = [];
  for (let turn = 0; turn < 25_000; turn += 1) {
    const atMs = turn * 100;
    history.push(wait(`id${turn}`, [atMs, atMs + 5], granted(turn + 1)), renew(`id${turn}`, [atMs + 10, atMs + 15], renewed(turn + 1)));
    history.push(fence(turn + 1, [atMs + 20, atMs + 25], 'current'), release(`id${turn}`, [atMs + 30, atMs + 35], released));
  }
  const startMs = performance.now();
  t.strictSame(checkHistory(history), []);
  const tookMs = performance.now() - startMs;
  t.comment(`${history.length} records in ${Math.round(tookMs)} ms`);
  // Anything worse than n log n takes many minutes for as much.
  t.ok(tookMs < 60_000);
});

t.test('what was never answered explains what became of a reply', async (t) => {
  const history = [
    take('a', [0, null]),
    park('r', [10, null]),
    attempt('r', 'a', 'sending', 1, [20, null]),
    take('b', [40_000, 40_005], granted(8)),
    attempt('r', 'b', 'sending', 2, [40_010, 40_015], reply('sending', 2)),
    attempt('r', 'a', 'delivered', 1, [40_020, null]),
    attempt('r', 'b', 'delivered', 2, [40_030, 40_035], reply('delivered', 2)),
    park('r', [40_040, 40_045], { ...parked({}, true), ...reply('delivered', 2), kind: 'parked' }),
  ];
  t.strictSame(checkHistory(history), []);
});

t.test('many replies of one session are judged in seconds', async (t) => {
  const history: HistoryRecord[] = [take('a', [0, 1], granted(7, 1e9, { ttlMs: 1e9 }), { ttlMs: 1e9 })];
  for (let turn = 1; turn <= 20_000; turn += 1) {
    const [id, atMs] = [`r${turn}`, turn * 100];
    history.push(park(id, [atMs, atMs + 5], parked()), attempt(id, 'a', 'sending', 1, [atMs + 10, atMs + 15], reply('sending', 1)));
    history.push(attempt(id, 'a', 'delivered', 1, [atMs + 20, atMs + 25], reply('delivered', 1)));
  }
  const startMs = performance.now();
  t.strictSame(checkHistory(history), []);
  const tookMs = performance.now() - startMs;
  t.comment(`${history.length} records in ${Math.round(tookMs)} ms`);
  t.ok(tookMs < 60_000);
});

t.test('every property has a wrong history', async (t) => {
  const all: readonly PropertyId[] = ['S1', 'S2', 'S3', 'S6', 'S7', 'S8', 'S9', 'S10', 'S11', 'S12', 'S13', 'S14', 'S15', 'S16', 'L1', 'L3', 'L4', 'FIFO'];
  t.strictSame(all.filter((property) => !WRONG_HISTORIES.some(({ breaks }) => breaks === property)), []);
});
