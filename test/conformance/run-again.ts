/** A store that outlives its process: it is closed, and opened again on the same state. */
import type { Test } from 'tap';
import type { LeaseStore } from '../../service/src/session/store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { RepliesUnderTest } from './replies-under-test.ts';
import { StoreUnderTest, type Place } from './store-under-test.ts';

/** Gives what opens one and the same state, again and again. */
export type OpenAgain = (t: Test) => (clock: FakeClock) => Promise<LeaseStore>;

export interface Run {
  readonly store: StoreUnderTest;
  readonly replies: RepliesUnderTest;
  /** Closes it, and opens it on another process's clock after `downMs`, the wall clock stepped by `stepMs` meanwhile. */
  restart(times?: { readonly downMs?: number; readonly stepMs?: number }): Promise<Run>;
}

/** A process's monotonic clock begins anew; a distant store is told the time over there. */
const BOOT_MS = 5_000;

export const firstRun =
  (openAgain: OpenAgain, place: Place = {}) =>
  async (t: Test): Promise<Run> => {
    const open = openAgain(t);
    let last: LeaseStore;
    t.teardown(() => last.close());
    const run = async (clock: FakeClock): Promise<Run> => {
      last = await open(clock);
      const store = StoreUnderTest.on(last, clock, place);
      const restart: Run['restart'] = async ({ downMs = 1_000, stepMs = 0 } = {}) => {
        await last.close();
        const { monoMs, wallUs } = clock.now();
        return run(new FakeClock({ monoMs: place.isDistant ? monoMs + downMs : BOOT_MS, wallUs: wallUs + (downMs + stepMs) * 1_000 }));
      };
      return { store, replies: new RepliesUnderTest(store.store), restart };
    };
    return run(new FakeClock());
  };
