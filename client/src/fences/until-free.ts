/** Waiting for the exclusive step without blocking the event loop. */
import type { Clock } from '../clock.ts';
import { FenceBusyError } from './errors.ts';

// A step takes some milliseconds, mostly the disk's. Looking often keeps a busy neighbour from always being first.
const LOOK_AGAIN_MS_MAX = 5;

/**
 * Tries at once, and again until `attempt` answers something else than `undefined`.
 * @throws FenceBusyError it never did within `waitMs`
 */
export const untilFree = async <Result>(clock: Clock, waitMs: number, attempt: () => { readonly result: Result } | undefined): Promise<Result> => {
  const endMs = clock.now().monoMs + waitMs;
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, LOOK_AGAIN_MS_MAX)) {
    const done = attempt();
    if (done) return done.result;
    const leftMs = endMs - clock.now().monoMs;
    if (leftMs <= 0) throw new FenceBusyError(`Other processes were inside the fence for ${waitMs} ms.`);
    await new Promise<void>((resolve) => clock.after(Math.min(pauseMs, leftMs), resolve));
  }
};
