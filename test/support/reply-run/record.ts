/** What a run with kills leaves behind: the channel's record, the workers' logs, the transcripts and the parked replies. All times on the machine's monotonic clock. */

/** A message that the channel took, as often as it was sent. */
export interface Accepted {
  readonly atMs: number;
  readonly session: string;
  readonly replyId: string;
  readonly text: string;
  readonly fencingToken: number;
  /** The sender said that an earlier attempt may have arrived. */
  readonly maybeDelivered: boolean;
  /** When the sender began the attempt, before it asked the service for it. */
  readonly begunMs: number;
}

/** A line of a worker's log. `kept`: its parking, or its spooling, was acknowledged. `ended`: its turn came to an end, whatever the outcome. */
export interface LogLine {
  readonly atMs: number;
  readonly pid: number;
  readonly what: 'generated' | 'kept' | 'ended';
  readonly session: string;
  readonly replyId: string;
  /** Of `generated`. */
  readonly text?: string;
  /** Of `kept`. */
  readonly fencingToken?: number;
  readonly where?: 'service' | 'spool';
  /** Of `ended`. */
  readonly outcome?: string;
}

/** A reply as the service tells it in the end. */
export interface KeptReply {
  readonly session: string;
  readonly replyId: string;
  readonly fencingToken: number;
  readonly sequence?: number;
  readonly state: 'parked' | 'sending' | 'unknown' | 'dead' | 'delivered' | 'superseded';
  readonly committed: boolean;
  readonly attempts: number;
  readonly maybeDelivered: boolean;
  readonly reason?: string;
  readonly lastError?: string;
}

export interface TranscriptLine {
  readonly session: string;
  readonly replyId: string;
  readonly text: string;
}

export interface ReplyRun {
  readonly accepted: readonly Accepted[];
  readonly log: readonly LogLine[];
  readonly replies: readonly KeptReply[];
  readonly transcripts: readonly TranscriptLine[];
  /** Processes that were killed. */
  readonly killed: readonly number[];
}
