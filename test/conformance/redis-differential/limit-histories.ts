/** Histories that reach the limits of a session, which random ones are too short for. */
import type { Acquire } from '../../../service/src/session/commands.ts';
import { ENDED_ID_MS, ENDED_IDS_MAX, REPLIES_MAX, SETTLED_REPLIES_MAX, SETTLED_REPLY_MS, WAITERS_MAX } from '../../../service/src/session/limits.ts';
import type { Attempt, Park } from '../../../service/src/session/replies/commands.ts';
import type { ConnectionId, FencingToken, LeaseIdHash, PayloadHash, ReplyId } from '../../../service/src/session/types.ts';
import { OTHER_INSTANCE, OWN_INSTANCE } from './history-player.ts';
import type { PureSide } from './pure-side.ts';

const S = 0;
const OVER = 20;
const MIB = 1024 * 1024;
const BY_NAME = (): number => 0;

const idOf = (nth: number): LeaseIdHash => `id ${nth}` as LeaseIdHash;
const replyOf = (nth: number): ReplyId => `r${nth}` as ReplyId;

const acquire = (nth: number, terms: Partial<Acquire> = {}): Acquire => ({
  kind: 'acquire',
  leaseIdHash: idOf(nth),
  connection: `${nth % 2 === 0 ? OWN_INSTANCE : OTHER_INSTANCE}:connection ${nth}` as ConnectionId,
  holder: `holder of ${nth}`,
  ttlMs: 30_000,
  waitMs: 0,
  background: false,
  maxHoldMs: 4 * 3_600_000,
  ...terms,
});

const park = (nth: number, terms: Partial<Park> = {}): Park => ({
  kind: 'park',
  replyId: replyOf(nth),
  fencingToken: (nth % 3) as FencingToken,
  holder: 'parker',
  sequence: nth % 5 === 0 ? undefined : nth % 7,
  committed: false,
  contentType: 'text/plain',
  expiresInMs: 60_000,
  payloadHash: `hash ${nth}` as PayloadHash,
  payloadBytes: 10,
  payload: JSON.stringify(`says ${nth}`),
  ...terms,
});

const attempt = (nth: number, outcome: Attempt['outcome']): Attempt => ({ kind: 'attempt', replyId: replyOf(nth), leaseIdHash: idOf(0), attempt: 1, outcome });

const times = (count: number, act: (nth: number) => void): void => {
  for (let nth = 0; nth < count; nth += 1) act(nth);
};

const waiters = (pure: PureSide): void => {
  pure.one(S, acquire(0, { ttlMs: 3_600_000 }));
  times(WAITERS_MAX + 2, (nth) => {
    pure.move(1);
    pure.one(S, acquire(nth + 1, { waitMs: 60_000, background: nth % 3 === 0 }));
  });
  pure.one(S, acquire(5, { waitMs: 50_000, maxWaiters: 1 }));
  times(OVER, (nth) => void pure.one(S, { kind: 'disconnect', leaseIdHash: idOf(nth * 2 + 1), connection: acquire(nth * 2 + 1).connection }));
  pure.one(S, { kind: 'inspect' });
  pure.one(S, { kind: 'release', leaseIdHash: idOf(0) });
  times(OVER, (nth) => {
    pure.move(100);
    pure.one(S, { kind: 'release', leaseIdHash: idOf(nth + 1) });
  });
  times(20, () => {
    pure.move(3_500);
    pure.due(BY_NAME);
  });
};

const endedIds = (pure: PureSide): void => {
  times(ENDED_IDS_MAX + OVER, (nth) => {
    pure.move(10);
    pure.one(S, acquire(nth));
    pure.one(S, { kind: 'release', leaseIdHash: idOf(nth) });
  });
  for (const nth of [OVER - 1, OVER + 1, ENDED_IDS_MAX]) {
    pure.one(S, { kind: 'renew', leaseIdHash: idOf(nth) });
    pure.one(S, acquire(nth));
  }
  pure.move(ENDED_ID_MS - 5_000);
  pure.tickMany([S]);
  pure.one(S, acquire(ENDED_IDS_MAX / 2));
  pure.move(5_000);
  pure.one(S, acquire(ENDED_IDS_MAX / 2));
};

