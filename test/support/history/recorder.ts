/** Writes a history down while it happens. */
import type { HistoryCommand, HistoryOutcome, HistoryRecord, SessionCommand } from './record.ts';

/** A request that was sent. It is in the history from the start, as unknown, until its answer is noted. */
export interface SentRequest {
  /** The request is known to have its ticket now. */
  queued(): void;
  answered(outcome: HistoryOutcome): void;
  /** The caller closed the connection. */
  gaveUp(): void;
}

type OpenRecord = { -readonly [Member in keyof HistoryRecord]: HistoryRecord[Member] };

export class HistoryRecorder {
  readonly #nowMs: () => number;
  readonly #records: OpenRecord[] = [];

  /** @param nowMs the one monotonic clock of the run */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  sent(session: string, command: SessionCommand, instance?: number): SentRequest {
    return this.#begin({ session, ...(instance !== undefined && { instance }), sentMs: this.#nowMs(), answeredMs: null, command, outcome: { kind: 'unknown' } });
  }

  /** A fault of the service, or of one of its instances, that begins now; call `answered` when it is over. */
  fault(command: Exclude<HistoryCommand, SessionCommand>, instance?: number): SentRequest {
    return this.#begin({ ...(instance !== undefined && { instance }), sentMs: this.#nowMs(), answeredMs: null, command, outcome: { kind: 'unknown' } });
  }

  get records(): readonly HistoryRecord[] {
    return this.#records;
  }

  #begin(record: HistoryRecord): SentRequest {
    const kept: OpenRecord = record;
    this.#records.push(kept);
    return {
      queued: () => {
        kept.queuedMs = this.#nowMs();
      },
      answered: (outcome) => {
        kept.answeredMs = this.#nowMs();
        kept.outcome = outcome;
      },
      gaveUp: () => {
        kept.gaveUpMs = this.#nowMs();
      },
    };
  }
}
