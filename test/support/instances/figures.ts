/** What a run of many instances amounts to. */
import { onInstance } from '../history/check-order.ts';
import { gatherSessions } from '../history/facts.ts';
import { DEFAULTS, type CheckOptions } from '../history/options.ts';
import { answeredMsOf, isCommand, isUnknown, type HistoryRecord } from '../history/record.ts';
import { stintsOf } from '../history/stints.ts';

export interface Counts {
  readonly grants: number;
  readonly renewals: number;
  /** Grants to somebody who waited. */
  readonly handOffs: number;
  readonly unanswered: number;
  readonly refused: number;
  readonly repliesTaken: number;
}

export const countUp = (records: readonly HistoryRecord[]): Counts => {
  const granted = records.filter(({ outcome }) => outcome.kind === 'granted' && outcome.repeated !== true);
  const count = (test: (record: HistoryRecord) => boolean): number => records.filter(test).length;
  return {
    grants: granted.length,
    renewals: count(({ outcome }) => outcome.kind === 'renewed'),
    handOffs: granted.filter(({ outcome }) => (outcome.waitedMs ?? 0) > 0).length,
    unanswered: count((record) => record.session !== undefined && isUnknown(record)),
    refused: count(({ outcome }) => outcome.kind === 'not-applied'),
    repliesTaken: count(({ command, outcome }) => command.kind === 'attempt' && command.outcome === 'sending' && outcome.kind === 'reply'),
  };
};

export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** The longest span in which no request was answered as it was meant, at any instance. */
export const longestSilence = (records: readonly HistoryRecord[]): Span => {
  const times = records.filter((record) => record.session !== undefined && !isUnknown(record) && record.outcome.kind !== 'not-applied').map(answeredMsOf).toSorted((a, b) => a - b);
  let longest: Span = { fromMs: 0, untilMs: 0 };
  for (const [place, untilMs] of times.entries()) {
    const fromMs = times[place - 1] ?? untilMs;
    if (untilMs - fromMs > longest.untilMs - longest.fromMs) longest = { fromMs, untilMs };
  }
  return longest;
};

/** A wait that was told neither yes nor no when it was over, so that only the request's own deadline ended it … */
const SILENT_AFTER_MS = 1_500;
/** … although Redis was there for so long before. */
const REDIS_THERE_MS = 3_000;

/** Waits, and those of them that nobody answered in time with nothing to excuse it: their wakes were lost, and nobody asked again. */
export const waitsOf = (records: readonly HistoryRecord[]): { readonly waits: number; readonly silent: number } => {
  const outages = records.filter(({ command }) => command.kind === 'outage');
  const isExcused = (endMs: number): boolean => outages.some((outage) => outage.sentMs < endMs && answeredMsOf(outage) > endMs - REDIS_THERE_MS);
  const waits = records.filter(isCommand('acquire')).filter(({ command }) => command.waitMs > 0);
  const silent = waits.filter(
    ({ command, sentMs, answeredMs, outcome }) => outcome.kind === 'unknown' && answeredMs !== null && answeredMs - sentMs > command.waitMs + SILENT_AFTER_MS && !isExcused(answeredMs),
  );
  return { waits: waits.length, silent: silent.length };
};

/** How much of the order there was to judge. */
export interface OrderSeen {
  /** Waits whose place is known in time. */
  readonly waits: number;
  /** Of those: whose ticket outlived a request that was never answered. */
  readonly acrossLosses: number;
  /** Queues of two or more that were seen. */
  readonly queues: number;
}

export const orderSeen = (records: readonly HistoryRecord[], options: Partial<CheckOptions>): OrderSeen => {
  const all = gatherSessions(records, { ...DEFAULTS, ...options });
  const sessions = options.orderWithin === 'instance' ? all.flatMap((facts) => [...facts.outagesOfInstances.keys()].map((instance) => onInstance(facts, instance))) : all;
  const stints = sessions.flatMap((facts) => facts.leases.flatMap((lease) => stintsOf(lease, facts).map((stint) => ({ stint, lease }))));
  return {
    waits: stints.length,
    acrossLosses: stints.filter(({ stint, lease }) => stint.token !== undefined && lease.acquires.some((acquire) => isUnknown(acquire) && acquire.sentMs >= stint.sentMs && acquire.sentMs < answeredMsOf(stint.record))).length,
    queues: sessions.flatMap(({ queues }) => queues).filter(({ places }) => places.filter(({ lease }) => lease).length > 1).length,
  };
};
