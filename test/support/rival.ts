/** Waits for a session over the bare API, and knows on the shared clock when the store gave it away. */
import { LeaseApi, newLeaseId } from './lease-api.ts';
import { monotonicMs } from './monotonic.ts';

export interface GivenAway {
  readonly fencingToken: number;
  readonly holder: string;
  /**
   * The store granted the session no earlier than this: the request was sent at a known moment, arrived later, and waited
   * `waitedMs` by the store's clock. The answer's own arrival would flatter the one who lost the session.
   */
  readonly notBeforeMs: number;
  /** When the answer was here. */
  readonly answeredMs: number;
  release(): Promise<void>;
}

/** Resolves when the rival holds the session. */
export const waitAsRival = async (baseUrl: string, session: string, holder = 'rival'): Promise<GivenAway> => {
  const api = new LeaseApi(baseUrl);
  const leaseId = newLeaseId();
  const sentMs = monotonicMs();
  try {
    const { status, body } = await api.acquire(session, leaseId, { holder, ttlMs: 60_000, waitMs: 60_000 });
    const answeredMs = monotonicMs();
    if (status !== 201 || body.fencingToken === undefined) throw new Error(`the rival was answered ${status} ${body.code}`);
    // Both ends of `waitedMs` are whole milliseconds, so it may be one too long.
    const notBeforeMs = sentMs + (body.waitedMs ?? 0) - 1;
    const release = async (): Promise<void> => {
      await api.release(session, leaseId);
      api.close();
    };
    return { fencingToken: body.fencingToken, holder, notBeforeMs, answeredMs, release };
  } catch (error) {
    api.close();
    throw error;
  }
};

/** How many wait for the session. */
export const waitersOf = async (api: LeaseApi, session: string): Promise<number> => (await api.inspect(session)).body.waiters?.length ?? 0;
