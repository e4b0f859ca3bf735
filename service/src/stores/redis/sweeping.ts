/** Sweeps the partitions in turn, a bounded step at a time. */
import type { Clock, Timer } from '../../clock.ts';
import { sweepScript } from './lua/sweep.ts';
import type { StoreCheck } from '../../session/store.ts';
import { PARTITIONS } from './partitions.ts';
import type { RunScript } from './listings.ts';

const PERIOD_MS = 250;
/** All partitions are passed in a quarter of a minute; more instances make it no faster. */
const PAUSE_MS = PERIOD_MS * PARTITIONS - PERIOD_MS;
const BOUNDS = { pauseMs: PAUSE_MS, visitsMax: 2_000, changesMax: 200 };

export class Sweeping {
  readonly #run: RunScript;
  readonly #timer: Timer;
  #partition: number;
  #underWay = false;
  #steps = 0;

  /** @param first where to begin, so that instances which start together do not sweep the same partition at once */
  constructor(clock: Clock, run: RunScript, first: number) {
    this.#run = run;
    this.#partition = first % PARTITIONS;
    this.#timer = clock.every(PERIOD_MS, () => void this.#step());
  }

  /** Whether Redis answers is told by the rounds. */
  check(): StoreCheck {
    return { name: 'sweep', ok: true, rounds: this.#steps };
  }

  stop(): void {
    this.#timer.cancel();
  }

  async #step(): Promise<void> {
    if (this.#underWay) return;
    this.#underWay = true;
    try {
      await this.#run(sweepScript, this.#partition, BOUNDS);
      this.#steps += 1;
    } catch {
      // Its turn comes again; whether Redis answers is told by the rounds.
    } finally {
      this.#partition = (this.#partition + 1) % PARTITIONS;
      this.#underWay = false;
    }
  }
}
