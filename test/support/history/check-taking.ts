/** S14 and S15: only the live holder takes replies, and it takes the first of the undelivered first. */
import type { LeaseFacts, SessionFacts } from './facts.ts';
import { answeredMsOf, isUnknown, type AttemptCommand, type HistoryRecord } from './record.ts';
import { isRefused, type ReplyFacts } from './reply-facts.ts';
import { sortedBy } from './sorted.ts';
import { aliveThrough, type Span } from './spans.ts';
import type { Violation } from './violation.ts';

type Taking = HistoryRecord<AttemptCommand>;

export const checkTaking = (facts: SessionFacts, spans: readonly Span[], replies: readonly ReplyFacts[]): Violation[] => {
  const takings = replies.flatMap((reply) => firstTakings(reply).map((taking) => ({ reply, taking })));
  const leases = new Map(facts.leases.map((lease) => [lease.leaseId, lease]));
  return [...takings.flatMap(({ taking }) => byHolder(facts, spans, leases, taking)), ...inOrder(facts, replies, sortedBy(takings, ({ taking }) => taking.sentMs))];
};

/** Attempts that were begun, without their repeats. */
const firstTakings = ({ attempts }: ReplyFacts): Taking[] => {
  const begun = attempts.filter(({ command, outcome }) => command.outcome === 'sending' && outcome.kind === 'reply');
  return [...Map.groupBy(begun, ({ command }) => command.attempt).values()].map(([first]) => first!);
};

const byHolder = (facts: SessionFacts, spans: readonly Span[], leases: ReadonlyMap<string, LeaseFacts>, taking: Taking): Violation[] => {
  const { leaseId } = taking.command;
  const violation = (message: string): Violation[] => [{ property: 'S15', session: facts.session, message, records: [taking] }];
  const lease = leases.get(leaseId);
  if (!lease || lease.acquires.length === 0) return violation(`${leaseId} took a reply, and never asked for the session`);
  if (lease.endedByMs < taking.sentMs) return violation(`${leaseId} took a reply, and was over by ${lease.endedByMs} ms`);
  const alive = aliveThrough(spans, { sentMs: taking.sentMs, answeredMs: answeredMsOf(taking) });
  return alive && alive.lease.leaseId !== leaseId ? violation(`${leaseId} took a reply while ${alive.lease.leaseId} held the session`) : [];
};

/** A reply that surely waited, from when it was acknowledged until something may have settled it. */
interface Waiting {
  readonly reply: ReplyFacts;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** S14, in one sweep: what waits is few at any time. */
const inOrder = (facts: SessionFacts, replies: readonly ReplyFacts[], takings: readonly { readonly reply: ReplyFacts; readonly taking: Taking }[]): Violation[] => {
  const coming = sortedBy(replies.flatMap((reply) => surelyWaiting(facts, reply)), ({ fromMs }) => fromMs);
  const found: Violation[] = [];
  let waiting: Waiting[] = [];
  let next = 0;
  for (const { reply, taking } of takings) {
    for (; next < coming.length && coming[next]!.fromMs < taking.sentMs; next += 1) waiting.push(coming[next]!);
    waiting = waiting.filter(({ untilMs }) => untilMs > taking.sentMs);
    const passedOver = waiting.find((other) => other.untilMs > answeredMsOf(taking) && other.reply !== reply && comesFirst(other, reply) && !mayHaveBegun(reply, taking, other));
    if (!passedOver) continue;
    const message = `${reply.replyId} was taken while ${passedOver.reply.replyId} waited before it`;
    found.push({ property: 'S14', session: facts.session, message, records: [...passedOver.reply.parks.slice(0, 1), taking] });
  }
  return found;
};

const surelyWaiting = ({ outages }: SessionFacts, reply: ReplyFacts): Waiting[] => {
  if (reply.keptMs === Infinity || reply.sightings.some(({ reply: { state } }) => state === 'dead')) return [];
  const lifeMs = Math.min(...reply.parks.map(({ command }) => command.expiresInMs));
  const settling = reply.records.find((record) => {
    const { command } = record;
    if (isRefused(record)) return false;
    return command.kind === 'discard' || (command.kind === 'attempt' && (command.outcome === 'delivered' || command.permanent === true));
  });
  const untilMs = Math.min(settling?.sentMs ?? Infinity, reply.askedMs + lifeMs);
  // A wall clock that was set makes ages uncertain once the service has started again.
  return outages.mayMisjudgeAge(reply.askedMs, untilMs) ? [] : [{ reply, fromMs: reply.keptMs, untilMs }];
};

/** By token, by sequence, by parking; where the order of parking is not sure, nothing is said. */
const comesFirst = ({ reply }: Waiting, other: ReplyFacts): boolean => {
  const [first, second] = [reply.sightings[0]!.reply, other.sightings[0]!.reply];
  if (first.fencingToken !== second.fencingToken) return first.fencingToken < second.fencingToken;
  const [a, b] = [first.sequence ?? Infinity, second.sequence ?? Infinity];
  return a === b ? reply.keptMs < other.askedMs : a < b;
};

/** Whether the reply may have been under way already when the other one was parked: then the other goes next. */
const mayHaveBegun = ({ attempts }: ReplyFacts, taking: Taking, other: Waiting): boolean =>
  attempts.some((begun) => begun.command.outcome === 'sending' && begun !== taking && begun.sentMs < other.fromMs && (isUnknown(begun) || begun.outcome.kind === 'reply'));
