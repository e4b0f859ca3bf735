/** FIFO, by queues that were seen: each stands in the order of arrival, the foreground first, and is served in the order in which it stood. */
import type { LeaseFacts, SessionFacts } from './facts.ts';
import { answeredMsOf, type HistoryRecord } from './record.ts';
import type { SeenQueue } from './seen-queues.ts';
import type { Stint } from './stints.ts';
import type { Violation } from './violation.ts';

type StintsOfLeases = ReadonlyMap<LeaseFacts, readonly Stint[]>;

export const checkSeenOrder = (facts: SessionFacts, stints: StintsOfLeases): Violation[] =>
  facts.queues.flatMap((queue) => [...standsInOrder(facts, queue), ...servedInOrder(facts, queue, stints)]);

const show = ({ session }: SessionFacts, message: string, ...records: readonly HistoryRecord[]): Violation => ({ property: 'FIFO', session, message, records });

const standsInOrder = (facts: SessionFacts, { record, places }: SeenQueue): Violation[] =>
  places.slice(1).flatMap((place, index) => {
    const before = places[index]!;
    const isRight = before.background === place.background ? before.waitedMs >= place.waitedMs : place.background;
    return isRight ? [] : [show(facts, `${before.holder}, of ${before.waitedMs} ms, stood before ${place.holder}, of ${place.waitedMs} ms`, record)];
  });

/** Of those that stood before one that was served, and kept their tickets, none was served later, nor still waited when it was told. */
const servedInOrder = (facts: SessionFacts, { record, places }: SeenQueue, stints: StintsOfLeases): Violation[] => {
  const found: Violation[] = [];
  let last: Stint | undefined;
  let longest: Stint | undefined;
  for (const { lease } of places) {
    if (!lease) continue;
    const { token, toldMs } = lease;
    const first = token === undefined ? undefined : last && last.token! > token ? last : longest && longest.untilMs > toldMs ? longest : undefined;
    if (first) {
      const served = lease.positives.find((positive) => answeredMsOf(positive) === toldMs)!;
      found.push(show(facts, `${lease.leaseId} was served with token ${token} while ${first.leaseId}, which stood before it, waited`, record, first.record, served));
    }
    const stint = stintSeen(lease, stints);
    if (stint?.token !== undefined && (last === undefined || stint.token > last.token!)) last = stint;
    if (stint && stint.token === undefined && (longest === undefined || stint.untilMs > longest.untilMs)) longest = stint;
  }
  return found;
};

/** The stint that began with the first request of all: a ticket that came later may be another one than was seen. */
const stintSeen = (lease: LeaseFacts, stints: StintsOfLeases): Stint | undefined => {
  const asked = lease.acquires.find(({ outcome }) => outcome.kind !== 'not-applied');
  return stints.get(lease)?.find(({ sentMs }) => sentMs === asked?.sentMs);
};
