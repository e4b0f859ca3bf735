/** What the fences throw beside `StaleFencingTokenError` and `InvalidRequestError`. */
import { type CommandOutcome, HoldfastError } from '../errors.ts';

/** Others were inside the fence for as long as the call was willing to wait, or too many calls wait already. Nothing was written. */
export class FenceBusyError extends HoldfastError {
  override readonly name = 'FenceBusyError';

  constructor(message: string) {
    super(message, { code: 'fence-busy', retryable: true, outcome: 'not-applied' });
  }
}

/**
 * What the fence guards is not what the fence left. A file is missing or shorter, so something else than the fence changed
 * it; or the fence's own file cannot be used; or what a database keeps as the fencing token is none. The fence refuses to
 * guess; a person has to say which contents count.
 */
export class FenceBrokenError extends HoldfastError {
  override readonly name = 'FenceBrokenError';

  constructor(message: string, cause?: unknown, outcome: CommandOutcome = 'not-applied') {
    super(message, { code: 'fence-broken', outcome, cause });
  }
}

/** The fence was closed. */
export class FenceClosedError extends HoldfastError {
  override readonly name = 'FenceClosedError';

  constructor() {
    super('The fence is closed.', { code: 'fence-closed', outcome: 'not-applied' });
  }
}
