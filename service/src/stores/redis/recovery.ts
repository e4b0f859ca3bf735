/**
 * What an instance does when Redis has lost its state: marks the partition anew under the same store id, with the largest fencing token that it
 * remembers, and lets nothing be granted there until the leases that it remembers are over. Others that see it raise both to what they remember.
 */
import type { Clock } from '../../clock.ts';
import type { StoreCheck } from '../../session/store.ts';
import type { RunScript } from './listings.ts';
import type { StoreLog } from './link.ts';
import { markScript } from './lua/mark.ts';
import type { Remembered } from './remembered.ts';

/** Whoever restores a partition may remember nothing: those who may have this long to see it, and look twice a second. */
const NO_GRANTS_MS_MIN = 3_000;

export interface RecoveryParts {
  readonly clock: Clock;
  readonly log: StoreLog;
  readonly remembered: Remembered;
  readonly run: RunScript;
}

/** Before when a partition grants nothing. */
interface Seen {
  readonly byStoreMs: number;
  /** On this process's clock. */
  readonly endsAtMs: number;
}

export class Recovery {
  readonly #parts: RecoveryParts;
  /** By partition, as far as this instance has seen to it. */
  readonly #seen = new Map<number, Seen>();
  readonly #underWay = new Map<number, Promise<void>>();
  #losses = 0;

  constructor(parts: RecoveryParts) {
    this.#parts = parts;
  }

  /** Partitions that this instance, or another, found without their state. */
  get lossesSeen(): number {
    return this.#losses;
  }

  /** Gives a partition its marker again. Rejects when Redis does not answer. */
  restore(partition: number): Promise<void> {
    return this.#once(partition, NO_GRANTS_MS_MIN);
  }

  /**
   * Takes note of what a partition says. Where somebody else has restored it, this instance adds what it remembers, once for each loss: each adding
   * anew would put off the end for ever. The moment is only ever raised, so one that has come down tells of another loss.
   */
  async noticed(partition: number, noGrantsBeforeMs: number, storeMs: number): Promise<void> {
    const seenMs = this.#seen.get(partition)?.byStoreMs ?? 0;
    const isOver = noGrantsBeforeMs <= storeMs;
    const hasAdded = seenMs > storeMs;
    if (noGrantsBeforeMs >= seenMs && (isOver || hasAdded)) this.#see(partition, noGrantsBeforeMs, storeMs);
    else await this.#once(partition, 0);
  }

  check(): StoreCheck {
    const leftMs = Math.max(0, ...[...this.#seen.values()].map(({ endsAtMs }) => endsAtMs)) - this.#parts.clock.now().monoMs;
    return { name: 'state', ok: true, ...(leftMs > 0 && { detail: `Redis has lost state; what was lost is not granted for another ${leftMs} ms` }) };
  }

  #once(partition: number, leastMs: number): Promise<void> {
    const underWay = this.#underWay.get(partition);
    if (underWay) return underWay;
    const marking = this.#mark(partition, leastMs).finally(() => this.#underWay.delete(partition));
    this.#underWay.set(partition, marking);
    return marking;
  }

  async #mark(partition: number, leastMs: number): Promise<void> {
    const { clock, log, remembered, run } = this.#parts;
    // What others had added to an earlier loss may be lost with it.
    const seenLeftMs = (this.#seen.get(partition)?.endsAtMs ?? 0) - clock.now().monoMs;
    const noGrantsForMs = Math.max(leastMs, remembered.longestTtlMs(), seenLeftMs);
    const { outcome, storeMs } = await run(markScript, partition, { floor: remembered.token, noGrantsForMs });
    const leftMs = this.#see(partition, outcome.noGrantsBeforeMs, storeMs);
    this.#losses += 1;
    if (outcome.wasUnmarked) log.warn(`Redis has lost partition ${partition}: leases, waiters and parked replies in it are gone. Nothing is granted there for ${leftMs} ms, and tokens go on above ${remembered.token}.`);
  }

  /** Gives what is left. */
  #see(partition: number, byStoreMs: number, storeMs: number): number {
    const leftMs = byStoreMs - storeMs;
    this.#seen.set(partition, { byStoreMs, endsAtMs: this.#parts.clock.now().monoMs + leftMs });
    return leftMs;
  }
}
