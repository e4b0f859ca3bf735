/** How the miniature gateway wants to hear of Holdfast's errors: in its own two classes, with the original as the cause. Pure. */
import { type HoldfastError, LeaseEndedError, LeaseHeldError, LeaseLostError, LeaseUncertainError, WaitersFullError } from '../../src/index.ts';
import { SessionTakeoverError, SessionWriteTimeoutError } from './affected-gateway.ts';

export const mapError = (error: HoldfastError, sessionFile: string): unknown => {
  const message = `${sessionFile}: ${error.message}`;
  if (error instanceof LeaseHeldError || error instanceof WaitersFullError) return new SessionWriteTimeoutError(message, { cause: error });
  if (error instanceof LeaseLostError || error instanceof LeaseEndedError || error instanceof LeaseUncertainError) return new SessionTakeoverError(message, { cause: error });
  // A service that cannot be reached is neither: it says nothing about who has the session, and whoever reads the gateway's log must see that.
  return error;
};
