/** Time that goes on by itself, for as long as a test waits for something. */
import type { FakeClock } from './fake-clock.ts';
import { pause } from './until.ts';

/** Lets time go on until the promise is settled; hands back a failure as it came. */
export const pumped = async <T>(clock: FakeClock, promise: Promise<T>, stepMs = 5): Promise<T> => {
  let settled = false;
  const watched = promise.finally(() => (settled = true));
  watched.catch(() => {}); // It is awaited below, when time has gone on.
  for (let steps = 0; !settled && steps < 20_000; steps += 1) {
    clock.advance(stepMs);
    await pause(1);
  }
  if (!settled) throw new Error('it did not come to its end while time went on');
  return watched;
};
