/** How parked replies stand in the database: a row each, and beside it the payload, which memory never holds. */
import type { Now } from '../../clock.ts';
import { compareReplies } from '../../session/replies/order.ts';
import type { SessionName } from '../../session/store.ts';
import {
  EMPTY_SESSION,
  type AttemptOutcome,
  type FencingToken,
  type Lease,
  type LeaseIdHash,
  type PayloadHash,
  type Reply,
  type ReplyId,
  type ReplyState,
  type Session,
} from '../../session/types.ts';
import { futureToMono, pastToMono, toWall } from './wall-times.ts';

export interface ReplyKey {
  readonly sessionId: number;
  readonly number: number;
}

/** `namespace` and `key` repeat those of the session: listings are read from an index that has them. */
export interface ReplyRow extends ReplyKey {
  readonly state: string;
  readonly namespace: string;
  readonly key: string;
  /** When it is due, or was settled: its place in listings. */
  readonly listedAtWallMs: number;
  /** JSON of `WrittenReply`. */
  readonly record: string;
}

export interface PayloadRow extends ReplyKey {
  readonly payload: string;
}

interface WrittenReply {
  replyId: string;
  fencingToken: number;
  sequence?: number | undefined;
  holder: string;
  committed: boolean;
  attempts: number;
  taker?: { leaseIdHash: string; outcome?: AttemptOutcome | undefined } | undefined;
  payloadHash: string;
  payloadBytes: number;
  payloadDropped: boolean;
  contentType: string;
  reason?: string | undefined;
  lastError?: string | undefined;
  parkedAtWallMs: number;
  dueAtWallMs: number;
  /** What was left of the back-off when this was written: what bounds it, wherever the wall clock goes. */
  dueInMs: number;
  setbacks: number;
  wasUnknown: boolean;
  maybeDelivered: boolean;
  lifeMs: number;
  expiresAtWallMs: number;
  settledAtWallMs?: number | undefined;
}

/** Whether what a reply said has to be there, by its row. */
export const hasPayloadRow = ({ state, record }: Pick<ReplyRow, 'state' | 'record'>): boolean =>
  state !== 'delivered' && !(state === 'superseded' && (JSON.parse(record) as WrittenReply).payloadDropped);

export const writeReply = ({ id, namespace, key }: SessionName & { readonly id: number }, reply: Reply, now: Now): ReplyRow => {
  const written: WrittenReply = {
    replyId: reply.replyId,
    fencingToken: reply.fencingToken,
    sequence: reply.sequence,
    holder: reply.holder,
    committed: reply.committed,
    attempts: reply.attempts,
    taker: reply.taker,
    payloadHash: reply.payloadHash,
    payloadBytes: reply.payloadBytes,
    payloadDropped: reply.payloadDropped,
    contentType: reply.contentType,
    reason: reply.reason,
    lastError: reply.lastError,
    parkedAtWallMs: toWall(reply.parkedAtMs, now),
    dueAtWallMs: toWall(reply.dueAtMs, now),
    dueInMs: Math.max(0, reply.dueAtMs - now.monoMs),
    setbacks: reply.setbacks,
    wasUnknown: reply.wasUnknown,
    maybeDelivered: reply.maybeDelivered,
    lifeMs: reply.lifeMs,
    expiresAtWallMs: toWall(reply.expiresAtMs, now),
    settledAtWallMs: reply.settledAtMs === undefined ? undefined : toWall(reply.settledAtMs, now),
  };
  const listedAtWallMs = toWall(reply.settledAtMs ?? reply.dueAtMs, now);
  return { sessionId: id, number: reply.number, state: reply.state, namespace, key, listedAtWallMs, record: JSON.stringify(written) };
};

/** The replies of one session, as they stand after a start under the lease that lives on. @throws SyntaxError when a row is not what `writeReply` wrote */
export const readReplies = (rows: readonly ReplyRow[], lease: Lease | undefined, now: Now): Pick<Session, 'replies' | 'settledReplies'> => {
  if (rows.length === 0) return { replies: EMPTY_SESSION.replies, settledReplies: EMPTY_SESSION.settledReplies };
  const read = rows.map((row) => ({ listedAtWallMs: row.listedAtWallMs, reply: asItStands(readReply(row, now), lease, now) }));
  const isSettled = ({ reply: { state } }: (typeof read)[number]): boolean => state === 'delivered' || state === 'superseded';
  const [settled, open] = [read.filter(isSettled), read.filter((one) => !isSettled(one))];
  return {
    replies: open.map(({ reply }) => reply).sort(compareReplies),
    settledReplies: settled.sort((a, b) => a.listedAtWallMs - b.listedAtWallMs || a.reply.number - b.reply.number).map(({ reply }) => reply),
  };
};

const readReply = ({ number, state, record }: ReplyRow, now: Now): Reply => {
  const written = JSON.parse(record) as WrittenReply;
  const { taker, settledAtWallMs } = written;
  return {
    number,
    replyId: written.replyId as ReplyId,
    fencingToken: written.fencingToken as FencingToken,
    sequence: written.sequence,
    holder: written.holder,
    state: state as ReplyState,
    committed: written.committed,
    attempts: written.attempts,
    taker: taker && { leaseIdHash: taker.leaseIdHash as LeaseIdHash, outcome: taker.outcome },
    payloadHash: written.payloadHash as PayloadHash,
    payloadBytes: written.payloadBytes,
    payloadDropped: written.payloadDropped,
    contentType: written.contentType,
    reason: written.reason,
    lastError: written.lastError,
    parkedAtMs: pastToMono(written.parkedAtWallMs, now),
    dueAtMs: futureToMono(written.dueAtWallMs, written.dueInMs, now),
    setbacks: written.setbacks,
    wasUnknown: written.wasUnknown,
    maybeDelivered: written.maybeDelivered,
    lifeMs: written.lifeMs,
    expiresAtMs: futureToMono(written.expiresAtWallMs, written.lifeMs, now),
    settledAtMs: settledAtWallMs === undefined ? undefined : pastToMono(settledAtWallMs, now),
  };
};

/** Leases live on across a restart, and with them the attempts of their holders. An attempt without its lease would never end: what came of it is not known. */
const asItStands = (reply: Reply, lease: Lease | undefined, now: Now): Reply =>
  reply.state !== 'sending' || (lease && reply.taker?.leaseIdHash === lease.leaseIdHash)
    ? reply
    : { ...reply, state: 'unknown', dueAtMs: now.monoMs, wasUnknown: true, maybeDelivered: true };
