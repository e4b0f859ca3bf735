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

export interface RecoveryParts {
  readonly clock: Clock;
  readonly log: StoreLog;
  readonly remembered: Remembered;
  readonly run: RunScript;
}

export class Recovery {
  readonly #parts: RecoveryParts;
  /** By the store's clock, for each partition: before when nothing is granted, as far as this instance has seen to it. */
  readonly #seen = new Map<number, number>();
  readonly #underWay = new Map<number, Promise<void>>();
  /** On this process's clock: the latest of all. */
  #noGrantsBeforeMs = 0;

  constructor(parts: RecoveryParts) {
    this.#parts = parts;
  }

  /** Gives a partition its marker again. Rejects when Redis does not answer. */
  restore(partition: number): Promise<void> {
    const underWay = this.#underWay.get(partition);
    if (underWay) return underWay;
    const marking = this.#mark(partition).finally(() => this.#underWay.delete(partition));
    this.#underWay.set(partition, marking);
    return marking;
  }

  /** Takes note of what a partition says. Where somebody else has restored it, this instance adds what it remembers, once: each adding anew would put off the end for ever. */
  async noticed(partition: number, noGrantsBeforeMs: number, storeMs: number): Promise<void> {
    const hasAdded = (this.#seen.get(partition) ?? 0) > storeMs;
    if (noGrantsBeforeMs <= storeMs || hasAdded) this.#seen.set(partition, noGrantsBeforeMs);
    else await this.restore(partition);
  }

  check(): StoreCheck {
    const leftMs = this.#noGrantsBeforeMs - this.#parts.clock.now().monoMs;
    return { name: 'state', ok: true, ...(leftMs > 0 && { detail: `Redis has lost state; what was lost is not granted for another ${leftMs} ms` }) };
  }

  async #mark(partition: number): Promise<void> {
    const { clock, log, remembered, run } = this.#parts;
    const noGrantsForMs = remembered.longestTtlMs();
    const { outcome, storeMs } = await run(markScript, partition, { floor: remembered.token, noGrantsForMs });
    const leftMs = outcome.noGrantsBeforeMs - storeMs;
    this.#seen.set(partition, outcome.noGrantsBeforeMs);
    this.#noGrantsBeforeMs = Math.max(this.#noGrantsBeforeMs, clock.now().monoMs + leftMs);
    if (outcome.wasUnmarked) log.warn(`Redis has lost partition ${partition}: leases, waiters and parked replies in it are gone. Nothing is granted there for ${leftMs} ms, and tokens go on above ${remembered.token}.`);
  }
}
