/** What a history says about each session and each lease, gathered once for all checks. */
import type { CheckOptions } from './options.ts';
import { TICKET_GRACE_MS } from './options.ts';
import { Outages } from './outages.ts';
import { answeredMsOf, isUnknown, type AcquireCommand, type HistoryRecord, type ReleaseCommand, type RenewCommand } from './record.ts';
import { gatherQueues, type SeenQueue } from './seen-queues.ts';
import { countUntil, minimaFrom, sortedBy } from './sorted.ts';

export interface LeaseFacts {
  readonly leaseId: string;
  /** Each by time of sending. */
  readonly acquires: HistoryRecord<AcquireCommand>[];
  readonly renews: HistoryRecord<RenewCommand>[];
  readonly releases: HistoryRecord<ReleaseCommand>[];
  /** Answers that show the lease alive: granted and renewed. */
  readonly positives: HistoryRecord[];
  /** The token that its first answer told. */
  token: number | undefined;
  /** The earliest answer that told of the lease; never, if none did. */
  toldMs: number;
  /** The earliest request that can have led to the grant. */
  askedMs: number;
  /** By when the lease, or the id, is known to be over. */
  endedByMs: number;
}

/** An answer that mentions a token as granted. */
export interface Sighting {
  readonly token: number;
  /** Whether the answer says that the token is the live one. */
  readonly live: boolean;
  readonly record: HistoryRecord;
}

export interface SessionFacts {
  readonly session: string;
  /** By time of sending. */
  readonly records: readonly HistoryRecord[];
  readonly leases: readonly LeaseFacts[];
  readonly sightings: readonly Sighting[];
  /** Answers that say that nobody holds the session. */
  readonly frees: readonly HistoryRecord[];
  /** The queue as inspections showed it. */
  readonly queues: readonly SeenQueue[];
  readonly outages: Outages;
  /** By instance, with its own as well. */
  readonly outagesOfInstances: ReadonlyMap<number, Outages>;
  readonly options: CheckOptions;
}

export const isPositive = ({ outcome }: HistoryRecord): boolean => outcome.kind === 'granted' || outcome.kind === 'renewed';

const ENDED = new Set(['lease-lost', 'lease-ended', 'released']);
/** What an acquire can be told that neither granted nor queued it. */
const RESULTLESS = new Set(['waiters-full', 'lease-id-reused', 'lease-ended', 'not-applied']);

export const isResultless = ({ outcome }: HistoryRecord): boolean =>
  RESULTLESS.has(outcome.kind) || (outcome.kind === 'lease-held' && outcome.position === undefined);

export const gatherSessions = (records: readonly HistoryRecord[], options: CheckOptions): SessionFacts[] => {
  const outages = new Outages(records, options.lateMs);
  const instances = new Set(records.flatMap(({ instance }) => instance ?? []));
  const outagesOfInstances = new Map([...instances].map((instance) => [instance, new Outages(records, options.lateMs, instance)]));
  const named = sortedBy(records, ({ sentMs }) => sentMs).filter(({ session }) => session !== undefined);
  return [...Map.groupBy(named, ({ session }) => session!)].map(([session, own]) => gatherSession(session, own, { outages, outagesOfInstances, options }));
};

const gatherSession = (session: string, records: readonly HistoryRecord[], run: Pick<SessionFacts, 'outages' | 'outagesOfInstances' | 'options'>): SessionFacts => {
  const { outages } = run;
  const leases = [...gatherLeases(records, outages).values()];
  const sightings = records.flatMap(sightingsIn);
  const frees = records.filter(({ outcome }) => outcome.kind === 'lease-not-held' || (outcome.kind === 'session' && outcome.held === false));
  noteEnds(leases, sightings, frees, records);
  const queues = gatherQueues(records, leases, outages);
  return { session, records, leases, sightings, frees, queues, ...run };
};

