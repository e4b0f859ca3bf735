/**
 * The judge: counts what became of every message, from nothing but the durable records of a run. Pure.
 * It does not know whether the run had Holdfast, and takes nobody's word: a reply counts when the channel has recorded it.
 */
import { longestBlockedMs } from './blocked.ts';
import type { GatewayEvent, HalfRecords, TranscriptEntry } from './records.ts';
import type { Received } from './world/channel.ts';

export interface Figures {
  /** Messages that users sent. */
  readonly messages: number;
  /** Turns that a gateway began; a message may need more than one. */
  readonly turns: number;
  /** Messages whose reply reached the channel. */
  readonly delivered: number;
  /** Messages whose reply never reached the channel. An apology is no reply. */
  readonly lost: number;
  /** Of the lost ones: those for which the user got an apology. */
  readonly apologies: number;
  /** Replies that reached the channel again. */
  readonly duplicated: number;
  /** Replies that reached the channel after the reply to a later message of their session. */
  readonly outOfOrder: number;
  /** Turns or leases that were taken away from a gateway that had not let go. */
  readonly takeovers: number;
  readonly staleWritesRefused: number;
  readonly longestBlockedMs: number;
  /** Fencing tokens that were not larger than the one before; `undefined` when no fencing token was ever used. */
  readonly tokenFaults: number | undefined;
}

const replyIds = (received: readonly Received[]): string[] =>
  received.filter(({ kind }) => kind === 'reply').map(({ messageId }) => messageId);

/** Of the replies to one session, in the order of receiving: how many came after the reply to a later message. */
const countOutOfOrder = (sequences: readonly number[]): number =>
  sequences.filter((sequence, index) => sequences.slice(0, index).some((earlier) => earlier > sequence)).length;

const outOfOrderIn = ({ inbox, received }: HalfRecords): number => {
  const firstReplies = [...new Set(replyIds(received))];
  const messages = new Map(inbox.map((message) => [message.messageId, message]));
  const bySession = new Map<string, number[]>();
  for (const messageId of firstReplies) {
    const message = messages.get(messageId);
    if (message) bySession.set(message.session, [...(bySession.get(message.session) ?? []), message.sequence]);
  }
  return [...bySession.values()].reduce((sum, sequences) => sum + countOutOfOrder(sequences), 0);
};

/** In a transcript no fencing token may be smaller than one before it. */
const decreasesIn = (entries: readonly TranscriptEntry[]): number => {
  const tokens = entries.flatMap(({ fencingToken }) => fencingToken ?? []);
  return tokens.filter((token, index) => token < Math.max(0, ...tokens.slice(0, index))).length;
};

type Granted = Extract<GatewayEvent, { event: 'granted' }>;

/** No two grants of a session may share a fencing token, and a gateway's own grants must have larger and larger ones. */
const grantFaultsIn = (grants: readonly Granted[]): number =>
  grants.filter((grant, index) =>
    grants.slice(0, index).some((earlier) => {
      if (earlier.session !== grant.session) return false;
      return earlier.fencingToken === grant.fencingToken || (earlier.pid === grant.pid && earlier.fencingToken > grant.fencingToken);
    }),
  ).length;

const tokenFaultsIn = ({ transcripts, events }: HalfRecords): number | undefined => {
  const grants = events.filter((each) => each.event === 'granted');
  if (grants.length === 0) return undefined;
  return [...transcripts.values()].reduce((sum, entries) => sum + decreasesIn(entries), grantFaultsIn(grants));
};

/** Counts the figures of one half of the demo. */
export const judge = (records: HalfRecords): Figures => {
  const { inbox, received, events } = records;
  const replies = replyIds(received);
  const replied = new Set(replies);
  const apologised = new Set(received.filter(({ kind }) => kind === 'apology').map(({ messageId }) => messageId));
  const lost = inbox.filter(({ messageId }) => !replied.has(messageId));
  const ended = events.filter((each) => each.event === 'turn-ended');
  const takenLeases = events.filter((each) => each.event === 'granted' && (each.previousEndedBecause ?? 'released') !== 'released');
  return {
    messages: inbox.length,
    turns: events.filter((each) => each.event === 'turn-started').length,
    delivered: inbox.length - lost.length,
    lost: lost.length,
    apologies: lost.filter(({ messageId }) => apologised.has(messageId)).length,
    duplicated: replies.length - replied.size,
    outOfOrder: outOfOrderIn(records),
    takeovers: ended.filter(({ outcome }) => outcome === 'takeover-error').length + takenLeases.length,
    staleWritesRefused: ended.filter(({ outcome }) => outcome === 'stale-write-refused').length,
    longestBlockedMs: longestBlockedMs(records),
    tokenFaults: tokenFaultsIn(records),
  };
};
