/**
 * The judge: counts what became of every message, from nothing but the durable records of a run. Pure.
 * It does not know whether the run had Holdfast, and takes nobody's word: a reply counts when the channel has recorded it.
 */
import { longestBlockedMs } from './blocked.ts';
import { tokenFaultsIn } from './fencing-tokens.ts';
import { outOfOrderIn } from './order.ts';
import type { HalfRecords, KeptReply } from './records.ts';
import { unmarkedIn } from './sent-again.ts';
import type { ChannelRecord } from './world/channel.ts';

export interface Figures {
  /** Messages that users sent. */
  readonly messages: number;
  /** Turns that a gateway began; a message may need more than one. */
  readonly turns: number;
  /** Messages whose reply reached the user. */
  readonly delivered: number;
  /** Of the delivered ones: those that arrived after the gateway was done with their message. */
  readonly deliveredLater: number;
  /** The longest time from there to their arrival. */
  readonly latestMs: number;
  /** Messages whose reply the channel refused for good, and that is kept, with the reason. */
  readonly dead: number;
  /** Messages whose reply never reached the user, and is not kept either. An apology is no reply. */
  readonly lost: number;
  /** Of the lost ones: those for which the user got an apology. */
  readonly apologies: number;
  /** Replies that the user saw again. */
  readonly duplicated: number;
  /** Replies that were sent again under the id under which the channel had taken them, so that the user saw them once. */
  readonly sentAgain: number;
  /** Attempts that reached the channel, while an earlier one had, and whose sender was not told that it might have. */
  readonly sentAgainUnmarked: number;
  /** Replies that reached the user after the reply to a later message of their session. */
  readonly outOfOrder: number;
  /** Replies that the service still meant to deliver at the end. */
  readonly unsettled: number;
  /** Replies that the user saw or that are kept, and that their transcript does not have exactly once. */
  readonly transcriptFaults: number;
  /** Turns or leases that were taken away from a gateway that had not let go. */
  readonly takeovers: number;
  readonly staleWritesRefused: number;
  readonly longestBlockedMs: number;
  /** Fencing tokens that were not larger than the one before; `undefined` when no fencing token was ever used. */
  readonly tokenFaults: number | undefined;
}

/** What the channel took of a kind, in the order of receiving. */
export const takenIn = ({ channel }: HalfRecords, kind: ChannelRecord['kind']): ChannelRecord[] =>
  channel.filter((each) => each.kind === kind && each.became === 'taken');

/** Replies that were refused for good, are kept, and say why. */
export const deadIn = ({ replies }: HalfRecords): KeptReply[] => replies.filter(({ state, reason = '' }) => state === 'dead' && reason !== '');

const UNSETTLED = new Set<KeptReply['state']>(['parked', 'sending', 'unknown']);

/** How long after the gateway was done with their messages replies arrived. */
const delaysIn = ({ events }: HalfRecords, taken: readonly ChannelRecord[]): number[] => {
  const dealtWith = new Map<string, number>();
  for (const each of events) if (each.event === 'dealt-with' && !dealtWith.has(each.messageId)) dealtWith.set(each.messageId, each.atMs);
  return taken.map(({ messageId, atMs }) => atMs - (dealtWith.get(messageId) ?? atMs)).filter((ms) => ms > 0);
};

const transcriptFaultsIn = ({ transcripts }: HalfRecords, messageIds: readonly string[]): number => {
  const written = [...transcripts.values()].flat().filter(({ role }) => role === 'assistant');
  return messageIds.filter((messageId) => written.filter((entry) => entry.messageId === messageId).length !== 1).length;
};

/** Counts the figures of one half of the demo. */
export const judge = (records: HalfRecords): Figures => {
  const { inbox, channel, events, replies } = records;
  const taken = takenIn(records, 'reply');
  const seen = new Set(taken.map(({ messageId }) => messageId));
  const dead = new Set(deadIn(records).map(({ replyId }) => replyId));
  const apologised = new Set(takenIn(records, 'apology').map(({ messageId }) => messageId));
  const delivered = inbox.filter(({ messageId }) => seen.has(messageId));
  const kept = inbox.filter(({ messageId }) => !seen.has(messageId) && dead.has(messageId));
  const lost = inbox.filter(({ messageId }) => !seen.has(messageId) && !dead.has(messageId));
  const again = channel.filter(({ kind, became }) => kind === 'reply' && became === 'filtered');
  const delays = delaysIn(records, taken);
  const takenOver = events.filter((each) => each.event === 'turn-ended' && each.outcome === 'takeover-error');
  const takenLeases = events.filter((each) => each.event === 'granted' && (each.previousEndedBecause ?? 'released') !== 'released');
  return {
    messages: inbox.length,
    turns: events.filter((each) => each.event === 'turn-started').length,
    delivered: delivered.length,
    deliveredLater: delays.length,
    latestMs: Math.max(0, ...delays),
    dead: kept.length,
    lost: lost.length,
    apologies: lost.filter(({ messageId }) => apologised.has(messageId)).length,
    duplicated: taken.length - seen.size,
    sentAgain: again.length,
    sentAgainUnmarked: unmarkedIn(channel.filter(({ kind }) => kind === 'reply')),
    outOfOrder: outOfOrderIn(inbox, taken),
    unsettled: replies.filter(({ state }) => UNSETTLED.has(state)).length,
    transcriptFaults: transcriptFaultsIn(records, [...delivered, ...kept].map(({ messageId }) => messageId)),
    takeovers: takenOver.length + takenLeases.length,
    staleWritesRefused: events.filter(({ event }) => event === 'write-refused').length,
    longestBlockedMs: longestBlockedMs(records),
    tokenFaults: tokenFaultsIn(records),
  };
};