const replies = (pure: PureSide): void => {
  pure.one(S, acquire(0));
  times(REPLIES_MAX + 1, (nth) => {
    pure.move(nth % 2);
    pure.one(S, park(nth));
  });
  pure.one(S, { kind: 'list-replies', limit: 1_000 });
  pure.one(S, { kind: 'list-replies', limit: 150, state: 'parked' });
  pure.one(S, { kind: 'discard', replyId: replyOf(3), reason: 'no' });
  pure.one(S, park(REPLIES_MAX));
  pure.one(S, { kind: 'replay', replyId: replyOf(3), reason: 'yes' });
  pure.one(S, attempt(15, 'sending'));
  pure.move(40_000);
  pure.due(BY_NAME);
  pure.move(20_000);
  // All that are left die in one pass.
  pure.due(BY_NAME);
  pure.one(S, park(REPLIES_MAX + 1));
  times(OVER, (nth) => void pure.one(S, { kind: nth % 2 === 0 ? 'replay' : 'discard', replyId: replyOf(nth), reason: 'settled' }));
  pure.one(S, park(REPLIES_MAX + 1));
};

const bytes = (pure: PureSide): void => {
  pure.one(S, acquire(0, { ttlMs: 3_600_000 }));
  times(4, (nth) => void pure.one(S, park(nth, { payloadBytes: nth === 3 ? MIB + 1 : 5 * MIB })));
  pure.one(S, park(9, { payloadBytes: MIB }));
  // Each of those that are discarded makes room for another, until what they said is too much to be kept.
  for (const [place, nth] of [0, 1, 2, 10, 11].entries()) {
    pure.one(S, { kind: 'discard', replyId: replyOf(nth), reason: 'no' });
    pure.one(S, park(place + 10, { payloadBytes: 5 * MIB }));
  }
  for (const nth of [0, 1, 2, 10]) pure.one(S, { kind: 'replay', replyId: replyOf(nth), reason: 'yes' });
  for (const nth of [11, 12, 13]) pure.one(S, { kind: 'discard', replyId: replyOf(nth), reason: 'no' });
};

/** Of 1,060 replies the first ones are delivered, and of those that are discarded some are replayed later. */
const DELIVERED = 50;
const isReplayed = (nth: number): boolean => nth > 2 * DELIVERED && nth % 50 === 1;

const settled = (pure: PureSide): void => {
  pure.one(S, acquire(0, { ttlMs: 3_600_000 }));
  times(SETTLED_REPLIES_MAX + 3 * OVER, (nth) => {
    pure.move(7);
    pure.one(S, park(nth, { fencingToken: 0 as FencingToken, payloadBytes: nth < 4 ? 5 * MIB : 10 }));
    if (nth < DELIVERED) {
      pure.one(S, attempt(nth, 'sending'));
      pure.one(S, attempt(nth, 'delivered'));
    } else pure.one(S, { kind: 'discard', replyId: replyOf(nth), reason: 'no' });
    // Replayed ones leave gaps in the order of settling.
    if (isReplayed(nth)) pure.one(S, { kind: 'replay', replyId: replyOf(nth - 30), reason: 'yes' });
  });
  for (const nth of [OVER - 2, OVER + 2]) pure.one(S, { kind: 'inspect-reply', replyId: replyOf(nth) });
  times(SETTLED_REPLIES_MAX + 3 * OVER, (nth) => void (isReplayed(nth) && pure.one(S, { kind: 'discard', replyId: replyOf(nth - 30), reason: 'again' })));
  pure.move(SETTLED_REPLY_MS - 5_000);
  pure.one(S, { kind: 'list-replies', limit: 10 });
  pure.move(3_000);
  pure.one(S, { kind: 'list-replies', limit: 10 });
  pure.move(3_600_000);
  pure.one(S, { kind: 'inspect' });
};

interface LimitHistory {
  readonly play: (pure: PureSide) => void;
  readonly comparesEvery: number;
  /** The answer that shows that the limit was met. */
  readonly meets: string;
}

/** A large state is not read after every command. */
export const LIMIT_HISTORIES: Readonly<Record<string, LimitHistory>> = {
  '1,000 waiters': { play: waiters, comparesEvery: 41, meets: 'waiters-full' },
  '1,000 ended ids': { play: endedIds, comparesEvery: 97, meets: 'lease-unknown' },
  '1,000 replies': { play: replies, comparesEvery: 61, meets: 'replies-full' },
  '16 MiB of replies, and of what superseded ones said': { play: bytes, comparesEvery: 1, meets: 'reply-settled' },
  '1,000 settled replies': { play: settled, comparesEvery: 97, meets: 'reply-unknown' },
};
