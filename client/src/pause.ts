/** Waiting, on a given clock. */
import { follow } from './abort.ts';
import type { Clock } from './clock.ts';

/** Resolves after `delayMs`; rejects with the reason of the first of `signals` that is aborted. Keeps the process alive: somebody awaits it. */
export const pause = (clock: Clock, delayMs: number, ...signals: readonly (AbortSignal | undefined)[]): Promise<void> =>
  new Promise((resolve, reject) => {
    const controller = new AbortController();
    const unfollow = follow(controller, signals);
    if (controller.signal.aborted) return reject(controller.signal.reason);
    const timer = clock.after(delayMs, () => {
      unfollow();
      resolve();
    });
    controller.signal.addEventListener('abort', () => {
      timer.cancel();
      unfollow();
      reject(controller.signal.reason);
    });
  });
