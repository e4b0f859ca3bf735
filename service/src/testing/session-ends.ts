/**
 * Ends leases by rule, while their holders renew. The lease's expiry is moved to this moment, as if its last renewals had never
 * arrived, and then the store does what it always does: it ends the lease, tells of it, and serves who waits.
 */
import { HoldfastError } from '../session/errors.ts';
import { MAX_HOLD_MS_DEFAULT } from '../session/limits.ts';
import type { LeaseStore, SessionName } from '../session/store.ts';
import type { ConnectionId, Lease, LeaseIdHash } from '../session/types.ts';
import type { Clock } from '../clock.ts';
import type { Entry, SessionTable } from '../stores/embedded/session-table.ts';

/** The holder and the fencing token of a lease that is over. */
export interface EndedLease {
  readonly holder: string;
  readonly fencingToken: number;
}

export interface Taking {
  readonly holder: string;
  readonly leaseIdHash: LeaseIdHash;
  readonly ttlMs: number;
}

export interface Taken {
  readonly fencingToken: number;
  /** Undefined where nobody held the session. */
  readonly takenFrom: EndedLease | undefined;
}

// Nobody is at this connection: the grant is told by the call that made it.
const CONNECTION = 'testing:1' as ConnectionId;

export class SessionEnds {
  readonly #table: SessionTable;
  readonly #store: LeaseStore;
  readonly #clock: Clock;

  constructor(parts: { readonly table: SessionTable; readonly store: LeaseStore; readonly clock: Clock }) {
    this.#table = parts.table;
    this.#store = parts.store;
    this.#clock = parts.clock;
  }

  /** Ends the live lease as expired. @throws HoldfastError `lease-not-held` */
  async expire(name: SessionName): Promise<EndedLease> {
    const entry = this.#table.find(name);
    const lease = this.#liveIn(entry);
    if (!entry || !lease) throw new HoldfastError('lease-not-held', `Nobody holds the session ${JSON.stringify(name.key)}.`);
    this.#table.put(entry, { ...entry.session, lease: this.#dueNow(lease) });
    await this.#store.apply(name, { kind: 'tick' });
    return endedLease(lease);
  }

  /** Ends the live lease as expired, if there is one, and grants the session before anybody who waits for it. */
  async takeOver(name: SessionName, { holder, leaseIdHash, ttlMs }: Taking): Promise<Taken> {
    const before = this.#table.find(name);
    const lease = this.#liveIn(before);
    const waiters = before?.session.waiters ?? [];
    if (before) this.#table.put(before, { ...before.session, waiters: [], lease: lease ? this.#dueNow(lease) : before.session.lease });
    const taking = this.#store.apply(name, {
      kind: 'acquire',
      leaseIdHash,
      connection: CONNECTION,
      holder,
      ttlMs,
      waitMs: 0,
      background: false,
      maxHoldMs: MAX_HOLD_MS_DEFAULT,
    });
    // Whoever waited goes on waiting, behind the new holder. A renewal is a change, and with it the store sets their alarm again.
    const after = this.#table.find(name)!;
    this.#table.put(after, { ...after.session, waiters });
    const [granted] = await Promise.all([taking, this.#store.apply(name, { kind: 'renew', leaseIdHash })]);
    if (granted.kind !== 'granted') throw new Error(`the session could not be taken over: ${granted.kind}`);
    return { fencingToken: granted.fencingToken, takenFrom: lease && endedLease(lease) };
  }

  /** Gives a lease back that was taken here. */
  async release(name: SessionName, leaseIdHash: LeaseIdHash): Promise<'released' | 'lost'> {
    const { kind } = await this.#store.apply(name, { kind: 'release', leaseIdHash });
    return kind === 'released' ? 'released' : 'lost';
  }

  #liveIn(entry: Entry | undefined): Lease | undefined {
    const lease = entry?.session.lease;
    return lease && this.#clock.now().monoMs < lease.expiresAtMs ? lease : undefined;
  }

  #dueNow(lease: Lease): Lease {
    return { ...lease, expiresAtMs: this.#clock.now().monoMs };
  }
}

const endedLease = ({ holder, fencingToken }: Lease): EndedLease => ({ holder, fencingToken });