const gatherLeases = (records: readonly HistoryRecord[], outages: Outages): Map<string, LeaseFacts> => {
  const leases = new Map<string, LeaseFacts>();
  for (const record of records) {
    const { command } = record;
    // Attempts say nothing about when a lease began, but may say that it is over.
    if (!('leaseId' in command) || command.leaseId === undefined) continue;
    let lease = leases.get(command.leaseId);
    if (!lease) leases.set(command.leaseId, (lease = newLease(command.leaseId)));
    if (command.kind === 'acquire') lease.acquires.push({ ...record, command });
    if (command.kind === 'renew') lease.renews.push({ ...record, command });
    if (command.kind === 'release') lease.releases.push({ ...record, command });
    if (isPositive(record)) {
      lease.positives.push(record);
      if (answeredMsOf(record) < lease.toldMs) [lease.toldMs, lease.token] = [answeredMsOf(record), record.outcome.fencingToken];
    }
    if (ENDED.has(record.outcome.kind)) lease.endedByMs = Math.min(lease.endedByMs, answeredMsOf(record));
  }
  for (const lease of leases.values()) lease.askedMs = askedMs(lease, outages);
  return leases;
};

const newLease = (leaseId: string): LeaseFacts => ({
  leaseId,
  acquires: [],
  renews: [],
  releases: [],
  positives: [],
  token: undefined,
  toldMs: Infinity,
  askedMs: Infinity,
  endedByMs: Infinity,
});

/** Requests that came to nothing, and tickets that were void before the next request, asked for nothing that was granted later. */
const askedMs = ({ acquires, renews, toldMs }: LeaseFacts, outages: Outages): number => {
  const keepsAll = renews.some(isUnknown);
  let askedAtMs = Infinity;
  let aliveUntilMs = -Infinity;
  for (const acquire of acquires) {
    if (acquire.sentMs > toldMs) break;
    const goesOn = acquire.sentMs <= aliveUntilMs || keepsAll || outages.restartedBetween(askedAtMs, acquire.sentMs);
    if (!goesOn || askedAtMs === Infinity) askedAtMs = acquire.sentMs;
    if (!isResultless(acquire)) aliveUntilMs = Math.max(aliveUntilMs, answeredMsOf(acquire) + TICKET_GRACE_MS);
  }
  return askedAtMs;
};

const sightingsIn = (record: HistoryRecord): Sighting[] => {
  const { kind, fencingToken, currentToken } = record.outcome;
  const found: Sighting[] = [];
  if (currentToken !== undefined) found.push({ token: currentToken, live: true, record });
  if (fencingToken !== undefined) found.push({ token: fencingToken, live: kind === 'session' || isPositive(record), record });
  return found;
};

/** A lease is over when a larger token was seen, when nobody held the session after it was told, or when it was said to be. */
const noteEnds = (leases: readonly LeaseFacts[], sightings: readonly Sighting[], frees: readonly HistoryRecord[], records: readonly HistoryRecord[]): void => {
  const byToken = sortedBy(sightings, ({ token }) => token);
  const seenFrom = minimaFrom(byToken.map(({ record }) => answeredMsOf(record)));
  const freeFrom = minimaFrom(frees.map(answeredMsOf));
  const saidOver = tokensSaidOver(records);
  for (const lease of leases) {
    const { token } = lease;
    const free = freeFrom[countUntil(frees, ({ sentMs }) => sentMs > lease.toldMs)] ?? Infinity;
    lease.endedByMs = Math.min(lease.endedByMs, free);
    if (token === undefined) continue;
    const larger = seenFrom[countUntil(byToken, (seen) => seen.token > token)] ?? Infinity;
    lease.endedByMs = Math.min(lease.endedByMs, larger, saidOver.get(token) ?? Infinity);
  }
};

/** Tokens of which an answer says that they were revoked or are stale, and when it first did. */
const tokensSaidOver = (records: readonly HistoryRecord[]): Map<number, number> => {
  const over = new Map<number, number>();
  for (const record of records) {
    const { command, outcome } = record;
    const isOver = outcome.verdict === 'ended' || outcome.verdict === 'superseded';
    const token = command.kind === 'fence' && isOver ? command.fencingToken : outcome.kind === 'revoked' ? outcome.fencingToken : undefined;
    if (token !== undefined) over.set(token, Math.min(answeredMsOf(record), over.get(token) ?? Infinity));
  }
  return over;
};
