/**
 * Time, as the client sees it. This file alone touches the real clocks and timers; everything else is handed a `Clock`.
 */

/** One reading of both clocks. */
export interface Now {
  /** Monotonic milliseconds. Spans are measured on it; it stands still while the machine sleeps. */
  readonly monoMs: number;
  /** Wall clock in microseconds since 1970. It tells when the monotonic clock stood still; it may jump. */
  readonly wallUs: number;
}

/** A timer that was set. Cancelling one that has fired does nothing. */
export interface Timer {
  cancel(): void;
  /** From now on this timer alone does not keep the process alive. */
  unref?(): void;
}

/** What a {@link LeaseClient} reads the time from, and sets its timers on. Give your own only in tests. */
export interface Clock {
  now(): Now;
  /** Calls `fire` once, `delayMs` from now at the earliest. */
  after(delayMs: number, fire: () => void): Timer;
}

// Node turns longer delays into one millisecond.
const DELAY_MS_MAX = 2 ** 31 - 1;

/** The machine's own clocks and timers. */
export const systemClock: Clock = {
  now: () => ({ monoMs: performance.now(), wallUs: Date.now() * 1000 }),
  after(delayMs, fire) {
    const timeout = setTimeout(fire, Math.min(Math.max(Math.ceil(delayMs), 0), DELAY_MS_MAX));
    return { cancel: () => clearTimeout(timeout), unref: () => void timeout.unref() };
  },
};
