/** How a session stands in the database. Spans that outlive a restart are written as wall times; renewals are not written at all. */
import type { Now } from '../../clock.ts';
import {
  EMPTY_SESSION,
  type EndedBecause,
  type EndedId,
  type FencingToken,
  type Lease,
  type LeaseIdHash,
  type Metadata,
  type Previous,
  type Session,
  type YieldRequest,
} from '../../session/types.ts';
import { ENDED_ID_MS, GRACE_MS_MAX } from '../../session/limits.ts';
import { readReplies, type ReplyRow } from './reply-rows.ts';
import { futureToMono, pastToMono, toWall } from './wall-times.ts';

/** A session without its ended ids and replies, which have tables of their own. */
export interface SessionRow {
  readonly id: number;
  readonly namespace: string;
  readonly key: string;
  /** 1 while the session is leased: what listings are indexed by. */
  readonly live: 0 | 1;
  /** JSON of `WrittenSession`. */
  readonly state: string;
}

export interface EndedRow {
  readonly sessionId: number;
  /** Counts a session's ends; the table keeps the last of them in a ring. */
  readonly sequence: number;
  readonly leaseIdHash: string;
  readonly fencingToken: number | null;
  readonly endedBecause: string;
  readonly endedAtWallMs: number;
}

interface WrittenLease {
  leaseIdHash: string;
  holder: string;
  fencingToken: number;
  background: boolean;
  ttlMs: number;
  ttlLongestMs: number;
  grantedAtWallMs: number;
  holdEndsAtWallMs: number;
  metadata?: Metadata | undefined;
  yieldRequest?: { by: string; reason?: string | undefined; endsAtWallMs?: number | undefined } | undefined;
}

interface WrittenPrevious {
  holder: string;
  fencingToken: number;
  endedBecause: EndedBecause;
  endedAtWallMs: number;
  metadata?: Metadata | undefined;
}

interface WrittenSession {
  lease?: WrittenLease | undefined;
  previous?: WrittenPrevious | undefined;
  /** Absent for a session without replies, as in files that are older than replies. */
  repliesParked?: number | undefined;
}

const writeLease = (lease: Lease, now: Now): WrittenLease => ({
  leaseIdHash: lease.leaseIdHash,
  holder: lease.holder,
  fencingToken: lease.fencingToken,
  background: lease.background,
  ttlMs: lease.ttlMs,
  ttlLongestMs: lease.ttlLongestMs,
  grantedAtWallMs: toWall(lease.grantedAtMs, now),
  holdEndsAtWallMs: toWall(lease.holdEndsAtMs, now),
  metadata: lease.metadata,
  yieldRequest: lease.yieldRequest && writeYield(lease.yieldRequest, now),
});

const writeYield = ({ by, reason, endsAtMs }: YieldRequest, now: Now): NonNullable<WrittenLease['yieldRequest']> => ({
  by,
  reason,
  endsAtWallMs: endsAtMs === undefined ? undefined : toWall(endsAtMs, now),
});

const writePrevious = ({ holder, fencingToken, endedBecause, endedAtMs, metadata }: Previous, now: Now): WrittenPrevious => ({
  holder,
  fencingToken,
  endedBecause,
  endedAtWallMs: toWall(endedAtMs, now),
  metadata,
});

export const writeSession = ({ lease, previous, repliesParked }: Session, now: Now): string => {
  const written: WrittenSession = {
    lease: lease && writeLease(lease, now),
    previous: previous && writePrevious(previous, now),
    repliesParked: repliesParked || undefined,
  };
  return JSON.stringify(written);
};

export const writeEnded = (sessionId: number, sequence: number, ended: EndedId, now: Now): EndedRow => ({
  sessionId,
  sequence,
  leaseIdHash: ended.leaseIdHash,
  fencingToken: ended.fencingToken ?? null,
  endedBecause: ended.endedBecause,
  endedAtWallMs: toWall(ended.endedAtMs, now),
});

/**
 * A lease as it stands after a start: none ends before now plus its largest TTL, since its holder may have renewed in the
 * last moment before the stop, and nobody wrote that down. Nor do max hold and preemption shorten what it was promised.
 */
