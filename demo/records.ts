/** What a run leaves behind, and what the judge reads. Times are wall clock, in milliseconds. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Received } from './world/channel.ts';
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

/** How a turn ended: with a reply that was delivered, or with one of the failures. */
export type TurnOutcome = 'answered' | 'takeover-error' | 'stale-write-refused' | 'lease-lost' | 'failed';

export type GatewayEvent = { readonly gateway: string; readonly pid: number; readonly atMs: number; readonly session: string } & (
  | { readonly event: 'granted'; readonly fencingToken: number; readonly previousEndedBecause?: string }
  | { readonly event: 'turn-started'; readonly messageId: string; readonly fencingToken?: number }
  | { readonly event: 'turn-ended'; readonly messageId: string; readonly outcome: TurnOutcome; readonly reason?: string }
);

/** What the demo did to a gateway. */
export interface FaultRecord {
  readonly fault: 'killed' | 'restarted' | 'paused' | 'resumed';
  readonly gateway: string;
  readonly pid: number;
  readonly atMs: number;
}

/** Everything that is left of one half of the demo. */
export interface HalfRecords {
  readonly inbox: readonly InboxMessage[];
  /** In the order of receiving. */
  readonly received: readonly Received[];
  /** By session, each in the order of the file. */
  readonly transcripts: ReadonlyMap<string, readonly TranscriptEntry[]>;
  /** Each gateway's in its own order. */
  readonly events: readonly GatewayEvent[];
  readonly faults: readonly FaultRecord[];
  readonly endedAtMs: number;
}

/** Where a half of the demo keeps its files. */
export const pathsIn = (folder: string) => ({
  inbox: join(folder, 'inbox'),
  transcripts: join(folder, 'transcripts'),
  events: join(folder, 'events'),
  received: join(folder, 'received.jsonl'),
  faults: join(folder, 'faults.jsonl'),
  plans: join(folder, 'provider-plans.json'),
  store: join(folder, 'holdfast.db'),
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
    received: readLines<Received>(paths.received),
    transcripts: new Map(transcripts),
    events: readdirSync(paths.events).flatMap((name) => readLines<GatewayEvent>(join(paths.events, name))),
    faults: readLines<FaultRecord>(paths.faults),
    endedAtMs,
  };
};
