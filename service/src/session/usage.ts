/** What a namespace uses of what all of them share, and what it may use. */
import type { Namespace, Reply, Session } from './types.ts';

export const QUOTAS = ['leases', 'waiters', 'replies', 'bytes'] as const;

/** `leases`: live ones. `waiters`: tickets. `replies`: those that are not settled, dead ones included. `bytes`: of their payloads. */
export type Quota = (typeof QUOTAS)[number];

/** What one namespace may have, of each. */
export type Quotas = Readonly<Record<Quota, number>>;

/** The quotas that are used up, each with its limit: what would add to them is refused. */
export type UsedUp = Partial<Quotas>;

export const REPLY_STATES_COUNTED = ['parked', 'sending', 'unknown', 'dead'] as const;

export type Usage = Readonly<Record<'leases' | 'waiters' | (typeof REPLY_STATES_COUNTED)[number] | 'bytes', number>>;

/** What is used, as of the last look: at once in the process that has the state, within a second where it is elsewhere. */
export interface StoreUsage {
  /** Of one namespace; all zero for one that uses nothing. */
  of(namespace: Namespace): Usage;
  readonly namespaces: Iterable<Namespace>;
  /** How long the longest waiter has waited; 0 without any. */
  oldestWaitMs(): number;
  /** How long the oldest undelivered reply has been kept; 0 without any. */
  oldestReplyMs(): number;
}

export const NO_USAGE: Usage = Object.freeze({ leases: 0, waiters: 0, parked: 0, sending: 0, unknown: 0, dead: 0, bytes: 0 });

/** What all namespaces use, kept by adding what has changed; one that uses nothing is not kept. */
export class UsageSums {
  readonly #sums = new Map<Namespace, { -readonly [What in keyof Usage]: Usage[What] }>();

  of(namespace: Namespace): Usage {
    return this.#sums.get(namespace) ?? NO_USAGE;
  }

  get namespaces(): Iterable<Namespace> {
    return this.#sums.keys();
  }

  add(namespace: Namespace, what: keyof Usage, amount: number): void {
    let sums = this.#sums.get(namespace);
    if (!sums) this.#sums.set(namespace, (sums = { ...NO_USAGE }));
    sums[what] += amount;
    if (sums[what] === 0 && Object.values(sums).every((sum) => sum === 0)) this.#sums.delete(namespace);
  }
}

/** What one session adds to it. */
export const usageOf = ({ lease, waiters, replies }: Session): Usage => {
  const usage = { ...NO_USAGE, leases: lease ? 1 : 0, waiters: waiters.length };
  for (const reply of replies) {
    usage[reply.state as (typeof REPLY_STATES_COUNTED)[number]] += 1;
    usage.bytes += reply.payloadBytes;
  }
  return usage;
};

/** What is used up by what there is, for a caller that may bring so many bytes; undefined while there is room for everything. */
export const usedUp = (usage: Usage, quotas: Quotas, payloadBytes = 0): UsedUp | undefined => {
  const replies = usage.parked + usage.sending + usage.unknown + usage.dead;
  const used = { leases: usage.leases, waiters: usage.waiters, replies, bytes: usage.bytes + payloadBytes - 1 };
  let full: Partial<Record<Quota, number>> | undefined;
  for (const quota of QUOTAS) if (used[quota] >= quotas[quota]) (full ??= {})[quota] = quotas[quota];
  return full;
};

/** The ticket that was taken first; background ones stand behind later ones of the foreground. */
export const oldestWaitAt = ({ waiters }: Pick<Session, 'waiters'>): number | undefined => {
  let oldest: number | undefined;
  for (const { enqueuedAtMs } of waiters) if (oldest === undefined || enqueuedAtMs < oldest) oldest = enqueuedAtMs;
  return oldest;
};

/** When the oldest of its undelivered replies was parked. */
export const oldestReplyAt = ({ replies }: { readonly replies: readonly Reply[] }): number | undefined => {
  let oldest: number | undefined;
  for (const { state, parkedAtMs } of replies) if (state !== 'dead' && (oldest === undefined || parkedAtMs < oldest)) oldest = parkedAtMs;
  return oldest;
};
