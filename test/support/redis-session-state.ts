/** What a partition has of one session, read back into the values that the pure functions work with; and what stands beside it in counters and indexes. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ConnectionId, EndedBecause, EndedId, FencingToken, Lease, LeaseIdHash, Metadata, PayloadHash, Previous, Reply, ReplyId, ReplyState, Session, Taker, Waiter } from '../../service/src/session/types.ts';

const text = readFileSync(new URL('redis-session-state.lua', import.meta.url), 'utf8');

/** To be called with the partition's meta key, and the session's name. */
export const sessionStateScript = { text, sha: createHash('sha1').update(text).digest('hex') };

/** How a session is stored. */
export interface StoredSession {
  readonly floor: number;
  /** False for a session that has no record, and is as good as never named. */
  readonly isKnown: boolean;
  readonly session: Session;
  readonly payloads: ReadonlyMap<number, string>;
  /** What the record counts, so that nobody has to. */
  readonly counted: Counted;
  /** When time will do something to each ticket. */
  readonly waits: ReadonlyMap<string, number>;
  /** Numbers of replies, in the order of delivery. */
  readonly undelivered: readonly number[];
  readonly expiring: ReadonlyMap<number, number>;
  readonly replyNumbers: ReadonlyMap<string, number>;
  /** Where each reply stands in the listings of the partition. */
  readonly listed: ReadonlyMap<number, { readonly state: string; readonly atMs: number }>;
  /** Where the session stands in the partition's indexes, and where its record says that it does. */
  readonly isLive: boolean;
  readonly dueAtMs: number | undefined;
  readonly dueAtMsInRecord: number | undefined;
  readonly courierAtMs: number | undefined;
  readonly courierAtMsInRecord: number | undefined;
  readonly idleAtMs: number | undefined;
  readonly isIdleInRecord: boolean;
  readonly oldestSettledAtMs: number | undefined;
  readonly settledInPartition: number;
}

export interface Counted {
  readonly ended: number;
  readonly endedOldestAtMs: number;
  readonly waiters: number;
  /** Not counted by the record, but there. */
  readonly tickets: number;
  readonly open: number;
  readonly openBytes: number;
  readonly undelivered: number;
  /** The number of the reply that is being sent, 0 for none. */
  readonly sending: number;
  readonly keptBytes: number;
}

type Plain = string | number | boolean | undefined | readonly Plain[];

const plain = (told: unknown): Plain => {
  if (Array.isArray(told)) return told.map(plain);
  if (typeof told === 'string') return told.startsWith('#') ? Number(told.slice(1)) : told.slice(1);
  return told === 1;
};

/** What is absent is stored as false. */
const optional = <T>(value: Plain): T | undefined => (value === false ? undefined : (value as T));
const list = (value: Plain): readonly Plain[] => (Array.isArray(value) ? value : []);
const rows = (value: Plain): readonly (readonly Plain[])[] => list(value).map(list);
const json = (value: Plain): Metadata | undefined => (typeof value === 'string' ? (JSON.parse(value) as Metadata) : undefined);

const leaseOf = (told: readonly Plain[]): Lease => {
  const [hash, holder, token, flags, ttlMs, longest, since, renewed, expires, holdEnds, sole, metadata, asked] = told;
  const grantedAtMs = since as number;
  const [by, reason, endsAtMs] = list(asked);
  return {
    leaseIdHash: hash as LeaseIdHash,
    holder: holder as string,
    fencingToken: token as FencingToken,
    background: (flags as number) % 2 === 1,
    ttlMs: ttlMs as number,
    ttlLongestMs: (longest === 0 ? ttlMs : longest) as number,
    grantedAtMs,
    renewedAtMs: grantedAtMs + (renewed as number),
    expiresAtMs: grantedAtMs + (expires as number),
    holdEndsAtMs: grantedAtMs + (holdEnds as number),
    confirmed: (flags as number) >= 2,
    soleConnection: optional<ConnectionId>(sole),
    metadata: json(metadata),
    yieldRequest: asked === false ? undefined : { by: by as string, reason: optional<string>(reason), endsAtMs: optional<number>(endsAtMs) },
  };
};

const previousOf = ([holder, token, because, endedAtMs, metadata]: readonly Plain[]): Previous => ({
  holder: holder as string,
  fencingToken: token as FencingToken,
  endedBecause: because as EndedBecause,
  endedAtMs: endedAtMs as number,
  metadata: json(metadata),
});

const waiterOf = (hash: Plain, told: readonly Plain[]): Waiter => {
  const [holder, background, ttlMs, maxHoldMs, metadata, enqueuedAtMs, requestedAtMs, connection, waitEndsAtMs, ticketEndsAtMs] = told;
  return {
    leaseIdHash: hash as LeaseIdHash,
    holder: holder as string,
    background: background as boolean,
    ttlMs: ttlMs as number,
    maxHoldMs: maxHoldMs as number,
    metadata: json(metadata),
    enqueuedAtMs: enqueuedAtMs as number,
    requestedAtMs: requestedAtMs as number,
    connection: optional<ConnectionId>(connection),
    waitEndsAtMs: waitEndsAtMs as number,
    ticketEndsAtMs: ticketEndsAtMs as number,
  };
};

