/** What the spool throws. */
import { HoldfastError, type CommandOutcome } from '../errors.ts';

/** The spool has as many replies as it may have, or as many bytes of them, those that were moved aside included. Nothing was kept. */
export class SpoolFullError extends HoldfastError {
  override readonly name = 'SpoolFullError';

  constructor(message: string) {
    super(message, { code: 'spool-full', retryable: true, outcome: 'not-applied' });
  }
}

/** The disk did not do what was asked of it. `cause` is its error: `ENOSPC` for a full one. */
export class SpoolError extends HoldfastError {
  override readonly name = 'SpoolError';

  constructor(what: string, cause: unknown, outcome: CommandOutcome = 'unknown') {
    const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
    super(`The spool could not ${what}${code}.`, { code: 'spool-failed', retryable: true, outcome, cause });
  }
}
