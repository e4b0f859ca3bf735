/** Lets the acquisitions of one run in and out: those that nest in the same lease, one at a time unless they may join. */
import { type Lease, type LeaseClient, LeaseHeldError } from '../../src/index.ts';
import { OneAtATime } from './one-at-a-time.ts';
import type { SessionWriteLockParams } from './seam.ts';

const WAIT_MS_DEFAULT = 60_000;
const TIMER_MS_MAX = 2_147_483_647;

export class WithinRun {
  readonly #client: LeaseClient;
  // By the run's own lease: a session that was lost and regained has another one, and what the lost run has left open is in nobody's way.
  readonly #orders = new WeakMap<Lease, OneAtATime>();

  constructor(client: LeaseClient) {
    this.#client = client;
  }

  /**
   * @param lease a nested handle
   * @returns what leaves again; only its first call counts
   * @throws LeaseHeldError the run's own acquisitions were in the way for `timeoutMs`. LeaseLostError, LeaseEndedError the run's lease ended. The signal's reason.
   */
  async enter(lease: Lease, { allowReentrant = false, timeoutMs = WAIT_MS_DEFAULT, signal }: SessionWriteLockParams): Promise<() => void> {
    const order = this.#orderOf(lease);
    const overdue = new AbortController();
    const tooLate = (): void => overdue.abort(heldByItsOwnRun(lease, order.waiting - 1, timeoutMs));
    let timer: NodeJS.Timeout | undefined;
    try {
      await order.enter(allowReentrant, () => {
        timer = setTimeout(tooLate, Math.min(timeoutMs, TIMER_MS_MAX));
        return AbortSignal.any([overdue.signal, lease.signal, ...(signal ? [signal] : [])]);
      });
    } finally {
      clearTimeout(timer);
    }
    let left = false;
    return () => {
      if (!left) order.leave();
      left = true;
    };
  }

  #orderOf(lease: Lease): OneAtATime {
    lease.assertHeld();
    const run = this.#client.held(lease.session) ?? lease;
    const order = this.#orders.get(run) ?? new OneAtATime();
    this.#orders.set(run, order);
    return order;
  }
}

const heldByItsOwnRun = ({ session, holder, remainingMs, fencingToken }: Lease, waiters: number, waitedMs: number): LeaseHeldError =>
  new LeaseHeldError({ session, holder, heldForMs: waitedMs, remainingMs, currentToken: fencingToken, waiters, waitedMs });
