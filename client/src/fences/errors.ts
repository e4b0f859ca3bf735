/** What a file fence throws beside `StaleFencingTokenError` and `InvalidRequestError`. */
import { HoldfastError } from '../errors.ts';

/** Others were inside the fence for as long as the call was willing to wait, or too many calls wait already. Nothing was written. */
export class FenceBusyError extends HoldfastError {
  override readonly name = 'FenceBusyError';

  constructor(message: string) {
    super(message, { code: 'fence-busy', retryable: true, outcome: 'not-applied' });
  }
}

/**
 * The file is not what the fence left: it is missing or shorter, so something else than the fence changed it; or the
 * fence's own file cannot be used. The fence refuses to guess; a person has to say which contents count.
 */
export class FenceBrokenError extends HoldfastError {
  override readonly name = 'FenceBrokenError';

  constructor(message: string, cause?: unknown) {
    super(message, { code: 'fence-broken', outcome: 'not-applied', cause });
  }
}

/** The fence was closed. */
export class FenceClosedError extends HoldfastError {
  override readonly name = 'FenceClosedError';

  constructor() {
    super('The fence is closed.', { code: 'fence-closed', outcome: 'not-applied' });
  }
}
