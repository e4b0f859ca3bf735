/** Histories of several instances over one Redis that are wrong on purpose: an instance may die, and the queue must not notice. */
import { granted, held, inspect, offered, outage, release, released, renew, renewed, take, wait } from './histories-by-hand.ts';
import type { WrongHistory } from './wrong-history.ts';
import type { HistoryRecord, WaiterSeen } from '../support/history/record.ts';

const stands = (leaseId: string, waitedMs: number, background = false): WaiterSeen => ({ holder: `holder of ${leaseId}`, waitedMs, background });
const queue = (atMs: number, ...waiters: readonly WaiterSeen[]): HistoryRecord => inspect([atMs, atMs + 5], { held: true, fencingToken: 7, waiters });

/** Nobody saw its ticket being made. */
const unseen = ({ queuedMs: _seen, ...record }: HistoryRecord): HistoryRecord => record;

const on = (instance: number, ...records: readonly HistoryRecord[]): HistoryRecord[] => records.map((record) => ({ ...record, instance }));
const within = { orderWithin: 'instance' } as const;
const FIRST_WAITS = wait('b', [100, 1_200], offered(9, 1_090), { queuedMs: 110 });
const SECOND_WAITS = wait('c', [200, 1_005], offered(8, 803), { queuedMs: 210 });

const HOLDS = [take('a', [0, 5], granted(7)), release('a', [1_000, 1_004], released)];

