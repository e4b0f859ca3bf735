/** S9 and S10: a repeat is answered alike, and a refusal is never followed by what it refused. */
import { isResultless, type LeaseFacts, type SessionFacts } from './facts.ts';
import { ENDED_IDS_MAX, ENDED_ID_MS } from './options.ts';
import { answeredMsOf, isUnknown, type HistoryRecord } from './record.ts';
import { countUntil } from './sorted.ts';
import type { Span } from './spans.ts';
import type { PropertyId, Violation } from './violation.ts';

export const checkRepeats = (facts: SessionFacts, spans: readonly Span[]): Violation[] => {
  const spanOf = new Map(spans.map((span) => [span.lease.leaseId, span]));
  return facts.leases.flatMap((lease) => [
    ...oneGrant(facts, lease),
    ...alikeWhileHeld(facts, lease, spanOf.get(lease.leaseId)),
    ...neverAgain(facts, lease),
    ...neverRefusedAndDone(facts, lease),
  ]);
};

const show = ({ session }: SessionFacts, property: PropertyId, message: string, ...records: readonly (HistoryRecord | undefined)[]): Violation => ({
  property,
  session,
  message,
  records: records.filter((record) => record !== undefined),
});

/** S9: one id, one grant, one token. */
const oneGrant = (facts: SessionFacts, { leaseId, positives }: LeaseFacts): Violation[] => {
  const [first] = positives;
  const other = positives.find(({ outcome }) => outcome.fencingToken !== first?.outcome.fencingToken);
  return other ? [show(facts, 'S9', `${leaseId} was granted two tokens`, first, other)] : [];
};

/** S9: an acquire of an id that holds is told its grant. */
const alikeWhileHeld = (facts: SessionFacts, { leaseId, acquires }: LeaseFacts, span: Span | undefined): Violation[] => {
  if (!span) return [];
  const refused = acquires.filter(
    (acquire) => span.fromMs < acquire.sentMs && answeredMsOf(acquire) < span.untilMs && ['lease-held', 'waiters-full'].includes(acquire.outcome.kind),
  );
  return refused.map((acquire) => show(facts, 'S9', `${leaseId} held the session, and its repeat was told ${acquire.outcome.kind}`, acquire));
};

/** S9: an id that is over is neither granted nor queued again, and its release is answered like the first, as long as it is remembered. */
const neverAgain = (facts: SessionFacts, lease: LeaseFacts): Violation[] => {
  const { leaseId, acquires, releases, positives, askedMs, endedByMs } = lease;
  const found: Violation[] = [];
  const released = releases.find(({ outcome }) => outcome.kind === 'released');
  // The end was not before the last proof of life that came before it, nor before anything was asked of the id at all.
  const firstReleaseMs = releases.find(({ outcome }) => outcome.kind !== 'not-applied')?.sentMs ?? Infinity;
  const provenMs = positives.reduce((latest, { sentMs }) => (sentMs < endedByMs ? Math.max(latest, sentMs) : latest), -Infinity);
  const endedFromMs = Math.max(provenMs, Math.min(askedMs, firstReleaseMs));
  for (const acquire of acquires) {
    const isTold = ['granted', 'lease-held', 'waiters-full'].includes(acquire.outcome.kind);
    if (isTold && acquire.sentMs > endedByMs && remembers(facts, endedFromMs, answeredMsOf(acquire))) {
      found.push(show(facts, 'S9', `${leaseId} was over by ${endedByMs} ms, and is told ${acquire.outcome.kind}`, acquire));
    }
  }
  for (const release of releases) {
    if (!released || release.sentMs <= answeredMsOf(released) || isUnknown(release) || release.outcome.kind === 'not-applied') continue;
    if (release.outcome.kind !== 'released' && remembers(facts, endedFromMs, answeredMsOf(release))) {
      found.push(show(facts, 'S9', `${leaseId} was released, and its repeat is told ${release.outcome.kind}`, released, release));
    }
  }
  return found;
};

const remembers = ({ records, outages }: SessionFacts, fromMs: number, untilMs: number): boolean => {
  if (untilMs >= fromMs + ENDED_ID_MS || outages.mayMisjudgeAge(fromMs, untilMs)) return false;
  // Each of these may have put one more id in the list of the ended.
  const between = countUntil(records, ({ sentMs }) => sentMs > untilMs) - countUntil(records, ({ sentMs }) => sentMs >= fromMs);
  return between < ENDED_IDS_MAX;
};

/** S10: a grant, or a release, that every request for it was refused. */
const neverRefusedAndDone = (facts: SessionFacts, { leaseId, acquires, renews, releases, positives }: LeaseFacts): Violation[] => {
  const found: Violation[] = [];
  const lost = [...renews, ...releases].find(({ outcome }) => outcome.kind === 'lease-lost');
  const grant = positives[0] ?? lost;
  if (grant && acquires.length > 0 && acquires.every((acquire) => isResultless(acquire) && acquire.outcome.kind !== 'lease-ended')) {
    found.push(show(facts, 'S10', `${leaseId} was refused each time, and granted all the same`, acquires[0], grant));
  }
  if (lost?.outcome.endedBecause === 'released' && releases.length > 0 && releases.every(({ outcome }) => outcome.kind === 'not-applied')) {
    found.push(show(facts, 'S10', `the release of ${leaseId} was refused, and done all the same`, releases[0], lost));
  }
  return found;
};
