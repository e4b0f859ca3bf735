/** L1 and S16: nobody waits for a session that nobody holds; those who vanished cost seconds. */
import { isResultless, type LeaseFacts, type SessionFacts } from './facts.ts';
import { OFFER_MS, TICKET_GRACE_MS, VANISHED_MS_MAX } from './options.ts';
import { answeredMsOf, isUnknown, type AcquireCommand, type HistoryRecord } from './record.ts';
import { countUntil, largest, sortedBy } from './sorted.ts';
import { aliveThrough, extensionsOf, largestExpiryMs, longestTtlMs, type Span } from './spans.ts';
import { queuedMsOf } from './stints.ts';
import type { Violation } from './violation.ts';

interface Stretch {
  readonly fromMs: number;
  readonly untilMs: number;
}

export const checkDelays = (facts: SessionFacts, spans: readonly Span[]): Violation[] => {
  const gaps = gapsBetween(facts.leases.flatMap((lease) => possiblyAlive(lease, facts, spans)).concat(pauses(facts)));
  const long = gaps.filter(({ fromMs, untilMs }) => untilMs - fromMs > facts.options.promptMs);
  const vanished = newVanished(facts);
  return facts.leases.flatMap((lease) => lease.acquires.flatMap((acquire) => delaysOf(facts, acquire, long, vanished)));
};

/** The stretches in which a waiter stood in the queue and nobody can have held the session, where they are too long. */
const delaysOf = (facts: SessionFacts, acquire: HistoryRecord<AcquireCommand>, gaps: readonly Stretch[], vanished: Vanished): Violation[] => {
  const { sentMs, command, outcome } = acquire;
  const waits = command.waitMs > 0 && !isUnknown(acquire) && (outcome.kind === 'granted' || (outcome.kind === 'lease-held' && outcome.position !== undefined));
  if (!waits) return [];
  const window = { fromMs: queuedMsOf(acquire, facts), untilMs: Math.min(answeredMsOf(acquire), sentMs + Math.min(command.waitMs, outcome.waitedMs ?? Infinity)) };
  const found: Violation[] = [];
  for (let index = countUntil(gaps, ({ untilMs }) => untilMs > window.fromMs); index < gaps.length && gaps[index]!.fromMs < window.untilMs; index += 1) {
    const fromMs = Math.max(gaps[index]!.fromMs, window.fromMs);
    const untilMs = Math.min(gaps[index]!.untilMs, window.untilMs);
    const gone = vanished(fromMs, untilMs, acquire);
    if (untilMs - fromMs <= facts.options.promptMs + Math.min(gone * OFFER_MS, VANISHED_MS_MAX)) continue;
    const message = `${command.leaseId} waited from ${fromMs} ms to ${untilMs} ms for a session that nobody held${gone > 0 ? `, ${gone} waiter(s) having vanished` : ''}`;
    found.push({ property: gone > 0 ? 'S16' : 'L1', session: facts.session, message, records: [acquire] });
  }
  return found;
};

/** When a lease can have been alive. One that was never told counts where it can have been granted at once, not where it had to queue. */
const possiblyAlive = (lease: LeaseFacts, facts: SessionFacts, spans: readonly Span[]): Stretch[] => {
  const { outages, options } = facts;
  const isQueued = (record: HistoryRecord): boolean =>
    record.queuedMs !== undefined || aliveThrough(spans, { sentMs: record.sentMs, answeredMs: outages.latestEffectMs(record.sentMs) }) !== undefined;
  if (lease.toldMs < Infinity) {
    const first = lease.positives.find((record) => answeredMsOf(record) === lease.toldMs)!;
    const { kind, repeated, waitedMs } = first.outcome;
    const fromMs = kind === 'granted' && !repeated ? first.sentMs + (waitedMs ?? 0) - options.slackMs : lease.askedMs;
    return [{ fromMs, untilMs: Math.min(lease.endedByMs, largestExpiryMs(extensionsOf(lease, facts, isQueued))) }];
  }
  const ttlMs = longestTtlMs(lease);
  const direct = lease.acquires.filter((acquire) => isUnknown(acquire) && !isQueued(acquire));
  const stretches = direct.map(({ sentMs }) => ({ fromMs: sentMs, untilMs: outages.latestEffectMs(sentMs) + ttlMs }));
  const renewed = lease.renews.filter(isUnknown).map((renew) => ({ fromMs: lease.askedMs, untilMs: outages.latestEffectMs(renew.gaveUpMs ?? renew.sentMs) + ttlMs }));
  const restarted = outages.restarts.filter(({ fromMs }) => lease.askedMs <= fromMs).map(({ fromMs, untilMs }) => ({ fromMs, untilMs: untilMs + ttlMs }));
  return [...stretches, ...renewed, ...restarted].map(({ fromMs, untilMs }) => ({ fromMs, untilMs: Math.min(lease.endedByMs, untilMs) }));
};

const pauses = ({ outages, options }: SessionFacts): Stretch[] => outages.all.map(({ fromMs, untilMs }) => ({ fromMs, untilMs: untilMs + options.promptMs }));

const gapsBetween = (stretches: readonly Stretch[]): Stretch[] => {
  const gaps: Stretch[] = [];
  let reachedMs = -Infinity;
  for (const { fromMs, untilMs } of sortedBy(stretches, (stretch) => stretch.fromMs)) {
    if (fromMs > reachedMs) gaps.push({ fromMs: reachedMs, untilMs: fromMs });
    reachedMs = Math.max(reachedMs, untilMs);
  }
  return [...gaps, { fromMs: reachedMs, untilMs: Infinity }];
};

/** How many tickets of others, whose waiters were not there to take the session, can have been good in a stretch. */
type Vanished = (fromMs: number, untilMs: number, except: HistoryRecord<AcquireCommand>) => number;

const newVanished = ({ leases, outages }: SessionFacts): Vanished => {
  const tickets = leases.flatMap(({ leaseId, acquires }) => {
    const absent = acquires.filter((acquire) => acquire.command.waitMs >= 0 && !isResultless(acquire) && acquire.outcome.kind !== 'granted');
    if (absent.length === 0) return [];
    const lastMs = largest(absent, (acquire) => (isUnknown(acquire) ? outages.latestEffectMs(acquire.sentMs) + acquire.command.waitMs : answeredMsOf(acquire)));
    // A service that stood still meanwhile finds the waiter's connection as it left it, and serves it.
    return [{ leaseId, fromMs: absent[0]!.sentMs, untilMs: outages.latestEffectMs(lastMs) + TICKET_GRACE_MS }];
  });
  const byStart = sortedBy(tickets, ({ fromMs }) => fromMs);
  const byEnd = sortedBy(tickets, ({ untilMs }) => untilMs);
  const own = new Map(tickets.map((ticket) => [ticket.leaseId, ticket]));
  return (fromMs, untilMs, { command }) => {
    const mine = own.get(command.leaseId);
    const isMine = mine !== undefined && mine.fromMs < untilMs && mine.untilMs > fromMs;
    return countUntil(byStart, (ticket) => ticket.fromMs >= untilMs) - countUntil(byEnd, (ticket) => ticket.untilMs > fromMs) - (isMine ? 1 : 0);
  };
};
