/** What a history says about each reply of a session, gathered once for the checks. */
import type { Outages } from './outages.ts';
import { answeredMsOf, isUnknown, type AttemptCommand, type HistoryRecord, type HistoryReplyCommand, type InterveneCommand, type ParkCommand, type ReplySeen } from './record.ts';

/** The promises' own numbers, written down a second time on purpose. */
const SETTLED_MS = 7 * 24 * 3_600_000;
const SETTLED_MAX = 1_000;

export interface ReplyFacts {
  readonly replyId: string;
  /** Each by time of sending. */
  readonly records: readonly HistoryRecord<HistoryReplyCommand>[];
  readonly parks: readonly HistoryRecord<ParkCommand>[];
  readonly attempts: readonly HistoryRecord<AttemptCommand>[];
  readonly interventions: readonly HistoryRecord<InterveneCommand>[];
  /** Answers that tell how the reply stands. */
  readonly sightings: readonly Sighting[];
  /** The earliest answer that acknowledged it; never, if none did. */
  readonly keptMs: number;
  /** The earliest request that can have parked it. */
  readonly askedMs: number;
  /** Whether the service may have forgotten it by then. */
  mayBeForgotten(record: HistoryRecord): boolean;
}

export interface Sighting {
  readonly sentMs: number;
  readonly answeredMs: number;
  readonly reply: ReplySeen;
  readonly record: HistoryRecord<HistoryReplyCommand>;
}

/** What a command about a reply can be told that promises that nothing was done. */
const REFUSALS: ReadonlySet<string> = new Set([
  'reply-unknown', 'reply-settled', 'reply-not-next', 'reply-sending', 'attempt-superseded', 'attempt-not-taken', 'reply-id-reused',
  'fencing-token-unknown', 'replies-full', 'lease-lost', 'lease-unknown', 'not-applied',
]);

export const isRefused = ({ outcome }: HistoryRecord): boolean => REFUSALS.has(outcome.kind);

const isAboutReply = (record: HistoryRecord): record is HistoryRecord<HistoryReplyCommand> => 'replyId' in record.command;

const ofKind = <C extends HistoryReplyCommand>(records: readonly HistoryRecord<HistoryReplyCommand>[], ...kinds: readonly C['kind'][]): HistoryRecord<C>[] =>
  records.filter((record) => (kinds as readonly string[]).includes(record.command.kind)) as unknown as HistoryRecord<C>[];

/** @param records of one session, by time of sending */
export const gatherReplies = (records: readonly HistoryRecord[], outages: Outages): ReplyFacts[] => {
  const about = records.filter(isAboutReply);
  // Whatever was said to settle a reply may have pushed another one out.
  const settling = about.filter(({ command }) => command.kind === 'discard' || (command.kind === 'attempt' && command.outcome === 'delivered')).length;
  const mayPushOut = settling > SETTLED_MAX;
  return [...Map.groupBy(about, ({ command }) => command.replyId)].map(([replyId, own]) => gatherReply(replyId, own, outages, mayPushOut));
};

const gatherReply = (replyId: string, records: readonly HistoryRecord<HistoryReplyCommand>[], outages: Outages, mayPushOut: boolean): ReplyFacts => {
  const parks = ofKind<ParkCommand>(records, 'park');
  const attempts = ofKind<AttemptCommand>(records, 'attempt');
  const interventions = ofKind<InterveneCommand>(records, 'replay', 'discard');
  const sightings = records.flatMap((record) => {
    const { reply } = record.outcome;
    return reply && !isUnknown(record) ? [{ sentMs: record.sentMs, answeredMs: answeredMsOf(record), reply, record }] : [];
  });
  const askedMs = parks.find((park) => !isRefused(park))?.sentMs ?? Infinity;
  const settlingMs = records.find((record) => maySettle(record))?.sentMs ?? Infinity;
  return {
    replyId,
    records,
    parks,
    attempts,
    interventions,
    sightings,
    keptMs: sightings.reduce((earliest, { answeredMs }) => Math.min(earliest, answeredMs), Infinity),
    askedMs,
    mayBeForgotten: (record) => {
      if (settlingMs > answeredMsOf(record)) return false;
      return mayPushOut || answeredMsOf(record) >= settlingMs + SETTLED_MS || outages.mayMisjudgeAge(settlingMs, answeredMsOf(record));
    },
  };
};

/** Delivered and superseded ones are forgotten in time; what is dead is not. */
const maySettle = (record: HistoryRecord<HistoryReplyCommand>): boolean => {
  const { command } = record;
  return !isRefused(record) && (command.kind === 'discard' || (command.kind === 'attempt' && command.outcome === 'delivered'));
};
