/** What each namespace uses: as the nodes have it filed, and who waits, here and as the other instances say. */
import { NO_USAGE, oldestWaitAt, type StoreUsage, type Usage } from '../../session/usage.ts';
import type { Namespace } from '../../session/types.ts';
import type { UsagesFiled } from './listing-port.ts';
import type { StoreClock } from './store-clock.ts';
import type { Neighbours } from './neighbours.ts';
import type { WaitersHere } from './waiters-here.ts';

type Counts = { -readonly [What in keyof Usage]: Usage[What] };

const FILED = ['leases', 'parked', 'sending', 'unknown', 'dead', 'bytes'] as const;

export class UsageOfNodes implements StoreUsage {
  readonly #clock: Pick<StoreClock, 'now'>;
  readonly #waiting: WaitersHere;
  readonly #elsewhere: Pick<Neighbours, 'count'>;
  #filed = new Map<Namespace, Counts>();
  #oldestReplyAtMs: number | undefined;

  constructor(clock: Pick<StoreClock, 'now'>, waiting: WaitersHere, elsewhere: Pick<Neighbours, 'count'>) {
    this.#clock = clock;
    this.#waiting = waiting;
    this.#elsewhere = elsewhere;
  }

  /** Takes what a majority of the nodes has filed. One that is behind counts too few, or too many: of each number the larger is taken, so that a quota is rather kept. */
  saw(usages: readonly UsagesFiled[]): void {
    const filed = new Map<Namespace, Counts>();
    for (const { namespaces } of usages) {
      for (const { namespace, counts } of namespaces) {
        const known = filed.get(namespace) ?? { ...NO_USAGE };
        for (const [nth, what] of FILED.entries()) known[what] = Math.max(known[what], counts[nth] ?? 0);
        filed.set(namespace, known);
      }
    }
    this.#filed = filed;
    const oldest = usages.flatMap(({ oldestReplyAtMs }) => (oldestReplyAtMs === undefined ? [] : [oldestReplyAtMs]));
    this.#oldestReplyAtMs = oldest.length > 0 ? Math.min(...oldest) : undefined;
  }

  of(namespace: Namespace): Usage {
    const waiters = this.#waiting.count(namespace) + this.#elsewhere.count(namespace);
    const filed = this.#filed.get(namespace);
    return waiters === 0 ? (filed ?? NO_USAGE) : { ...(filed ?? NO_USAGE), waiters };
  }

  get namespaces(): Iterable<Namespace> {
    return new Set([...this.#filed.keys(), ...this.#waiting.namespaces]);
  }

  oldestWaitMs(): number {
    const since = [...this.#waiting.all].flatMap(({ waiters }) => oldestWaitAt({ waiters }) ?? []);
    return since.length > 0 ? Math.max(0, this.#clock.now().monoMs - Math.min(...since)) : 0;
  }

  oldestReplyMs(): number {
    return this.#oldestReplyAtMs === undefined ? 0 : Math.max(0, this.#clock.now().monoMs - this.#oldestReplyAtMs);
  }
}
