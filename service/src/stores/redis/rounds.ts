/**
 * What an instance does again and again: looks at the due index of every partition, and asks again for its waiting connections. Both find what
 * no message and no timer brought, within a second.
 */
import type { Clock, Timer } from '../../clock.ts';
import type { StoreCheck } from '../../session/store.ts';

const PERIOD_MS = 500;
/** Rounds that fail, or hang, for this long have stopped. */
const SILENT_MS_MAX = 5_000;

export class Rounds {
  readonly #clock: Clock;
  readonly #round: () => Promise<void>;
  readonly #timer: Timer;
  #underWay = false;
  #lastDoneMs: number;
  #count = 0;

  /** @param round one round; it rejects when the store could not be asked */
  constructor(clock: Clock, round: () => Promise<void>) {
    this.#clock = clock;
    this.#round = round;
    this.#lastDoneMs = clock.now().monoMs;
    this.#timer = clock.every(PERIOD_MS, () => void this.begin());
  }

  /** Begins a round now, unless one is under way. */
  async begin(): Promise<void> {
    if (this.#underWay) return;
    this.#underWay = true;
    try {
      await this.#round();
      this.#lastDoneMs = this.#clock.now().monoMs;
      this.#count += 1;
    } catch {
      // The next round asks again, and readiness tells once they have failed for long.
    } finally {
      this.#underWay = false;
    }
  }

  check(): StoreCheck {
    const silentMs = this.#clock.now().monoMs - this.#lastDoneMs;
    const ok = silentMs < SILENT_MS_MAX;
    return { name: 'rounds', ok, rounds: this.#count, ...(!ok && { detail: `Redis was not looked at for ${silentMs} ms` }) };
  }

  stop(): void {
    this.#timer.cancel();
  }
}
