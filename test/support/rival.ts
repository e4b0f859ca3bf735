/** Waits for a session over the bare API, and knows on the shared clock when the store gave it away. */
import { LeaseApi, newLeaseId } from './lease-api.ts';
import { monotonicMs } from './monotonic.ts';

export interface GivenAway {
  readonly fencingToken: number;
  readonly holder: string;
  /**
   * The store granted the session no earlier than this: the request stood in the queue no earlier than a known moment, and waited
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
  let over = false;
  const queued = queuedNotBefore(baseUrl, { session, holder, sentMs, isOver: () => over });
  try {
    const { status, body } = await api.acquire(session, leaseId, { holder, ttlMs: 60_000, waitMs: 60_000 });
    const answeredMs = monotonicMs();
    over = true;
    if (status !== 201 || body.fencingToken === undefined) throw new Error(`the rival was answered ${status} ${body.code}`);
    // Both ends of `waitedMs` are whole milliseconds, so it may be one too long.
    const notBeforeMs = (await queued) + (body.waitedMs ?? 0) - 1;
    const release = async (): Promise<void> => {
      await api.release(session, leaseId);
      api.close();
    };
    return { fencingToken: body.fencingToken, holder, notBeforeMs, answeredMs, release };
  } catch (error) {
    over = true;
    await queued;
    api.close();
    throw error;
  }
};

/** The more looks, the likelier is one that a busy machine did not delay. */
const LOOKS = 8;

interface Queued {
  readonly session: string;
  readonly holder: string;
  readonly sentMs: number;
  /** The request is answered: it is in no queue any more. */
  readonly isOver: () => boolean;
}

/**
 * The request stood in the queue no earlier than this. On a busy machine it may take long to arrive; but an inspection that was sent at
 * one moment, and says that it has waited for so long, says that it stood there no earlier than so long before that moment.
 */
const queuedNotBefore = async (baseUrl: string, { session, holder, sentMs, isOver }: Queued): Promise<number> => {
  const api = new LeaseApi(baseUrl);
  let notBeforeMs = sentMs;
  try {
    for (let looks = 0; looks < LOOKS && !isOver(); ) {
      const askedMs = monotonicMs();
      const { body } = await api.inspect(session);
      const waitedMs = body.waiters?.find((waiter) => waiter.holder === holder)?.waitedMs;
      if (waitedMs === undefined) continue;
      looks += 1;
      notBeforeMs = Math.max(notBeforeMs, askedMs - waitedMs - 1);
    }
  } catch {
    // A service that was ended meanwhile tells nothing more: the bound is the weaker one, which is as true.
  } finally {
    api.close();
  }
  return notBeforeMs;
};

/** How many wait for the session. */
export const waitersOf = async (api: LeaseApi, session: string): Promise<number> => (await api.inspect(session)).body.waiters?.length ?? 0;