/** The ring of ended ids, oldest first. */
const endedOf = (fields: ReadonlyMap<Plain, Plain>, first: number, next: number): EndedId[] =>
  Array.from({ length: next - first }, (_, place) => {
    const hash = fields.get(`#${first + place}`);
    const [token, because, endedAtMs] = list(fields.get(hash));
    return { leaseIdHash: hash as LeaseIdHash, fencingToken: optional<FencingToken>(token ?? false), endedBecause: because as EndedBecause, endedAtMs: endedAtMs as number };
  });

const replyOf = (number: number, told: readonly Plain[]): Reply => {
  const [id, token, sequence, holder, state, flags, attempts, taker, outcome, hash, bytes, type, reason, lastError, parkedAt, dueAt, setbacks, life, expiresAt, settledAt] = told;
  const has = (bit: number): boolean => ((flags as number) & bit) !== 0;
  return {
    number,
    replyId: id as ReplyId,
    fencingToken: token as FencingToken,
    sequence: optional<number>(sequence ?? false),
    holder: holder as string,
    state: state as ReplyState,
    committed: has(1),
    attempts: attempts as number,
    taker: taker === false ? undefined : { leaseIdHash: taker as LeaseIdHash, outcome: optional<Exclude<Taker['outcome'], undefined>>(outcome ?? false) },
    payloadHash: hash as PayloadHash,
    payloadBytes: bytes as number,
    payloadDropped: has(8),
    contentType: type as string,
    reason: optional<string>(reason ?? false),
    lastError: optional<string>(lastError ?? false),
    parkedAtMs: parkedAt as number,
    dueAtMs: dueAt as number,
    setbacks: setbacks as number,
    wasUnknown: has(2),
    maybeDelivered: has(4),
    lifeMs: life as number,
    expiresAtMs: expiresAt as number,
    settledAtMs: optional<number>(settledAt ?? false),
  };
};

const EMPTY_RECORD: readonly Plain[] = [false, false, false, 0, 0, 0, 0, 0, false, false, 0];

/** Understands what the script gave. */
export const readSessionState = (told: unknown): StoredSession => {
  const [floor, settledInPartition, record, ended, waiters, queue, waits, replies, payloads, replyIds, order, undelivered, expiring, settled, listed, scores] = list(plain(told));
  const [lease, previous, counters, endedFirst, endedNext, endedOldestAtMs, waitersCounted, , dueInRecord, courierInRecord, idleInRecord] = record === false ? EMPTY_RECORD : list(record);
  const [parked = 0, open = 0, openBytes = 0, undeliveredCounted = 0, sending = 0, , , keptBytes = 0] = list(counters);
  const [live, due, idle, oldestSettled, courier] = list(scores);
  const tickets = new Map(rows(waiters).map(([hash, packed]) => [hash, packed] as const));
  const known = new Map(rows(replies).map(([number, packed]) => [Number(number), replyOf(Number(number), list(packed))] as const));
  const inPlace = (number: Plain): Reply => known.get(Number(number))!;
  const settledReplies = rows(settled).map(([number]) => inPlace(number));
  return {
    floor: floor as number,
    isKnown: record !== false,
    session: {
      lease: lease === false ? undefined : leaseOf(list(lease)),
      waiters: rows(queue).map(([hash]) => waiterOf(hash, list(tickets.get(hash)))),
      ended: endedOf(new Map(rows(ended).map(([field, value]) => [field, value] as const)), endedFirst as number, endedNext as number),
      previous: previous === false ? undefined : previousOf(list(previous)),
      replies: list(order).map(inPlace).filter((reply) => !settledReplies.includes(reply)),
      settledReplies,
      repliesParked: parked as number,
    },
    payloads: new Map(rows(payloads).map(([number, payload]) => [Number(number), payload as string])),
    counted: {
      ended: rows(ended).length / 2,
      endedOldestAtMs: endedOldestAtMs as number,
      waiters: waitersCounted as number,
      tickets: tickets.size,
      open: open as number,
      openBytes: openBytes as number,
      undelivered: undeliveredCounted as number,
      sending: sending as number,
      keptBytes: keptBytes as number,
    },
    waits: new Map(rows(waits).map(([hash, atMs]) => [hash as string, atMs as number])),
    undelivered: list(undelivered).map(Number),
    expiring: new Map(rows(expiring).map(([number, atMs]) => [Number(number), atMs as number])),
    replyNumbers: new Map(rows(replyIds).map(([id, number]) => [id as string, Number(number)])),
    listed: new Map(rows(listed).map(([number, state, atMs]) => [Number(number), { state: state as string, atMs: atMs as number }])),
    isLive: live === 0,
    dueAtMs: optional<number>(due!),
    dueAtMsInRecord: optional<number>(dueInRecord!),
    courierAtMs: optional<number>(courier!),
    courierAtMsInRecord: optional<number>(courierInRecord!),
    idleAtMs: optional<number>(idle!),
    isIdleInRecord: idleInRecord === 1,
    oldestSettledAtMs: optional<number>(oldestSettled!),
    settledInPartition: settledInPartition as number,
  };
};
