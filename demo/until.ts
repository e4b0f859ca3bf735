/** Waiting for conditions. */
import { setTimeout as delay } from 'node:timers/promises';
import { DemoFailedError } from './children.ts';

const LOOK_EVERY_MS = 5;

/**
 * Looks again and again, until it finds something.
 * @throws DemoFailedError nothing was found within `withinMs`
 */
export const until = async <Found>(what: string, withinMs: number, look: () => Found | undefined | Promise<Found | undefined>): Promise<Found> => {
  const endMs = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > endMs) throw new DemoFailedError(`After ${withinMs} ms there was still no ${what}.`);
    await delay(LOOK_EVERY_MS);
  }
};
