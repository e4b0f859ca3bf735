/** Queues as inspections showed them. Waiters are shown by their holder's name; where it can have been one lease id only, that is known. */
import type { LeaseFacts } from './facts.ts';
import { TICKET_GRACE_MS } from './options.ts';
import type { Outages } from './outages.ts';
import { answeredMsOf, isUnknown, type HistoryRecord, type WaiterSeen } from './record.ts';

export interface SeenQueue {
  readonly record: HistoryRecord;
  /** In the order of the queue. */
  readonly places: readonly SeenPlace[];
}

export interface SeenPlace extends WaiterSeen {
  /** Undefined where it can have been several. */
  readonly lease: LeaseFacts | undefined;
}

/** Notes on each acquire that was the first of its lease when an inspection showed its ticket by when it surely had it. */
export const gatherQueues = (records: readonly HistoryRecord[], leases: readonly LeaseFacts[], outages: Outages): SeenQueue[] => {
  const ofHolder = Map.groupBy(leases.filter(({ acquires }) => acquires.length > 0), ({ acquires }) => acquires[0]!.command.holder);
  const queues = records.flatMap((record): SeenQueue[] => {
    const { kind, waiters } = record.outcome;
    if (kind !== 'session' || typeof waiters !== 'object' || isUnknown(record)) return [];
    const places = waiters.map((waiter): SeenPlace => {
      const possible = (ofHolder.get(waiter.holder) ?? []).filter((lease) => mayHaveWaited(lease, record, outages));
      return { ...waiter, lease: possible.length === 1 ? possible[0] : undefined };
    });
    return [{ record, places }];
  });
  for (const { record, places } of queues) for (const { lease } of places) if (lease) noteSeen(lease, answeredMsOf(record));
  return queues;
};

const mayHaveWaited = ({ acquires, toldMs, endedByMs }: LeaseFacts, { sentMs, answeredMs }: HistoryRecord, outages: Outages): boolean => {
  if (Math.min(toldMs, endedByMs) < sentMs) return false;
  return acquires.some((acquire) => {
    if (acquire.sentMs >= answeredMs! || acquire.outcome.kind === 'not-applied') return false;
    const goneMs = isUnknown(acquire) ? outages.latestEffectMs(acquire.sentMs) + acquire.command.waitMs : answeredMsOf(acquire);
    return outages.latestEffectMs(goneMs) + TICKET_GRACE_MS >= sentMs;
  });
};

const noteSeen = ({ acquires }: LeaseFacts, seenMs: number): void => {
  const asked = acquires.filter(({ sentMs, outcome }) => sentMs < seenMs && outcome.kind !== 'not-applied');
  const [first] = asked;
  if (asked.length !== 1 || !first || (first.queuedMs ?? Infinity) <= seenMs) return;
  acquires[acquires.indexOf(first)] = { ...first, queuedMs: seenMs };
};
