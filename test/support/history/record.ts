/**
 * A history: what clients asked of a lease service, when, and what they were told. One JSON object a line, in any order.
 *
 *   {"session":"s","sentMs":12.4,"answeredMs":13.9,"command":{"kind":"renew","leaseId":"a"},"outcome":{"kind":"renewed","fencingToken":7,"ttlMs":30000,"remainingMs":30000}}
 *
 * Times are milliseconds, fractions allowed, on ONE monotonic clock: `Number(process.hrtime.bigint()) / 1e6` is the same for all
 * processes of a machine, `performance.now()` is not. `sentMs` is read before the request is sent, `answeredMs` after the answer was
 * read whole. A run with exact times (one thread) records each moment a little later than the one before.
 *
 * - Who was told nothing writes `"answeredMs":null,"outcome":{"kind":"unknown"}`, and in `gaveUpMs` when it closed the connection; an
 *   answer whose `outcome` member is `unknown` is written so too. What is unknown may have been applied, at once or soon, or not.
 * - `queuedMs` says by when an acquire is known to have its ticket (an inspection showed it, a `waiting` event came). Order and delay
 *   of waiters are judged only where it is given, or where the option `arrivalMs` stands in for it.
 * - An inspection whose outcome has `waiters` shows who stood in the queue, in which order, at one moment of the store's. It helps where
 *   holders are named so that a name tells which lease id it was, or nearly so.
 * - `leaseId` is any name that tells ids apart: the id, its hash, or a label. Within a session it must not be
 *   used for two ids, nor again once the service may have forgotten it (15 minutes after its end).
 * - An outcome is the answer's JSON with its `kind`: `granted` (200 or 201), `renewed`, `released`, `session` (GET), `verdict`, `asked`,
 *   `revoked`, or the problem's `code`; a heartbeat is one `renew` record per lease (`held` → `renewed`, `lost` → `lease-lost`,
 *   `not-found` → `lease-unknown`). A refusal that promises that nothing was done is `not-applied`.
 * - `replyId` names a reply within its session, and must not be used again once the service may have forgotten it (7 days after it was
 *   settled). `payload` is anything that tells payloads apart. What is told of a reply is the member `reply` of the outcome, whose kind
 *   is `parked` (`repeated`: 200) for a park, and `reply` for everything else.
 * - The service's own faults are records without a session: `outage` from when it was killed or stopped to when it answers again
 *   (`restarted`: its memory was lost), and `wall-step` for its wall clock. Of many instances over one Redis only the Redis is the
 *   service in this sense: its outage loses nothing (`restarted` is false). That one instance was killed or cut off excuses nothing but
 *   unanswered requests, except for the order of those who waited at it where each instance has its own: then it is an outage with an `instance`.
 */
export interface AcquireCommand {
  readonly kind: 'acquire';
  readonly leaseId: string;
  readonly holder: string;
  readonly ttlMs: number;
  readonly waitMs: number;
  readonly background?: boolean;
}

export interface RenewCommand {
  readonly kind: 'renew';
  readonly leaseId: string;
  readonly ttlMs?: number;
}

export interface ReleaseCommand {
  readonly kind: 'release';
  readonly leaseId: string;
}

export interface FenceCommand {
  readonly kind: 'fence';
  readonly fencingToken: number;
}

export interface ParkCommand {
  readonly kind: 'park';
  readonly replyId: string;
  readonly fencingToken: number;
  readonly sequence?: number | undefined;
  readonly payload: string;
  readonly payloadBytes: number;
  readonly expiresInMs: number;
  readonly committed?: boolean;
}

export interface AttemptCommand {
  readonly kind: 'attempt';
  readonly replyId: string;
  readonly leaseId: string;
  readonly attempt: number;
  readonly outcome: 'sending' | 'delivered' | 'failed' | 'unknown';
  readonly permanent?: boolean;
}

/** Without a `leaseId` it is an operator's. */
export interface InterveneCommand {
  readonly kind: 'replay' | 'discard';
  readonly replyId: string;
  readonly leaseId?: string;
}

export interface InspectReplyCommand {
  readonly kind: 'inspect-reply';
  readonly replyId: string;
}

export interface PlainCommand {
  readonly kind: 'inspect' | 'revoke' | 'yield';
}

export interface OutageCommand {
  readonly kind: 'outage';
  readonly restarted: boolean;
}

export interface WallStepCommand {
  readonly kind: 'wall-step';
}

export type HistoryReplyCommand = ParkCommand | AttemptCommand | InterveneCommand | InspectReplyCommand;
export type SessionCommand = AcquireCommand | RenewCommand | ReleaseCommand | FenceCommand | PlainCommand | HistoryReplyCommand;
export type HistoryCommand = SessionCommand | OutageCommand | WallStepCommand;

/** An answer, as far as the checker reads it; further members are ignored. */
export interface HistoryOutcome {
  readonly kind: string;
  readonly holder?: string;
  readonly fencingToken?: number;
  readonly currentToken?: number;
  readonly ttlMs?: number;
  readonly remainingMs?: number;
  readonly waitedMs?: number;
  /** A `granted` that only told an older grant again. */
  readonly repeated?: boolean;
  readonly position?: number;
  readonly endedBecause?: string;
  readonly held?: boolean;
  readonly verdict?: string;
  readonly stale?: boolean;
  readonly reply?: ReplySeen;
  /** Of an inspection: the queue, in its order. Of a refusal: how many wait, which nobody judges. */
  readonly waiters?: readonly WaiterSeen[] | number;
}

export interface WaiterSeen {
  readonly holder: string;
  readonly waitedMs: number;
  readonly background: boolean;
}

export interface ReplySeen {
  readonly state: string;
  readonly fencingToken: number;
  readonly sequence?: number;
  readonly attempts: number;
  readonly committed: boolean;
}

export interface HistoryRecord<C extends HistoryCommand = HistoryCommand> {
  readonly session?: string;
  /** Which instance was asked, or stopped, where there are several. */
  readonly instance?: number;
  readonly sentMs: number;
  readonly answeredMs: number | null;
  readonly gaveUpMs?: number;
  readonly queuedMs?: number;
  readonly command: C;
  readonly outcome: HistoryOutcome;
}

export const isUnknown = ({ answeredMs, outcome }: HistoryRecord): boolean => answeredMs === null || outcome.kind === 'unknown';

/** When the answer was there; for ever later where none was. */
export const answeredMsOf = (record: HistoryRecord): number => (isUnknown(record) ? Infinity : record.answeredMs!);

export const isCommand =
  <K extends HistoryCommand['kind']>(kind: K) =>
  (record: HistoryRecord): record is HistoryRecord<Extract<HistoryCommand, { kind: K }>> =>
    record.command.kind === kind;

export const writeHistory = (records: readonly HistoryRecord[]): string => records.map((record) => `${JSON.stringify(record)}\n`).join('');

/** @throws SyntaxError that names the line which is not a record */
export const readHistory = (lines: string): HistoryRecord[] =>
  lines.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      const record = JSON.parse(line) as HistoryRecord;
      if (typeof record.sentMs !== 'number' || typeof record.command?.kind !== 'string' || typeof record.outcome?.kind !== 'string') throw new Error('it lacks a member');
      return [record];
    } catch (cause) {
      throw new SyntaxError(`line ${index + 1} is no history record`, { cause });
    }
  });
