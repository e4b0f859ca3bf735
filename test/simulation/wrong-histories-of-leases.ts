/** Histories that break a promise about tokens or about when a lease lives. */
import { fence, granted, held, inspect, lost, outage, release, released, renew, renewed, revoke, take } from './histories-by-hand.ts';
import type { WrongHistory } from './wrong-history.ts';

/** A run with exact times, as on one thread. */
const EXACT = { slackMs: 0, lateMs: 0 };

export const WRONG_HISTORIES_OF_LEASES: readonly WrongHistory[] = [
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
];