export const WRONG_HISTORIES_OF_INSTANCES: readonly WrongHistory[] = [
  {
    about: 'a waiter who is passed over by one who came later to the same instance',
    breaks: 'FIFO',
    wrong: [...HOLDS, ...on(1, FIRST_WAITS, SECOND_WAITS), release('c', [1_100, 1_105], released)],
    right: [...HOLDS, ...on(1, FIRST_WAITS), ...on(2, SECOND_WAITS), release('c', [1_100, 1_105], released)],
    options: within,
  },
  {
    about: 'a waiter who was seen first at an instance, and is served later there',
    breaks: 'FIFO',
    wrong: [...HOLDS, ...on(1, unseen(FIRST_WAITS), unseen(SECOND_WAITS), queue(300, stands('b', 190), stands('c', 95))), release('c', [1_100, 1_105], released)],
    // What the other instances say of theirs stands behind, in no order.
    right: [...HOLDS, ...on(1, unseen(FIRST_WAITS), queue(300, stands('b', 190), stands('c', 95))), ...on(2, unseen(SECOND_WAITS)), release('c', [1_100, 1_105], released)],
    options: within,
  },
  {
    about: 'a waiter who came back to the same instance, and lost its place',
    breaks: 'FIFO',
    wrong: [...HOLDS, ...on(1, wait('b', [100, 405], held(7, 1, 300), { waitMs: 300 }), SECOND_WAITS, wait('b', [600, 1_200], offered(9, 1_090))), release('c', [1_100, 1_105], released)],
    // The instance was killed meanwhile, with the places of those who waited at it.
    right: [
      ...HOLDS,
      ...on(1, wait('b', [100, 205], held(7, 1, 100), { waitMs: 100 }), outage(300, 400, true), wait('c', [450, 1_005], offered(8, 553)), wait('b', [600, 1_200], offered(9, 598))),
      release('c', [1_100, 1_105], released),
    ],
    options: within,
  },
  {
    about: 'a waiter whose wait, as its instance told it, began before that of one who is served first',
    breaks: 'FIFO',
    wrong: [...HOLDS, unseen(wait('b', [100, 1_200], offered(9, 1_090))), unseen(wait('c', [200, 1_005], offered(8, 803))), release('c', [1_100, 1_105], released)],
    // It was sent first, and may have been on its way for longer.
    right: [...HOLDS, unseen(wait('b', [100, 1_200], offered(9, 990))), unseen(wait('c', [200, 1_005], offered(8, 803))), release('c', [1_100, 1_105], released)],
    options: { countsBack: true },
  },
  {
    about: 'a waiter whose instance died, who came back to another, and lost its place',
    breaks: 'FIFO',
    wrong: [...HOLDS, queue(110, stands('b', 9)), unseen(wait('b', [100, null], undefined, { gaveUpMs: 500 })), wait('c', [300, 1_005], offered(8, 703)), wait('b', [600, 1_200], offered(9, 598)), release('c', [1_100, 1_105], released)],
    // Nobody saw it in the queue: the request may have died with its instance.
    right: [...HOLDS, queue(110), unseen(wait('b', [100, null], undefined, { gaveUpMs: 500 })), wait('c', [300, 1_005], offered(8, 703)), wait('b', [600, 1_200], offered(9, 598)), release('c', [1_100, 1_105], released)],
    options: { countsBack: true },
  },
  {
    about: 'a waiter whose instance lost the Redis for a moment, and who lost its place',
    breaks: 'FIFO',
    wrong: [
      ...HOLDS,
      wait('b', [100, 405], held(7, 1, 300), { waitMs: 300 }),
      unseen(wait('b', [410, 412], { kind: 'not-applied' })),
      wait('c', [450, 1_005], offered(8, 553)),
      wait('b', [600, 1_200], offered(9, 598)),
      release('c', [1_100, 1_105], released),
    ],
    // It came back when its grace was over.
    right: [
      take('a', [0, 5], granted(7)),
      wait('b', [100, 405], held(7, 1, 300), { waitMs: 300 }),
      unseen(wait('b', [410, 412], { kind: 'not-applied' })),
      wait('c', [450, 7_005], offered(8, 6_553)),
      wait('b', [5_700, 7_200], offered(9, 1_498)),
      release('a', [7_000, 7_004], released),
      release('c', [7_100, 7_105], released),
    ],
    options: { countsBack: true },
  },
  {
    about: 'two that were asked for at the same time, and are not served as they stood',
    breaks: 'FIFO',
    wrong: [...HOLDS, wait('b', [100, 1_200], offered(9, 1_090), { queuedMs: 110 }), wait('c', [100, 1_005], offered(8, 895), { queuedMs: 110 }), queue(120, stands('b', 12), stands('c', 12)), release('c', [1_100, 1_105], released)],
    right: [...HOLDS, wait('b', [100, 1_200], offered(9, 1_090), { queuedMs: 110 }), wait('c', [100, 1_005], offered(8, 895), { queuedMs: 110 }), queue(120, stands('c', 12), stands('b', 12)), release('c', [1_100, 1_105], released)],
  },
  {
    about: 'one that stood behind another is served while that one waits in vain',
    breaks: 'FIFO',
    wrong: [...HOLDS, wait('b', [100, 3_105], held(8, 1, 3_000), { waitMs: 3_000 }), wait('c', [100, 1_005], offered(8, 895)), queue(120, stands('b', 12), stands('c', 12)), renew('c', [1_010, 1_015], renewed(8))],
    right: [...HOLDS, wait('b', [100, 3_105], held(8, 1, 3_000), { waitMs: 3_000 }), wait('c', [100, 1_005], offered(8, 895)), queue(120, stands('c', 12), stands('b', 12)), renew('c', [1_010, 1_015], renewed(8))],
  },
  {
    about: 'who came last stands first',
    breaks: 'FIFO',
    wrong: [take('a', [0, 5], granted(7)), queue(200, stands('c', 50), stands('b', 100))],
    right: [take('a', [0, 5], granted(7)), queue(200, stands('b', 100), stands('c', 50))],
  },
  {
    about: 'a background waiter stands before a foreground one',
    breaks: 'FIFO',
    wrong: [take('a', [0, 5], granted(7)), queue(200, stands('b', 100, true), stands('c', 50))],
    right: [take('a', [0, 5], granted(7)), queue(200, stands('c', 50), stands('b', 100, true))],
  },
  {
    about: 'one that was seen under a name of two is served late',
    breaks: 'FIFO',
    // The first of the name had been told of its grant when the queue was looked at.
    wrong: [
      take('old', [0, 5], granted(7), { holder: 'one name' }),
      release('old', [1_000, 1_004], released),
      wait('b', [100, 1_200], offered(9, 1_090), { holder: 'one name', queuedMs: 110 }),
      wait('c', [100, 1_005], offered(8, 895), { queuedMs: 110 }),
      queue(120, { holder: 'one name', waitedMs: 12, background: false }, stands('c', 12)),
      release('c', [1_100, 1_105], released),
    ],
    // Both of the name may have been in the queue: nobody knows which it was.
    right: [
      take('a', [0, 5], granted(7)),
      release('a', [1_000, 1_004], released),
      wait('old', [90, null], undefined, { holder: 'one name', gaveUpMs: 95 }),
      wait('b', [100, 1_200], offered(9, 1_080), { holder: 'one name', queuedMs: 121 }),
      wait('c', [100, 1_005], offered(8, 895), { queuedMs: 110 }),
      queue(115, { holder: 'one name', waitedMs: 12, background: false }, stands('c', 8)),
      release('c', [1_100, 1_105], released),
    ],
  },
  {
    about: 'a lease that a stopped Redis kept alive',
    breaks: 'S7',
    wrong: [take('a', [0, 5], granted(7)), outage(1_000, 40_000, false), renew('a', [40_100, 40_105], renewed(7))],
    right: [take('a', [0, 5], granted(7)), outage(1_000, 4_000, false), renew('a', [4_100, 4_105], renewed(7))],
  },
  {
    about: 'a request that hangs',
    breaks: 'L4',
    wrong: [take('a', [0, 5], granted(7)), renew('a', [10, 3_011], { kind: 'unknown' })],
    right: [take('a', [0, 5], granted(7)), renew('a', [10, 3_010], { kind: 'unknown' }), wait('b', [10, 63_010], held(7, 1, 60_000)), renew('a', [29_000, 29_005], renewed(7, 60_000))],
    options: { deadlineMs: 3_000 },
  },
  {
    about: 'a request that is never answered',
    breaks: 'L4',
    wrong: [take('a', [0, null])],
    right: [take('a', [0, null], undefined, { gaveUpMs: 3_000 })],
    options: { deadlineMs: 3_000 },
  },
];
