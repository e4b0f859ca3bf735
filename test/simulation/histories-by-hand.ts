/** Short ways to write history records down by hand. Each begins and ends when it is told to; an answer of `null` never came. */
import type { AcquireCommand, HistoryOutcome, HistoryRecord, SessionCommand } from '../support/history/record.ts';

type More = { readonly queuedMs?: number; readonly gaveUpMs?: number };

const record = (command: SessionCommand, [sentMs, answeredMs]: readonly [number, number | null], outcome: HistoryOutcome, more: More = {}): HistoryRecord => ({
  session: 's',
  sentMs,
  answeredMs,
  command,
  outcome,
  ...more,
});

type At = readonly [sentMs: number, answeredMs: number | null];
const UNKNOWN: HistoryOutcome = { kind: 'unknown' };

export const granted = (fencingToken: number, remainingMs = 30_000, more: Partial<HistoryOutcome> = {}): HistoryOutcome => ({
  kind: 'granted',
  fencingToken,
  ttlMs: 30_000,
  remainingMs,
  waitedMs: 0,
  repeated: false,
  ...more,
});

/** An acquire that does not wait. */
export const take = (leaseId: string, at: At, outcome: HistoryOutcome = UNKNOWN, more: More & Partial<AcquireCommand> = {}): HistoryRecord => {
  const { queuedMs, gaveUpMs, ...terms } = more;
  const times = { ...(queuedMs !== undefined && { queuedMs }), ...(gaveUpMs !== undefined && { gaveUpMs }) };
  return record({ kind: 'acquire', leaseId, holder: `holder of ${leaseId}`, ttlMs: 30_000, waitMs: 0, ...terms }, at, outcome, times);
};

/** An acquire that waits for a minute, and is known to be in the queue one millisecond after it was sent. */
export const wait = (leaseId: string, at: At, outcome: HistoryOutcome = UNKNOWN, more: More & Partial<AcquireCommand> = {}): HistoryRecord =>
  take(leaseId, at, outcome, { waitMs: 60_000, queuedMs: at[0] + 1, ...more });

/** What a waiter is granted: an offer. */
export const offered = (fencingToken: number, waitedMs: number, remainingMs = 5_000): HistoryOutcome => granted(fencingToken, remainingMs, { waitedMs });

export const held = (currentToken: number, position?: number, waitedMs = 0): HistoryOutcome => ({
  kind: 'lease-held',
  currentToken,
  waitedMs,
  ...(position !== undefined && { position }),
});

export const renew = (leaseId: string, at: At, outcome: HistoryOutcome = UNKNOWN): HistoryRecord => record({ kind: 'renew', leaseId }, at, outcome);
export const renewed = (fencingToken: number, remainingMs = 30_000): HistoryOutcome => ({ kind: 'renewed', fencingToken, ttlMs: 30_000, remainingMs });
export const lost = (fencingToken: number, endedBecause = 'expired', more: Partial<HistoryOutcome> = {}): HistoryOutcome => ({
  kind: 'lease-lost',
  fencingToken,
  endedBecause,
  ...more,
});

export const release = (leaseId: string, at: At, outcome: HistoryOutcome = UNKNOWN): HistoryRecord => record({ kind: 'release', leaseId }, at, outcome);
export const released: HistoryOutcome = { kind: 'released' };
export const revoke = (at: At, outcome: HistoryOutcome = UNKNOWN): HistoryRecord => record({ kind: 'revoke' }, at, outcome);
export const inspect = (at: At, outcome: Partial<HistoryOutcome>): HistoryRecord => record({ kind: 'inspect' }, at, { kind: 'session', ...outcome });
export const fence = (fencingToken: number, at: At, verdict: string, more: Partial<HistoryOutcome> = {}): HistoryRecord =>
  record({ kind: 'fence', fencingToken }, at, { kind: 'verdict', verdict, stale: verdict !== 'current', ...more });

export const outage = (fromMs: number, untilMs: number, restarted: boolean): HistoryRecord => ({
  sentMs: fromMs,
  answeredMs: untilMs,
  command: { kind: 'outage', restarted },
  outcome: { kind: 'over' },
});
export const wallStep = (atMs: number): HistoryRecord => ({ sentMs: atMs, answeredMs: atMs, command: { kind: 'wall-step' }, outcome: { kind: 'over' } });
