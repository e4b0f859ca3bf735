/** Histories that break a promise about parked replies. */
import { attempt, discard, granted, look, lost, outage, park, parked, release, released, replay, reply, revoke, take } from './histories-by-hand.ts';
import type { WrongHistory } from './wrong-history.ts';

/** `a` holds the session from 0 to 30 s under token 7, and has parked `r`. */
const BEGUN = [take('a', [0, 5], granted(7)), park('r', [10, 15], parked())];
const DAY_MS = 86_400_000;
const UNKNOWN_REPLY = { kind: 'reply-unknown' };

export const WRONG_HISTORIES_OF_REPLIES: readonly WrongHistory[] = [
  {
    about: 'a reply that was acknowledged is gone',
    breaks: 'S12',
    wrong: [...BEGUN, look('r', [20, 25], UNKNOWN_REPLY)],
    right: [park('r', [10, 22], parked()), look('r', [20, 25], UNKNOWN_REPLY)],
  },
  {
    about: 'a reply that was acknowledged is gone after a restart',
    breaks: 'S11',
    wrong: [...BEGUN, outage(20, 30, true), look('r', [40, 45], UNKNOWN_REPLY)],
    right: [park('r', [10, null]), outage(20, 30, true), look('r', [40, 45], UNKNOWN_REPLY)],
  },
  {
    about: 'a reply that was acknowledged is parked for the first time again',
    breaks: 'S12',
    wrong: [...BEGUN, park('r', [20, 25], parked())],
    right: [...BEGUN, park('r', [20, 25], parked({}, true))],
  },
  {
    about: 'a discarded reply is forgotten before its seven days',
    breaks: 'S12',
    wrong: [...BEGUN, discard('r', [20, 25], reply('superseded')), look('r', [7 * DAY_MS, 7 * DAY_MS + 5], UNKNOWN_REPLY)],
    right: [...BEGUN, discard('r', [20, 25], reply('superseded')), look('r', [7 * DAY_MS + 30, 7 * DAY_MS + 35], UNKNOWN_REPLY)],
  },
  {
    about: 'the repeat of a parking is refused',
    breaks: 'S9',
    wrong: [...BEGUN, park('r', [20, 25], { kind: 'replies-full' })],
    right: [...BEGUN, park('other', [20, 25], { kind: 'replies-full' })],
  },
  {
    about: 'one id for two payloads',
    breaks: 'S9',
    wrong: [...BEGUN, park('r', [20, 25], parked({}, true), { payload: 'other' })],
    right: [...BEGUN, park('r', [20, 25], { kind: 'reply-id-reused' }, { payload: 'other' })],
  },
  {
    about: 'a repeat changes the token of a reply',
    breaks: 'S9',
    wrong: [...BEGUN, park('r', [20, 25], parked({ fencingToken: 8 }, true), { fencingToken: 8 })],
    right: [...BEGUN, park('r', [20, 25], parked({}, true), { fencingToken: 8 })],
  },
  {
    about: 'what came of an attempt is refused when it is told again',
    breaks: 'S9',
    wrong: [...BEGUN, attempt('r', 'a', 'sending', 1, [20, 25], reply('sending', 1)), attempt('r', 'a', 'failed', 1, [30, 35], reply('parked', 1)), attempt('r', 'a', 'failed', 1, [40, 45], { kind: 'attempt-not-taken' })],
    right: [
      ...BEGUN,
      attempt('r', 'a', 'sending', 1, [20, 25], reply('sending', 1)),
      attempt('r', 'a', 'failed', 1, [30, 35], reply('parked', 1)),
      attempt('r', 'a', 'sending', 2, [36, 39], reply('sending', 2)),
      attempt('r', 'a', 'failed', 1, [40, 45], { kind: 'attempt-superseded' }),
    ],
  },
  {
    about: 'what was committed is not any more',
    breaks: 'S12',
    wrong: [take('a', [0, 5], granted(7)), park('r', [10, 15], parked({ committed: true })), look('r', [20, 25], reply('parked'))],
    right: [take('a', [0, 5], granted(7)), park('r', [10, 21], parked({ committed: true })), look('r', [20, 25], reply('parked'))],
  },
  {
    about: 'an attempt is forgotten',
    breaks: 'S13',
    wrong: [...BEGUN, attempt('r', 'a', 'sending', 1, [20, 25], reply('sending', 1)), look('r', [30, 35], reply('parked'))],
    right: [...BEGUN, attempt('r', 'a', 'sending', 1, [20, 31], reply('sending', 1)), look('r', [30, 35], reply('parked'))],
  },
  {
    about: 'a delivered reply is sent again',
    breaks: 'S13',
    wrong: [...BEGUN, attempt('r', 'a', 'sending', 1, [20, 25], reply('sending', 1)), attempt('r', 'a', 'delivered', 1, [30, 35], reply('delivered', 1)), attempt('r', 'a', 'sending', 2, [40, 45], reply('sending', 2))],
    right: [...BEGUN, attempt('r', 'a', 'sending', 1, [20, 25], reply('sending', 1)), attempt('r', 'a', 'unknown', 1, [30, 35], reply('unknown', 1)), attempt('r', 'a', 'sending', 2, [40, 45], reply('sending', 2))],
  },
  {
    about: 'a delivered reply is parked again',
    breaks: 'S12',
    wrong: [...BEGUN, look('r', [20, 25], reply('delivered', 1)), replay('r', [30, 35], reply('parked', 1))],
    right: [...BEGUN, look('r', [20, 25], reply('superseded', 1)), replay('r', [30, 35], reply('parked', 1))],
  },
  {
    about: 'a dead reply comes back by itself',
    breaks: 'S12',
    wrong: [...BEGUN, look('r', [20, 25], reply('dead')), look('r', [30, 35], reply('parked'))],
    right: [...BEGUN, look('r', [20, 25], reply('dead')), replay('r', [26, null]), look('r', [30, 35], reply('parked'))],
  },
  {
    about: 'an attempt is begun by two leases',
    breaks: 'S13',
    wrong: [...BEGUN, attempt('r', 'a', 'sending', 1, [20, 25], reply('sending', 1)), release('a', [30, 35], released), take('b', [40, 45], granted(8)), attempt('r', 'b', 'sending', 1, [50, 55], reply('sending', 1))],
    right: [...BEGUN, attempt('r', 'a', 'sending', 1, [20, 25], reply('sending', 1)), release('a', [30, 35], released), take('b', [40, 45], granted(8)), attempt('r', 'b', 'sending', 2, [50, 55], reply('sending', 2))],
  },
  {
    about: 'a later reply is taken before an earlier one',
    breaks: 'S14',
    wrong: [...BEGUN, park('second', [20, 25], parked()), attempt('second', 'a', 'sending', 1, [30, 35], reply('sending', 1))],
    // Each may have been parked first.
    right: [take('a', [0, 5], granted(7)), park('r', [10, 22], parked()), park('second', [20, 25], parked()), attempt('second', 'a', 'sending', 1, [30, 35], reply('sending', 1))],
  },
  {
    about: 'a reply with a larger sequence is taken first',
    breaks: 'S14',
    wrong: [take('a', [0, 5], granted(7)), park('two', [10, 15], parked({ sequence: 2 })), park('one', [20, 25], parked({ sequence: 1 })), attempt('two', 'a', 'sending', 1, [30, 35], reply('sending', 1, { sequence: 2 }))],
    right: [
      take('a', [0, 5], granted(7)),
      park('two', [10, 15], parked({ sequence: 2 })),
      park('one', [20, 25], parked({ sequence: 1 })),
      discard('one', [26, null]),
      attempt('two', 'a', 'sending', 1, [30, 35], reply('sending', 1, { sequence: 2 })),
    ],
  },
  {
    about: 'a reply that was parked late under an older token is passed over',
    breaks: 'S14',
    wrong: [take('a', [0, 5], granted(7)), park('r', [10, 15], parked()), park('late', [16, 19], parked({ fencingToken: 3 }), { fencingToken: 3 }), attempt('r', 'a', 'sending', 1, [20, 25], reply('sending', 1))],
    // It was under way already: the late one goes next.
    right: [
      ...BEGUN,
      attempt('r', 'a', 'sending', 1, [15, 16], reply('sending', 1)),
      park('late', [17, 19], parked({ fencingToken: 3 }), { fencingToken: 3 }),
      attempt('r', 'a', 'sending', 2, [20, 25], reply('sending', 2)),
    ],
  },
  {
    about: 'a reply is taken under a lease that is over',
    breaks: 'S15',
    wrong: [...BEGUN, revoke([20, 25], { kind: 'revoked', fencingToken: 7 }), attempt('r', 'a', 'sending', 1, [30, 35], reply('sending', 1))],
    right: [...BEGUN, revoke([20, 25], { kind: 'revoked', fencingToken: 7 }), attempt('r', 'a', 'sending', 1, [30, 35], lost(7, 'revoked'))],
  },
  {
    about: 'a reply is taken under a lease that nobody asked for',
    breaks: 'S15',
    wrong: [...BEGUN, attempt('r', 'b', 'sending', 1, [20, 25], reply('sending', 1))],
    right: [...BEGUN, attempt('r', 'b', 'sending', 1, [20, 25], { kind: 'lease-unknown' })],
  },
  {
    about: 'a reply is taken while somebody else holds the session',
    breaks: 'S15',
    wrong: [...BEGUN, take('b', [16, null], undefined, { waitMs: 60_000 }), attempt('r', 'b', 'sending', 1, [20, 25], reply('sending', 1))],
    right: [...BEGUN, release('a', [15, null]), take('b', [16, null], undefined, { waitMs: 60_000 }), attempt('r', 'b', 'sending', 1, [20, 25], reply('sending', 1))],
  },
];
