/** Short ways to write history records down by hand. Each begins and ends when it is told to; an answer of `null` never came. */
import type { AcquireCommand, AttemptCommand, HistoryOutcome, HistoryRecord, ParkCommand, ReplySeen, SessionCommand } from '../support/history/record.ts';

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

/** How a reply of token 7 stands, as it is told. */
export const reply = (state: string, attempts = 0, more: Partial<ReplySeen> = {}): HistoryOutcome => ({ kind: 'reply', reply: { state, attempts, fencingToken: 7, committed: false, ...more } });
export const parked = (more: Partial<ReplySeen> = {}, repeated = false): HistoryOutcome => ({ ...reply('parked', 0, more), kind: 'parked', repeated });

/** Parks a reply under token 7, for a day. */
export const park = (replyId: string, at: At, outcome: HistoryOutcome = UNKNOWN, more: Partial<ParkCommand> = {}): HistoryRecord =>
  record({ kind: 'park', replyId, fencingToken: 7, payload: `says ${replyId}`, payloadBytes: 10, expiresInMs: 86_400_000, ...more }, at, outcome);
export const attempt = (replyId: string, leaseId: string, said: AttemptCommand['outcome'], number: number, at: At, outcome: HistoryOutcome = UNKNOWN, permanent = false): HistoryRecord =>
  record({ kind: 'attempt', replyId, leaseId, attempt: number, outcome: said, permanent }, at, outcome);
export const replay = (replyId: string, at: At, outcome: HistoryOutcome = UNKNOWN): HistoryRecord => record({ kind: 'replay', replyId }, at, outcome);
export const discard = (replyId: string, at: At, outcome: HistoryOutcome = UNKNOWN): HistoryRecord => record({ kind: 'discard', replyId }, at, outcome);
export const look = (replyId: string, at: At, outcome: HistoryOutcome): HistoryRecord => record({ kind: 'inspect-reply', replyId }, at, outcome);

export const outage = (fromMs: number, untilMs: number, restarted: boolean): HistoryRecord => ({
  sentMs: fromMs,
  answeredMs: untilMs,
  command: { kind: 'outage', restarted },
  outcome: { kind: 'over' },
});
export const wallStep = (atMs: number): HistoryRecord => ({ sentMs: atMs, answeredMs: atMs, command: { kind: 'wall-step' }, outcome: { kind: 'over' } });
