/** S9, S11, S12 and S13, of replies: repeats are answered alike, nothing that was acknowledged is gone or goes back, nothing delivered is sent again. */
import type { SessionFacts } from './facts.ts';
import { answeredMsOf, isUnknown, type HistoryRecord } from './record.ts';
import { isRefused, type ReplyFacts, type Sighting } from './reply-facts.ts';
import { sortedBy } from './sorted.ts';
import type { PropertyId, Violation } from './violation.ts';

export const checkReplies = (facts: SessionFacts, replies: readonly ReplyFacts[]): Violation[] =>
  replies.flatMap((reply) => [...neverGone(facts, reply), ...oneReply(facts, reply), ...attemptsAlike(facts, reply), ...neverBack(facts, reply), ...oneTaker(facts, reply)]);

const show = ({ session }: SessionFacts, property: PropertyId, message: string, ...records: readonly (HistoryRecord | undefined)[]): Violation => ({
  property,
  session,
  message,
  records: records.filter((record) => record !== undefined),
});

/** S11 and S12: what was acknowledged is known, until it was settled for long. */
const neverGone = (facts: SessionFacts, reply: ReplyFacts): Violation[] => {
  const kept = reply.sightings.find(({ answeredMs }) => answeredMs === reply.keptMs)?.record;
  const gone = reply.records.filter(({ sentMs, outcome }) => sentMs > reply.keptMs && (outcome.kind === 'reply-unknown' || (outcome.kind === 'parked' && outcome.repeated === false)));
  return gone
    .filter((record) => !reply.mayBeForgotten(record))
    .map((record) => show(facts, facts.outages.restartedBetween(reply.keptMs, answeredMsOf(record)) ? 'S11' : 'S12', `${reply.replyId} was acknowledged, and is gone`, kept, record));
};

/** S9: an id is one reply, with one payload and one token; its repeat is not refused. */
const oneReply = (facts: SessionFacts, { replyId, parks, keptMs, sightings, mayBeForgotten }: ReplyFacts): Violation[] => {
  const first = parks.find(({ outcome }) => outcome.kind === 'parked');
  const found: Violation[] = [];
  const other = sightings.find(({ reply, record }) => reply.fencingToken !== sightings[0]!.reply.fencingToken && !mayBeForgotten(record));
  if (other) found.push(show(facts, 'S9', `${replyId} has two tokens`, sightings[0]!.record, other.record));
  for (const park of first ? parks : []) {
    if (park.sentMs <= keptMs || isUnknown(park) || park.outcome.kind === 'not-applied' || mayBeForgotten(park)) continue;
    const isSame = park.command.payload === first!.command.payload;
    if (isSame && park.outcome.kind !== 'parked') found.push(show(facts, 'S9', `${replyId} was parked, and its repeat is told ${park.outcome.kind}`, first, park));
    if (!isSame && park.outcome.kind === 'parked') found.push(show(facts, 'S9', `${replyId} stands for two payloads`, first, park));
  }
  return found;
};

/** S9: what its taker said of an attempt is answered alike when it is said again, unless something came after it. */
const attemptsAlike = (facts: SessionFacts, { replyId, attempts, mayBeForgotten }: ReplyFacts): Violation[] =>
  [...Map.groupBy(attempts, ({ command }) => `${command.attempt} by ${command.leaseId}`).values()].flatMap((own) => {
    const found: Violation[] = [];
    for (const again of own) {
      const { attempt, outcome } = again.command;
      if (!isRefused(again) || outcome === 'sending' || again.outcome.kind === 'not-applied' || mayBeForgotten(again)) continue;
      const first = own.find((other) => other.command.outcome === outcome && other.outcome.kind === 'reply' && answeredMsOf(other) < again.sentMs);
      const isOvertaken = attempts.some(({ command, sentMs }) => sentMs < answeredMsOf(again) && (command.attempt > attempt || (command.attempt === attempt && command.outcome !== outcome && command.outcome !== 'sending')));
      if (first && !isOvertaken) found.push(show(facts, 'S9', `attempt ${attempt} at ${replyId} was ${outcome}, and its repeat is told ${again.outcome.kind}`, first, again));
    }
    return found;
  });

/** S12 and S13: attempts and `committed` only rise, delivered is for good, and what is over comes back by replay alone. */
const neverBack = (facts: SessionFacts, reply: ReplyFacts): Violation[] => {
  const found: Violation[] = [];
  const byAnswer = sortedBy(reply.sightings, ({ answeredMs }) => answeredMs);
  // Of all that was seen before, these say the most: the last of each state, the most attempts, the first that was committed.
  const seen = new Map<string, Sighting>();
  let next = 0;
  for (const later of reply.sightings) {
    for (; next < byAnswer.length && byAnswer[next]!.answeredMs < later.sentMs; next += 1) {
      const earlier = byAnswer[next]!;
      seen.set(earlier.reply.state, earlier);
      if (earlier.reply.attempts > (seen.get('most attempts')?.reply.attempts ?? 0)) seen.set('most attempts', earlier);
      if (earlier.reply.committed && !seen.has('committed')) seen.set('committed', earlier);
    }
    if (reply.mayBeForgotten(later.record)) continue;
    for (const earlier of seen.values()) {
      const wrong = faultBetween(reply, earlier, later);
      if (wrong) found.push(show(facts, wrong.property, `${reply.replyId} ${wrong.says}`, earlier.record, later.record));
    }
  }
  return found;
};

const OVER: ReadonlySet<string> = new Set(['dead', 'superseded', 'delivered']);

const faultBetween = (reply: ReplyFacts, earlier: Sighting, later: Sighting): { readonly property: PropertyId; readonly says: string } | undefined => {
  const [was, is] = [earlier.reply, later.reply];
  if (is.attempts < was.attempts) return { property: 'S13', says: 'was attempted less often than before' };
  if (was.committed && !is.committed) return { property: 'S12', says: 'is not committed any more' };
  if (was.state === 'delivered' && is.state !== 'delivered') {
    return is.state === 'sending' ? { property: 'S13', says: 'was delivered, and is sent again' } : { property: 'S12', says: `was delivered, and is ${is.state}` };
  }
  if (OVER.has(was.state) && !OVER.has(is.state) && !wasReplayed(reply, earlier, later)) return { property: 'S12', says: `was ${was.state}, and is ${is.state} without a replay` };
  return undefined;
};

const wasReplayed = ({ interventions }: ReplyFacts, earlier: Sighting, later: Sighting): boolean =>
  interventions.some((record) => record.command.kind === 'replay' && !isRefused(record) && record.sentMs < later.answeredMs && answeredMsOf(record) > earlier.sentMs);

/** S13: an attempt is begun by one lease. */
const oneTaker = (facts: SessionFacts, { replyId, attempts }: ReplyFacts): Violation[] => {
  const begun = attempts.filter(({ command, outcome }) => command.outcome === 'sending' && outcome.kind === 'reply');
  return [...Map.groupBy(begun, ({ command }) => command.attempt)].flatMap(([attempt, own]) => {
    const other = own.find(({ command }) => command.leaseId !== own[0]!.command.leaseId);
    return other ? [show(facts, 'S13', `attempt ${attempt} at ${replyId} was begun by two leases`, own[0], other)] : [];
  });
};
