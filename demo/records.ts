/** What a run leaves behind, and what the judge reads. Times are wall clock, in milliseconds. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ReplyView } from '../client/src/index.ts';
import type { ChannelRecord } from './world/channel.ts';
import { readLines } from './world/durable-lines.ts';
import { type InboxMessage, openInbox } from './world/inbox.ts';

/** One line of a session's transcript. */
export interface TranscriptEntry {
  readonly role: 'user' | 'assistant';
  readonly messageId: string;
  readonly text: string;
  /** Absent without Holdfast. */
  readonly fencingToken?: number;
}

/**
 * How a turn ended. `kept`: its reply is parked, to be delivered later. `dead`: the channel refused its reply for good, and it is kept. `spooled`: its reply is
 * on the gateway's disk, as the service was away. The others failed.
 */
export type TurnOutcome = 'answered' | 'kept' | 'dead' | 'spooled' | 'takeover-error' | 'lease-lost' | 'failed';

export type GatewayEvent = { readonly gateway: string; readonly pid: number; readonly atMs: number; readonly session: string } & (
  | { readonly event: 'granted'; readonly fencingToken: number; readonly previousEndedBecause?: string }
  | { readonly event: 'turn-started'; readonly messageId: string; readonly fencingToken?: number }
  | { readonly event: 'write-refused'; readonly messageId: string; readonly fencingToken: number }
  | { readonly event: 'sending'; readonly messageId: string; readonly attempt: number; readonly maybeDelivered: boolean }
  | { readonly event: 'turn-ended'; readonly messageId: string; readonly outcome: TurnOutcome; readonly reason?: string }
  /** The gateway is done with the message, for better or worse: it leaves the inbox. */
  | { readonly event: 'dealt-with'; readonly messageId: string }
);

/** What the demo did to a process. */
export interface FaultRecord {
  readonly fault: 'killed' | 'restarted' | 'paused' | 'resumed' | 'away' | 'back';
  readonly process: string;
  readonly pid: number;
  readonly atMs: number;
}

/** A reply in the service's store at the end. */
export type KeptReply = Pick<ReplyView, 'session' | 'replyId' | 'state' | 'attempts'> & Partial<Pick<ReplyView, 'reason' | 'lastError'>>;

/** Everything that is left of one half of the demo. */
export interface HalfRecords {
  readonly inbox: readonly InboxMessage[];
  /** In the order of receiving. */
  readonly channel: readonly ChannelRecord[];
  /** By session, each in the order of the file. */
  readonly transcripts: ReadonlyMap<string, readonly TranscriptEntry[]>;
  /** Each process's in its own order. */
  readonly events: readonly GatewayEvent[];
  readonly faults: readonly FaultRecord[];
  /** None without Holdfast. */
  readonly replies: readonly KeptReply[];
  readonly endedAtMs: number;
}

/** Where a half of the demo keeps its files. */
export const pathsIn = (folder: string) => ({
  inbox: join(folder, 'inbox'),
  transcripts: join(folder, 'transcripts'),
  events: join(folder, 'events'),
  spool: join(folder, 'spool'),
  channel: join(folder, 'channel.jsonl'),
  faults: join(folder, 'faults.jsonl'),
  replies: join(folder, 'replies.jsonl'),
  plans: join(folder, 'provider-plans.json'),
  store: join(folder, 'holdfast.db'),
  redis: join(folder, 'redis'),
});

/** The transcript file of a session. */
export const transcriptPath = (folder: string, session: string): string =>
  join(pathsIn(folder).transcripts, `${encodeURIComponent(session)}.jsonl`);

const TRANSCRIPT_ENDING = '.jsonl';

/** Reads what a half of the demo has left in its folder. */
export const readRecords = (folder: string, endedAtMs: number): HalfRecords => {
  const paths = pathsIn(folder);
  const inbox = openInbox(paths.inbox);
  const transcripts = readdirSync(paths.transcripts)
    .filter((name) => name.endsWith(TRANSCRIPT_ENDING))
    .map((name) => [
      decodeURIComponent(name.slice(0, -TRANSCRIPT_ENDING.length)),
      readLines<TranscriptEntry>(join(paths.transcripts, name)),
    ] as const);
  return {
    inbox: [...inbox.answered(), ...inbox.pending()],
    channel: readLines<ChannelRecord>(paths.channel),
    transcripts: new Map(transcripts),
    events: readdirSync(paths.events).flatMap((name) => readLines<GatewayEvent>(join(paths.events, name))),
    faults: readLines<FaultRecord>(paths.faults),
    replies: readLines<KeptReply>(paths.replies),
    endedAtMs,
  };
};
