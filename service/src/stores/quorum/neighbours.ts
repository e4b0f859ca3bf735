/** Who waits at the other instances, as they say: for the eyes of a holder and of an operator, and for quotas. Nobody is served by it. */
import type { Clock } from '../../clock.ts';
import type { LeaseHeld, Outcome, Renewed, SessionView } from '../../session/commands.ts';
import type { Namespace } from '../../session/types.ts';
import { nameOfText } from '../redis/partitions.ts';

/** What an instance has not said again for so long is over: it says it again every second. */
const SAID_MS_MAX = 3_500;

export interface WaiterSeen {
  readonly holder: string;
  readonly background: boolean;
  /** By the store's clock. */
  readonly enqueuedAtMs: number;
}

interface Seen {
  readonly waiters: readonly WaiterSeen[];
  readonly saidAtMs: number;
}

export class Neighbours {
  readonly #clock: Clock;
  /** By session, then by instance. */
  readonly #seen = new Map<string, Map<string, Seen>>();
  readonly #counts = new Map<Namespace, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** An instance says who waits at it for a session; nobody, when the list is empty. */
  said(instanceId: string, name: string, waiters: readonly WaiterSeen[]): void {
    const there = this.#seen.get(name) ?? new Map<string, Seen>();
    this.#count(name, waiters.length - (there.get(instanceId)?.waiters.length ?? 0));
    if (waiters.length === 0) there.delete(instanceId);
    else there.set(instanceId, { waiters, saidAtMs: this.#clock.now().monoMs });
    if (there.size === 0) this.#seen.delete(name);
    else this.#seen.set(name, there);
  }

  /** Oldest first. */
  of(name: string): readonly WaiterSeen[] {
    const there = this.#seen.get(name);
    if (!there) return [];
    const since = this.#clock.now().monoMs - SAID_MS_MAX;
    return [...there.values()].filter(({ saidAtMs }) => saidAtMs >= since).flatMap(({ waiters }) => waiters).toSorted((a, b) => a.enqueuedAtMs - b.enqueuedAtMs);
  }

  /** How many they are in a namespace. */
  count(namespace: Namespace): number {
    return this.#counts.get(namespace) ?? 0;
  }

  #count(name: string, more: number): void {
    const { namespace } = nameOfText(name);
    const count = this.count(namespace) + more;
    if (count > 0) this.#counts.set(namespace, count);
    else this.#counts.delete(namespace);
  }

  /** Lets go of what was not said again. */
  forgetSilent(): void {
    const since = this.#clock.now().monoMs - SAID_MS_MAX;
    for (const [name, there] of this.#seen) {
      for (const [instanceId, { waiters, saidAtMs }] of there) {
        if (saidAtMs >= since) continue;
        there.delete(instanceId);
        this.#count(name, -waiters.length);
      }
      if (there.size === 0) this.#seen.delete(name);
    }
  }
}

/** An outcome with those added who wait elsewhere. */
export const withNeighbours = <O extends Outcome>(outcome: O, elsewhere: readonly WaiterSeen[], nowMs: number): O => {
  if (elsewhere.length === 0) return outcome;
  switch (outcome.kind) {
    case 'renewed':
    case 'lease-held': {
      const told: Renewed | LeaseHeld = { ...outcome, waiters: outcome.waiters + elsewhere.length };
      return told as O;
    }
    case 'session': {
      const waiters = elsewhere.map(({ holder, background, enqueuedAtMs }) => ({ holder, background, waitedMs: Math.max(0, nowMs - enqueuedAtMs) }));
      const told: SessionView = { ...outcome, waiters: [...outcome.waiters, ...waiters] };
      return told as O;
    }
    default:
      return outcome;
  }
};
