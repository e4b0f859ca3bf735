/** The checker is judged by histories that are wrong on purpose: each must be reported, and its lawful twin must not. */
import t from 'tap';
import { checkHistory } from '../support/history/checker.ts';
import type { CheckOptions } from '../support/history/options.ts';
import { readHistory, writeHistory, type HistoryRecord } from '../support/history/record.ts';
import { HistoryRecorder } from '../support/history/recorder.ts';
import type { PropertyId } from '../support/history/violation.ts';
import { fence, granted, held, inspect, lost, offered, outage, release, released, renew, renewed, revoke, take, wait, wallStep } from './histories-by-hand.ts';

interface Pair {
  readonly about: string;
  readonly breaks: PropertyId;
  readonly wrong: readonly HistoryRecord[];
  readonly right: readonly HistoryRecord[];
  readonly options?: Partial<CheckOptions>;
}

const EXACT: Partial<CheckOptions> = { slackMs: 0, lateMs: 0 };
const MINUTE = 60_000;

const PAIRS: readonly Pair[] = [
  {
    about: 'one token for two leases',
    breaks: 'S1',
    wrong: [take('a', [0, 5], granted(7)), release('a', [10, 15], released), take('b', [20, 25], granted(7))],
    right: [take('a', [0, 5], granted(7)), release('a', [10, 15], released), take('b', [20, 25], granted(8))],
  },
  {
    about: 'one token for two leases, the one known only from its loss',
    breaks: 'S1',
    wrong: [take('a', [0, null]), take('b', [40_000, 40_005], granted(7)), renew('a', [40_010, 40_015], lost(7))],
    right: [take('a', [0, null]), take('b', [40_000, 40_005], granted(7)), renew('a', [40_010, 40_015], lost(6))],
  },
  {
    about: 'one token for two holders',
    breaks: 'S1',
    wrong: [take('a', [0, 5], granted(7, 30_000, { holder: 'one' })), take('b', [10, 15], { kind: 'lease-held', currentToken: 7, holder: 'other' })],
    right: [take('a', [0, 5], granted(7, 30_000, { holder: 'one' })), take('b', [10, 15], { kind: 'lease-held', currentToken: 7, holder: 'one' })],
  },
  {
    about: 'a smaller token for the later of two grants',
    breaks: 'S2',
    wrong: [take('a', [0, 5], granted(9)), release('a', [10, 15], released), take('b', [20, 25], granted(8))],
    // Asked for before the other was answered: either may have come first.
    right: [take('b', [0, 25], granted(8)), release('b', [0, null]), take('a', [20, 28], granted(9))],
  },
  {
    about: 'a smaller token after a restart of the service',
    breaks: 'S2',
    wrong: [take('a', [0, 5], granted(9)), release('a', [10, 15], released), outage(20, 30, true), take('b', [40, 45], granted(3))],
    right: [take('a', [0, 5], granted(9)), release('a', [10, 15], released), outage(20, 30, true), take('b', [40, 45], granted(10))],
  },
  {
    about: 'a smaller token for an id that had been refused before',
    breaks: 'S2',
    wrong: [take('b', [0, 5], held(5)), take('a', [100, 105], granted(9)), release('a', [110, 115], released), take('b', [120, 125], granted(8))],
    right: [take('b', [0, 5], held(5)), take('a', [100, 105], granted(9)), release('a', [110, 115], released), take('b', [120, 125], granted(10))],
  },
  {
    about: 'two leases at once',
    breaks: 'S3',
    wrong: [take('a', [0, 5], granted(7)), take('b', [20_000, 20_005], granted(8))],
    right: [take('a', [0, 5], granted(7)), take('b', [30_000, 30_005], granted(8))],
  },
  {
    about: 'a grant one millisecond before the expiry, times being exact',
    breaks: 'S3',
    options: EXACT,
    wrong: [take('a', [0, 0.1], granted(7, 1_000)), take('b', [998.8, 999], granted(8))],
    right: [take('a', [0, 0.1], granted(7, 1_000)), take('b', [1_000.1, 1_000.2], granted(8))],
  },
  {
    about: 'two leases at once, one of them kept alive by renewals',
    breaks: 'S3',
    wrong: [take('a', [0, 5], granted(7)), renew('a', [20_000, 20_005], renewed(7)), take('b', [40_000, 40_005], granted(8))],
    right: [take('a', [0, 5], granted(7)), renew('a', [20_000, 20_005], renewed(7)), revoke([39_000, null]), take('b', [40_000, 40_005], granted(8))],
  },
  {
    about: 'another token called live while a lease holds',
    breaks: 'S3',
    wrong: [take('a', [0, 5], granted(7)), take('b', [100, 105], held(6))],
    right: [take('a', [0, 5], granted(7)), take('b', [100, 105], held(7))],
  },
  {
    about: 'a stale token that is called current',
    breaks: 'S6',
    wrong: [take('a', [0, 5], granted(7)), release('a', [10, 15], released), fence(7, [20, 25], 'current')],
    right: [take('a', [0, 5], granted(7)), release('a', [10, 15], released), fence(7, [14, 25], 'current')],
  },
  {
    about: 'an expired token that is called current',
    breaks: 'S6',
    wrong: [take('a', [0, 5], granted(7)), fence(7, [30_010, 30_015], 'current')],
    right: [take('a', [0, 5], granted(7)), renew('a', [20_000, null]), fence(7, [30_010, 30_015], 'current')],
  },
  {
    about: 'a token that nobody was granted, called current',
    breaks: 'S6',
    wrong: [take('a', [0, 5], granted(7)), fence(8, [10, 15], 'current')],
    right: [take('a', [0, 5], granted(7)), take('b', [6, null]), fence(8, [10, 15], 'current')],
  },
  {
    about: 'a live token that is called ended',
    breaks: 'S6',
    wrong: [take('a', [0, 5], granted(7)), fence(7, [10, 15], 'ended')],
    right: [take('a', [0, 5], granted(7)), release('a', [9, null]), fence(7, [10, 15], 'ended')],
  },
  {
    about: 'a live token that is called superseded',
    breaks: 'S6',
    wrong: [take('a', [0, 5], granted(7)), fence(7, [10, 15], 'superseded')],
    right: [take('a', [0, 5], granted(7)), fence(6, [10, 15], 'superseded')],
  },
  {
    about: 'a token called superseded before anybody asked for a later one',
    breaks: 'S6',
    wrong: [take('a', [0, 5], granted(7)), release('a', [6, 8], released), fence(7, [10, 15], 'superseded'), take('b', [20, 25], granted(8))],
    right: [take('a', [0, 5], granted(7)), release('a', [6, 8], released), fence(7, [10, 15], 'superseded'), take('b', [14, 25], granted(8))],
  },
  {
    about: 'a superseded token that is called merely ended',
    breaks: 'S6',
    wrong: [take('a', [0, 5], granted(7)), release('a', [6, 8], released), take('b', [9, 12], granted(8)), fence(7, [20, 25], 'ended')],
    right: [take('a', [0, 5], granted(7)), release('a', [6, 8], released), take('b', [9, 12], granted(8)), fence(7, [20, 25], 'unknown')],
  },
  {
    about: 'an unknown token that is not counted as stale',
    breaks: 'S6',
    wrong: [fence(7, [20, 25], 'unknown', { stale: false })],
    right: [fence(7, [20, 25], 'unknown')],
  },
  {
    about: 'a renewal after the expiry',
    breaks: 'S7',
    wrong: [take('a', [0, 5], granted(7)), renew('a', [30_010, 30_015], renewed(7))],
    right: [take('a', [0, 5], granted(7)), renew('a', [29_990, 30_015], renewed(7))],
  },
  {
    about: 'a renewal in the millisecond of the expiry, times being exact',
    breaks: 'S7',
    options: EXACT,
    wrong: [take('a', [0, 0.1], granted(7, 1_000)), renew('a', [1_000.2, 1_000.3], renewed(7))],
    right: [take('a', [0, 0.1], granted(7, 1_000)), renew('a', [999.2, 999.3], renewed(7))],
  },
  {
    about: 'a renewal after the loss was told',
    breaks: 'S7',
    wrong: [take('a', [0, 5], granted(7)), revoke([6, 7], { kind: 'revoked', fencingToken: 7 }), renew('a', [10, 15], renewed(7))],
    right: [take('a', [0, 5], granted(7)), revoke([6, 12], { kind: 'revoked', fencingToken: 7 }), renew('a', [10, 15], renewed(7))],
  },
  {
    about: 'a renewal after a successor was told',
    breaks: 'S7',
    wrong: [take('a', [0, 5], granted(7)), take('b', [30_010, 30_015], granted(8)), renew('a', [30_020, 30_025], renewed(7))],
    right: [take('a', [0, 5], granted(7)), take('b', [30_010, 30_015], granted(8)), renew('a', [30_020, 30_025], lost(7))],
  },
  {
    about: 'a renewal after the expiry, although an unanswered one was sent long before',
    breaks: 'S7',
    wrong: [take('a', [0, 5], granted(7)), renew('a', [100, null]), renew('a', [50_000, 50_005], renewed(7))],
    right: [take('a', [0, 5], granted(7)), renew('a', [29_000, null]), renew('a', [50_000, 50_005], renewed(7))],
  },
  {
    about: 'an expiry that a renewal moves back',
    breaks: 'S7',
    wrong: [take('a', [0, 5], granted(7)), renew('a', [100, 105], renewed(7, 1_000))],
    right: [take('a', [0, 5], granted(7)), renew('a', [100, 105], renewed(7, 29_900))],
  },
  {
    about: "a lease that another's release ended",
    breaks: 'S8',
    wrong: [take('b', [100, 105], granted(8)), release('a', [200, 205], released), renew('b', [300, 305], lost(8, 'released'))],
    right: [take('b', [100, 105], granted(8)), release('b', [200, null]), renew('b', [300, 305], lost(8, 'released'))],
  },
  {
    about: "a session that is free after another's late release",
    breaks: 'S8',
    wrong: [take('b', [100, 105], granted(8)), release('a', [200, 205], lost(7)), inspect([300, 305], { held: false })],
    right: [take('b', [100, 105], granted(8)), release('a', [200, 205], lost(7)), inspect([30_200, 30_305], { held: false })],
  },
  {
    about: 'a healthy holder that is told it lost, for no reason',
    breaks: 'L3',
    wrong: [take('a', [0, 5], granted(7)), renew('a', [100, 105], lost(7, 'expired'))],
    right: [take('a', [0, 5], granted(7)), revoke([50, null]), renew('a', [100, 105], lost(7, 'revoked'))],
  },
  {
    about: 'two tokens for one lease id',
    breaks: 'S9',
    wrong: [take('a', [0, null]), take('a', [10, 15], granted(7)), take('a', [20, 25], granted(8, 29_990, { repeated: true }))],
    right: [take('a', [0, null]), take('a', [10, 15], granted(7)), take('a', [20, 25], granted(7, 29_990, { repeated: true }))],
  },
  {
    about: 'a holder whose repeat is told that the session is held',
    breaks: 'S9',
    wrong: [take('a', [0, 5], granted(7)), take('a', [10, 15], held(7))],
    right: [take('a', [0, 5], granted(7)), release('a', [6, null]), take('a', [10, 15], held(8))],
  },
  {
    about: 'a released id that is granted again',
    breaks: 'S9',
    wrong: [take('a', [0, 5], granted(7)), release('a', [10, 15], released), take('a', [20, 25], granted(8))],
    right: [take('a', [0, 5], granted(7)), release('a', [10, 15], released), take('a', [15 * MINUTE + 20, 15 * MINUTE + 25], { kind: 'lease-held', currentToken: 9 })],
  },
  {
    about: 'an id that was released before its acquire, and is granted',
    breaks: 'S9',
    wrong: [release('a', [10, 15], released), take('a', [20, 25], granted(8))],
    right: [release('a', [10, 15], released), take('a', [14, 25], granted(8))],
  },
  {
    about: 'an expired id that is queued again',
    breaks: 'S9',
    wrong: [take('a', [0, 5], granted(7)), take('b', [30_010, 30_015], granted(8)), take('a', [30_020, 30_025], held(8, 1))],
    right: [take('a', [0, 5], granted(7)), take('b', [30_010, 30_015], granted(8)), take('a', [30_020, 30_025], { kind: 'lease-ended' })],
  },
  {
    about: 'a repeated release that is answered otherwise',
    breaks: 'S9',
    wrong: [take('a', [0, 5], granted(7)), release('a', [10, 15], released), release('a', [20, 25], lost(7, 'released'))],
    right: [take('a', [0, 5], granted(7)), release('a', [10, 15], released), release('a', [20, 25], released)],
  },
  {
    about: 'an id that a restart forgot',
    breaks: 'S9',
    wrong: [take('a', [0, 5], granted(7)), release('a', [10, 15], released), outage(20, 30, true), take('b', [31, 32], granted(8)), take('a', [40, 45], held(8))],
    // Ages that outlive a restart are told by the wall clock; where that was set, they may be wrong.
    right: [take('a', [0, 5], granted(7)), release('a', [10, 15], released), wallStep(18), outage(20, 30, true), take('b', [31, 32], granted(8)), take('a', [40, 45], held(8))],
  },
  {
    about: 'a refused acquire that was granted all the same',
    breaks: 'S10',
    wrong: [take('a', [0, 5], { kind: 'not-applied' }), renew('a', [10, 15], renewed(7))],
    right: [take('a', [0, null]), renew('a', [10, 15], renewed(7))],
  },
  {
    about: 'a refused release that was done all the same',
    breaks: 'S10',
    wrong: [take('a', [0, 5], granted(7)), release('a', [10, 15], { kind: 'not-applied' }), renew('a', [20, 25], lost(7, 'released'))],
    right: [take('a', [0, 5], granted(7)), release('a', [10, null]), renew('a', [20, 25], lost(7, 'released'))],
  },
  {
    about: 'a waiter whom a vanished one delays by a TTL',
    breaks: 'S16',
    wrong: [take('a', [0, 5], granted(7)), wait('v', [100, null], undefined, { gaveUpMs: 200 }), wait('b', [300, 36_005], offered(9, 35_700)), release('a', [10_000, 10_005], released)],
    right: [take('a', [0, 5], granted(7)), wait('v', [100, null], undefined, { gaveUpMs: 200 }), wait('b', [300, 15_005], offered(9, 14_702)), release('a', [10_000, 10_005], released)],
    options: { lateMs: 0 },
  },
  {
    about: 'a waiter who waits for a session that was released',
    breaks: 'L1',
    wrong: [take('a', [0, 5], granted(7)), wait('b', [300, 10_905], offered(9, 10_600)), release('a', [10_000, 10_005], released)],
    right: [take('a', [0, 5], granted(7)), wait('b', [300, 10_205], offered(9, 9_902)), release('a', [10_000, 10_005], released)],
  },
  {
    about: 'a waiter who waits for a holder that died',
    breaks: 'L1',
    wrong: [take('a', [0, 5], granted(7)), wait('b', [300, 30_605], offered(9, 30_303))],
    right: [take('a', [0, 5], granted(7)), wait('b', [300, 30_205], offered(9, 29_902))],
  },
  {
    about: 'a waiter who is sent away while nobody holds',
    breaks: 'L1',
    wrong: [take('a', [0, 5], granted(7)), wait('b', [300, 60_305], held(7, 1, 60_000))],
    right: [take('a', [0, 5], granted(7)), renew('a', [29_000, 29_005], renewed(7)), renew('a', [50_000, 50_005], renewed(7)), wait('b', [300, 60_305], held(7, 1, 60_000))],
  },
  {
    about: 'a waiter who waits longer after a restart than the TTL explains',
    breaks: 'L1',
    wrong: [take('a', [0, 5], granted(7)), outage(1_000, 2_000, true), wait('b', [2_010, 33_000], offered(9, 30_980))],
    right: [take('a', [0, 5], granted(7)), outage(1_000, 2_000, true), wait('b', [2_010, 32_100], offered(9, 30_080))],
  },
  {
    about: 'a waiter who is overtaken by a later one',
    breaks: 'FIFO',
    wrong: [take('a', [0, 5], granted(7)), wait('b', [100, 1_200], offered(9, 1_100)), wait('c', [200, 1_005], offered(8, 803)), release('a', [1_000, 1_004], released), release('c', [1_100, 1_105], released)],
    // Sent before the other was known to be queued: either may have come first.
    right: [
      take('a', [0, 5], granted(7)),
      wait('b', [100, 1_200], offered(9, 1_100), { queuedMs: 300 }),
      wait('c', [200, 1_005], offered(8, 803)),
      release('a', [1_000, 1_004], released),
      release('c', [1_100, 1_105], released),
    ],
  },
  {
    about: 'a waiter who is overtaken between two of its requests',
    breaks: 'FIFO',
    wrong: [
      take('a', [0, 5], granted(7)),
      wait('b', [100, 1_105], held(7, 1, 1_000), { waitMs: 1_000 }),
      wait('c', [500, 1_310], offered(8, 803)),
      wait('b', [1_200, 2_005], offered(9, 800)),
      release('a', [1_300, 1_304], released),
      release('c', [2_000, 2_003], released),
    ],
    // It came back after its grace, and started anew.
    right: [
      take('a', [0, 5], granted(7)),
      wait('b', [100, 1_105], held(7, 1, 1_000), { waitMs: 1_000 }),
      wait('c', [500, 7_310], offered(8, 6_803)),
      wait('b', [7_200, 8_005], offered(9, 800)),
      release('a', [7_300, 7_304], released),
      release('c', [8_000, 8_003], released),
    ],
  },
  {
    about: 'a waiter who is passed over and sent away',
    breaks: 'FIFO',
    wrong: [take('a', [0, 5], granted(7)), wait('b', [100, 60_105], held(8, 1, 60_000)), wait('c', [200, 1_005], offered(8, 803)), release('a', [1_000, 1_004], released), renew('c', [1_010, 1_015], renewed(8, 59_000)), renew('c', [59_000, 59_005], renewed(8))],
    right: [take('a', [0, 5], granted(7)), wait('b', [100, 60_105], held(8, 1, 60_000)), wait('c', [90, 1_005], offered(8, 903)), release('a', [1_000, 1_004], released), renew('c', [1_010, 1_015], renewed(8, 59_000)), renew('c', [59_000, 59_005], renewed(8))],
  },
  {
    about: 'a background waiter who is served before a foreground one',
    breaks: 'FIFO',
    wrong: [
      take('a', [0, 5], granted(7)),
      wait('b', [100, 1_005], offered(8, 903), { background: true }),
      wait('f', [200, 1_200], offered(9, 1_000)),
      release('a', [1_000, 1_004], released),
      release('b', [1_100, 1_105], released),
    ],
    right: [
      take('a', [0, 5], granted(7)),
      wait('b', [100, 1_200], offered(9, 1_100), { background: true }),
      wait('f', [200, 1_005], offered(8, 803)),
      release('a', [1_000, 1_004], released),
      release('f', [1_100, 1_105], released),
    ],
  },
];

for (const { about, breaks, wrong, right, options } of PAIRS) {
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
  t.ok(tookMs < 20_000);
});

t.test('every property has a wrong history', async (t) => {
  const all: readonly PropertyId[] = ['S1', 'S2', 'S3', 'S6', 'S7', 'S8', 'S9', 'S10', 'S16', 'L1', 'L3', 'FIFO'];
  t.strictSame(all.filter((property) => !PAIRS.some(({ breaks }) => breaks === property)), []);
});
