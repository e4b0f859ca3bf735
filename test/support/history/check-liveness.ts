/** S3, S7, S8 and L3: one lease at a time, none revived, none moved back, none ended before its time. */
import type { LeaseFacts, SessionFacts } from './facts.ts';
import { answeredMsOf, isUnknown, type HistoryRecord } from './record.ts';
import { sortedBy } from './sorted.ts';
import { aliveThrough, extensionsOf, type Extension, type Span } from './spans.ts';
import type { PropertyId, Violation } from './violation.ts';

export const checkLiveness = (facts: SessionFacts, spans: readonly Span[]): Violation[] => [
  ...oneAtATime(facts, spans),
  ...notEndedEarly(facts, spans),
  ...facts.leases.flatMap((lease) => [...notRevived(facts, lease), ...notMovedBack(facts, lease)]),
];

const show = ({ session }: SessionFacts, property: PropertyId, message: string, ...records: readonly (HistoryRecord | undefined)[]): Violation => ({
  property,
  session,
  message,
  records: records.filter((record) => record !== undefined),
});

/** S3: no two leases are surely alive at once, and nobody is told that another is. */
const oneAtATime = (facts: SessionFacts, spans: readonly Span[]): Violation[] => {
  const found: Violation[] = [];
  let longest: Span | undefined;
  for (const span of spans) {
    if (longest && longest.untilMs > span.fromMs) {
      const message = `${longest.lease.leaseId} and ${span.lease.leaseId} are both alive from ${span.fromMs} ms to ${Math.min(longest.untilMs, span.untilMs)} ms`;
      found.push(show(facts, 'S3', message, longest.lease.positives.at(-1), span.lease.positives[0]));
    }
    if (!longest || span.untilMs > longest.untilMs) longest = span;
  }
  for (const { token, live, record } of facts.sightings) {
    const alive = live && !isUnknown(record) ? aliveThrough(spans, { sentMs: record.sentMs, answeredMs: answeredMsOf(record) }) : undefined;
    if (alive && alive.lease.token !== token) found.push(show(facts, 'S3', `token ${token} is called live while ${alive.lease.leaseId} holds`, alive.lease.positives.at(-1), record));
  }
  return found;
};

/** S8 and L3: what was promised to a holder ends early only by its own release or a revoke. */
const notEndedEarly = (facts: SessionFacts, spans: readonly Span[]): Violation[] => {
  const byId = new Map(spans.map((span) => [span.lease.leaseId, span]));
  const leases = new Map(facts.leases.map((lease) => [lease.leaseId, lease]));
  const frees = new Set(facts.frees);
  const found: Violation[] = [];
  for (const record of facts.records) {
    const answeredMs = answeredMsOf(record);
    const { command, outcome } = record;
    const lost = 'leaseId' in command && command.leaseId !== undefined && (outcome.kind === 'lease-lost' || outcome.kind === 'lease-unknown' || outcome.kind === 'lease-ended');
    const span = lost ? byId.get(command.leaseId) : frees.has(record) ? aliveThrough(spans, { sentMs: record.sentMs, answeredMs }) : undefined;
    if (lost && outcome.endedBecause === 'released' && !wasReleased(leases.get(command.leaseId)!, answeredMs)) {
      found.push(show(facts, 'S8', `${command.leaseId} was released, but not by itself`, record));
    } else if (span && span.fromMs < record.sentMs && answeredMs < span.untilMs) {
      const foreign = foreignRelease(facts, span, answeredMs);
      const message = `${span.lease.leaseId} is said to be over at ${answeredMs} ms, but was promised until ${span.untilMs} ms`;
      found.push(show(facts, foreign ? 'S8' : 'L3', message, span.lease.positives.at(-1), foreign, record));
    }
  }
  return found;
};

const wasReleased = ({ releases }: LeaseFacts, byMs: number): boolean =>
  releases.some(({ sentMs, outcome }) => sentMs < byMs && outcome.kind !== 'not-applied');

const foreignRelease = ({ records }: SessionFacts, span: Span, byMs: number): HistoryRecord | undefined =>
  records.find((record) => {
    const { command, sentMs } = record;
    return command.kind === 'release' && command.leaseId !== span.lease.leaseId && sentMs < byMs && answeredMsOf(record) > span.fromMs;
  });

/** S7: a lease that is over, or past its latest possible expiry, is never told to be alive again. (A grant told again is S9's.) */
const notRevived = (facts: SessionFacts, lease: LeaseFacts): Violation[] => {
  if (lease.acquires.length === 0) return [];
  const extensions = sortedBy(extensionsOf(lease, facts, () => false), ({ fromMs }) => fromMs);
  const found: Violation[] = [];
  let next = 0;
  // The latest expiry and the one after it: a request must not be its own excuse.
  let [latest, second]: (Extension | undefined)[] = [];
  for (const record of sortedBy(lease.positives, answeredMsOf)) {
    for (; next < extensions.length && extensions[next]!.fromMs < answeredMsOf(record); next += 1) {
      const extension = extensions[next]!;
      if (!latest || extension.toMs > latest.toMs) [latest, second] = [extension, latest];
      else if (!second || extension.toMs > second.toMs) second = extension;
    }
    if (record.outcome.kind === 'granted') continue;
    const excuse = latest?.record === record ? second : latest;
    if (record.sentMs > lease.endedByMs) found.push(show(facts, 'S7', `${lease.leaseId} was renewed at ${record.sentMs} ms, but was over at ${lease.endedByMs} ms`, record));
    else if (excuse && record.sentMs > excuse.toMs) {
      found.push(show(facts, 'S7', `${lease.leaseId} was renewed at ${record.sentMs} ms, but had expired at ${excuse.toMs} ms`, excuse.record, record));
    }
  }
  return found;
};

/** S7: of two answers the later one never tells an earlier expiry. */
const notMovedBack = (facts: SessionFacts, lease: LeaseFacts): Violation[] => {
  const byAnswer = sortedBy(lease.positives, answeredMsOf);
  const promised = ({ sentMs, outcome }: HistoryRecord): number => sentMs + (outcome.remainingMs ?? 0);
  const found: Violation[] = [];
  let next = 0;
  let longest: HistoryRecord | undefined;
  for (const record of lease.positives) {
    for (; next < byAnswer.length && answeredMsOf(byAnswer[next]!) <= record.sentMs; next += 1) {
      if (!longest || promised(byAnswer[next]!) > promised(longest)) longest = byAnswer[next]!;
    }
    const untilMs = answeredMsOf(record) + (record.outcome.remainingMs ?? 0) + facts.options.slackMs;
    if (longest && untilMs < promised(longest)) {
      found.push(show(facts, 'S7', `${lease.leaseId} was promised until ${promised(longest)} ms, then only until ${untilMs} ms`, longest, record));
    }
  }
  return found;
};
