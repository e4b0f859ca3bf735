/** Histories that break a promise about repeats, or about the order and the delay of waiters. */
import { granted, held, lost, offered, outage, release, released, renew, renewed, take, wait, wallStep } from './histories-by-hand.ts';
import type { WrongHistory } from './wrong-history.ts';

const MINUTE = 60_000;

export const WRONG_HISTORIES_OF_WAITING: readonly WrongHistory[] = [
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
