/** What each namespace uses, as the rounds last saw it in each partition. */
import type { Clock } from '../../clock.ts';
import type { Namespace } from '../../session/types.ts';
import { NO_USAGE, UsageSums, type StoreUsage, type Usage } from '../../session/usage.ts';
import type { PartitionUsage } from './lua/due.ts';

/** On this process's clock. */
interface Since {
  readonly waitingMs: number;
  readonly undeliveredMs: number;
}

const isCounted = (what: string): what is keyof Usage => what in NO_USAGE;

export class UsageSeen implements StoreUsage {
  readonly #clock: Clock;
  readonly #partitions = new Map<number, PartitionUsage>();
  readonly #since = new Map<number, Since>();
  readonly #sums = new UsageSums();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  of(namespace: Namespace): Usage {
    return this.#sums.of(namespace);
  }

  get namespaces(): Iterable<Namespace> {
    return this.#sums.namespaces;
  }

  oldestWaitMs(): number {
    return this.#ageOf('waitingMs');
  }

  oldestReplyMs(): number {
    return this.#ageOf('undeliveredMs');
  }

  /** @param storeMs the store's time when it was counted */
  saw(partition: number, usage: PartitionUsage, storeMs: number): void {
    const { monoMs } = this.#clock.now();
    const here = (atMs: number | undefined): number => (atMs === undefined ? Infinity : monoMs - (storeMs - atMs));
    this.#since.set(partition, { waitingMs: here(usage.waitingSinceMs), undeliveredMs: here(usage.undeliveredSinceMs) });
    this.#addAll(this.#partitions.get(partition), -1);
    this.#addAll(usage, 1);
    this.#partitions.set(partition, usage);
  }

  #addAll(usage: PartitionUsage | undefined, sign: 1 | -1): void {
    for (const { namespace, what, count } of usage?.counts ?? []) if (isCounted(what)) this.#sums.add(namespace as Namespace, what, sign * count);
  }

  #ageOf(what: keyof Since): number {
    const first = Math.min(Infinity, ...[...this.#since.values()].map((since) => since[what]));
    return first === Infinity ? 0 : Math.max(0, this.#clock.now().monoMs - first);
  }
}
