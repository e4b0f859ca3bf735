/** Waits for a condition instead of a duration. */
import { monotonicMs } from './monotonic.ts';

export interface UntilOptions {
  /** Only an emergency brake: a test that meets it has failed. */
  readonly withinMs?: number;
  readonly everyMs?: number;
}

type Found<T> = Exclude<Awaited<T>, undefined | false | null>;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Looks again and again until `look` gives something other than undefined, null or false, and resolves with it.
 * @throws Error naming `what` when that has not happened in time
 */
export const until = async <T>(what: string, look: () => T, { withinMs = 30_000, everyMs = 10 }: UntilOptions = {}): Promise<Found<T>> => {
  const deadlineMs = monotonicMs() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false && found !== null) return found as Found<T>;
    if (monotonicMs() > deadlineMs) throw new Error(`after ${withinMs} ms still not: ${what}`);
    await pause(everyMs);
  }
};

/** Gives a promise a deadline, so that a test which hangs says where. */
export const within = async <T>(what: string, promise: Promise<T>, withinMs = 30_000): Promise<T> => {
  let timeout: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timeout = setTimeout(() => reject(new Error(`after ${withinMs} ms still not: ${what}`)), withinMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timeout);
  }
};
