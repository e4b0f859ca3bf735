/** The store's time: the median of the nodes' clocks, as this process last saw them, carried on by its own monotonic clock. One node that is an hour wrong moves nothing. */
import type { Clock, Now } from '../../clock.ts';
import type { NodePort } from './node-port.ts';

/** Smaller steps back are the noise of measuring, and are waited out. */
const STEP_MS = 1_000;

export class StoreClock {
  readonly #clock: Clock;
  readonly #nodes: readonly Pick<NodePort, 'clockOffsetMs'>[];
  #latestMs = 0;

  constructor(clock: Clock, nodes: readonly Pick<NodePort, 'clockOffsetMs'>[]) {
    this.#clock = clock;
    this.#nodes = nodes;
  }

  /** Milliseconds and microseconds since 1970, both by the nodes. @throws Error before the first answer of any node */
  now(): Now {
    const seenMs = Math.floor(this.#clock.now().monoMs + this.#offsetMs());
    if (seenMs > this.#latestMs || this.#latestMs - seenMs > STEP_MS) this.#latestMs = seenMs;
    return { monoMs: this.#latestMs, wallUs: this.#latestMs * 1_000 };
  }

  /** A moment of the store's time, on this process's clock. */
  toOwnMs(storeMs: number): number {
    return this.#clock.now().monoMs + storeMs - this.now().monoMs;
  }

  #offsetMs(): number {
    const known = this.#nodes.map(({ clockOffsetMs }) => clockOffsetMs).filter((offset) => offset !== undefined);
    const median = known.toSorted((a, b) => a - b)[(known.length - 1) >> 1];
    if (median === undefined) throw new Error('no node has told its time yet');
    return median;
  }
}
