/**
 * Puts a Holdfast lease behind a gateway's `acquireSessionWriteLock`.
 *
 * The gateway lets go of its session before it calls the model, because what it holds is made for short holds; whoever comes meanwhile changes the session, and a
 * finished reply is thrown away. Exchanging what is behind the seam alone would change nothing about that. So there are two parts: `run` holds the session's
 * lease around the handling of one whole message, and inside of it the gateway's own acquisitions nest, so that their release lets go of nothing.
 */
import { HoldfastError, type Lease, type LeaseClient } from '../../src/index.ts';
import type { AcquireSessionWriteLock, SessionWriteLock, SessionWriteLockParams } from './seam.ts';
import { leaseTermsOf, type TtlBounds } from './terms.ts';
import { WithinRun } from './within-run.ts';

export interface SessionWriteLeaseOptions extends TtlBounds {
  readonly client: LeaseClient;
  /** The session's key, by the path of its file: 1 to 512 bytes, the same in every process that writes the session. */
  readonly keyOf: (sessionFile: string) => string;
  /**
   * Turns an error of Holdfast into the gateway's own, or gives it back as it is. `LeaseHeldError` and `WaitersFullError` are the gateway's timeout;
   * `LeaseLostError`, `LeaseEndedError` and `LeaseUncertainError` its takeover. Make `ServiceUnavailableError` neither of them: it does not say that
   * somebody else has the session.
   */
  readonly mapError: (error: HoldfastError, sessionFile: string) => unknown;
}

export interface SessionWriteLease {
  /**
   * Handles one message: takes the session's lease, waiting up to `timeoutMs` (60,000), runs `fn`, and releases it. `maxHoldMs` is for the whole run, the model's
   * retries included; without it the service's 4 hours hold. `signal` ends the wait alone. Rejects with what `mapError` makes of Holdfast's errors, or with what
   * `fn` throws.
   * @example
   * await sessions.run({ sessionFile, timeoutMs: 60_000 }, (lease) => runAgent({ sessionFile, prompt, signal: lease.signal }));
   */
  run<R>(params: SessionWriteLockParams, fn: (lease: Lease) => R | Promise<R>): Promise<R>;
  /**
   * The seam. Inside `run` (or `client.turn`, or `client.withLease`) of the same session it nests and never waits for that run, whatever `allowReentrant` says.
   * What `allowReentrant` decides is how it stands to the run's other acquisitions: with it, it joins those that are open; without it, it waits for them, and a
   * caller that waits for itself is told so by the timeout, as before. Nesting goes by asynchronous context and not by process: another message in the
   * same process waits until the run is over. Outside of any run it takes a lease of its own, which nothing nests in.
   */
  readonly acquireSessionWriteLock: AcquireSessionWriteLock;
}

export const sessionWriteLease = ({ client, keyOf, mapError, ...ttlBounds }: SessionWriteLeaseOptions): SessionWriteLease => {
  const withinRun = new WithinRun(client);
  // The caller's own errors, the reason of its signal among them, are nobody's to map.
  const mapped = (error: unknown, sessionFile: string): unknown => (error instanceof HoldfastError ? mapError(error, sessionFile) : error);

  const enter = async (lease: Lease, params: SessionWriteLockParams): Promise<() => void> => {
    try {
      return await withinRun.enter(lease, params);
    } catch (error) {
      await lease.release();
      throw error;
    }
  };

  const acquire = async (params: SessionWriteLockParams): Promise<SessionWriteLock> => {
    const lease = await client.acquire(keyOf(params.sessionFile), leaseTermsOf(params, ttlBounds));
    const leave = lease.nested ? await enter(lease, params) : undefined;
    return {
      // A look at the clock, not a barrier: only a file that compares fencing tokens is safe from a writer that was paused after this look. See the file fence.
      assertOwned() {
        try {
          lease.assertHeld();
        } catch (error) {
          throw mapped(error, params.sessionFile);
        }
      },
      async release() {
        leave?.();
        await lease.release();
      },
    };
  };

  return {
    async run(params, fn) {
      try {
        return await client.withLease(keyOf(params.sessionFile), leaseTermsOf(params, ttlBounds), fn);
      } catch (error) {
        throw mapped(error, params.sessionFile);
      }
    },
    async acquireSessionWriteLock(params) {
      try {
        return await acquire(params);
      } catch (error) {
        throw mapped(error, params.sessionFile);
      }
    },
  };
};