const readLease = (written: WrittenLease, now: Now): Lease => {
  const expiresAtMs = now.monoMs + written.ttlLongestMs;
  const holdMs = written.holdEndsAtWallMs - written.grantedAtWallMs;
  const holdEndsAtMs = Math.max(futureToMono(written.holdEndsAtWallMs, holdMs, now), expiresAtMs);
  const graceMsMax = Math.max(GRACE_MS_MAX, written.ttlLongestMs);
  return {
    leaseIdHash: written.leaseIdHash as LeaseIdHash,
    holder: written.holder,
    fencingToken: written.fencingToken as FencingToken,
    background: written.background,
    ttlMs: written.ttlMs,
    ttlLongestMs: written.ttlLongestMs,
    grantedAtMs: pastToMono(written.grantedAtWallMs, now),
    renewedAtMs: now.monoMs,
    expiresAtMs,
    holdEndsAtMs,
    confirmed: true,
    soleConnection: undefined,
    metadata: written.metadata,
    yieldRequest: written.yieldRequest && readYield(written.yieldRequest, { expiresAtMs, holdEndsAtMs, graceMsMax }, now),
  };
};

interface YieldBounds {
  readonly expiresAtMs: number;
  readonly holdEndsAtMs: number;
  readonly graceMsMax: number;
}

const readYield = ({ by, reason, endsAtWallMs }: NonNullable<WrittenLease['yieldRequest']>, bounds: YieldBounds, now: Now): YieldRequest => ({
  by,
  reason,
  endsAtMs:
    endsAtWallMs === undefined
      ? undefined
      : Math.min(Math.max(futureToMono(endsAtWallMs, bounds.graceMsMax, now), bounds.expiresAtMs), bounds.holdEndsAtMs),
});

/** The rows that belong to one session. */
export interface RowsOfSession {
  readonly ended: readonly EndedRow[];
  readonly replies: readonly ReplyRow[];
}

/** @throws SyntaxError when a row is not what `writeSession` or `writeReply` wrote */
export const readSession = (state: string, { ended, replies }: RowsOfSession, now: Now): Session => {
  const written = JSON.parse(state) as WrittenSession;
  const { previous, repliesParked = 0 } = written;
  const lease = written.lease && readLease(written.lease, now);
  return {
    lease,
    // There may be a million sessions, and most have nothing here: they share one emptiness.
    waiters: EMPTY_SESSION.waiters,
    ended: ended.length === 0 ? EMPTY_SESSION.ended : ended.map((row) => readEnded(row, now)).filter(({ endedAtMs }) => now.monoMs < endedAtMs + ENDED_ID_MS),
    previous: previous && {
      holder: previous.holder,
      fencingToken: previous.fencingToken as FencingToken,
      endedBecause: previous.endedBecause,
      endedAtMs: pastToMono(previous.endedAtWallMs, now),
      metadata: previous.metadata,
    },
    ...readReplies(replies, lease, now),
    repliesParked,
  };
};

const readEnded = (row: EndedRow, now: Now): EndedId => ({
  leaseIdHash: row.leaseIdHash as LeaseIdHash,
  fencingToken: row.fencingToken === null ? undefined : (row.fencingToken as FencingToken),
  endedBecause: row.endedBecause as EndedBecause,
  endedAtMs: pastToMono(row.endedAtWallMs, now),
});

/** Whether a restart would have to know of the change. An expiry moved on by a renewal is not such a change, nor are ended ids that grew too old. */
export const mustWrite = (before: Session, after: Session): boolean =>
  before.previous !== after.previous ||
  before.replies !== after.replies ||
  before.settledReplies !== after.settledReplies ||
  leaseChanged(before.lease, after.lease) ||
  endedSince(before, after).length > 0;

const newestEnded = ({ ended }: Session): EndedId | undefined => ended[ended.length - 1];

const leaseChanged = (before: Lease | undefined, after: Lease | undefined): boolean =>
  before !== after &&
  (before === undefined ||
    after === undefined ||
    before.fencingToken !== after.fencingToken ||
    before.ttlMs !== after.ttlMs ||
    before.ttlLongestMs !== after.ttlLongestMs ||
    before.metadata !== after.metadata ||
    before.yieldRequest !== after.yieldRequest);

/** The ended ids that `after` has and `before` had not, oldest first. */
export const endedSince = (before: Session, after: Session): readonly EndedId[] => {
  const last = newestEnded(before);
  return last === undefined ? after.ended : after.ended.slice(after.ended.lastIndexOf(last) + 1);
};
