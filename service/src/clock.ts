/**
 * Time, as the service sees it. This file alone touches the real clocks and timers; everything else is handed a `Clock`.
 */

/** One reading of both clocks. */
export interface Now {
  /** Monotonic milliseconds, whole. Spans are measured on it; it has no meaning outside this process. */
  readonly monoMs: number;
  /** Wall clock in whole microseconds since 1970. Only fencing tokens, and spans that outlive a restart, are made of it. */
  readonly wallUs: number;
}

/** A timer that was set. Cancelling one that has fired does nothing. */
export interface Timer {
  cancel(): void;
  /** From now on this timer alone keeps the process alive. */
  ref?(): void;
}

export interface Clock {
  now(): Now;
  /** Calls `fire` once, `delayMs` from now at the earliest. A set timer does not keep the process alive. */
  after(delayMs: number, fire: () => void): Timer;
  /** Calls `fire` again and again, `periodMs` apart. It does not keep the process alive. */
  every(periodMs: number, fire: () => void): Timer;
}

// Node turns longer delays into one millisecond.
const DELAY_MS_MAX = 2 ** 31 - 1;

/** The machine's own clocks and timers. */
export const systemClock: Clock = {
  now: () => ({ monoMs: Math.floor(performance.now()), wallUs: Date.now() * 1000 }),
  after(delayMs, fire) {
    const timeout = setTimeout(fire, Math.min(Math.max(delayMs, 0), DELAY_MS_MAX));
    timeout.unref();
    return { cancel: () => clearTimeout(timeout), ref: () => void timeout.ref() };
  },
  every(periodMs, fire) {
    const interval = setInterval(fire, periodMs);
    interval.unref();
    return { cancel: () => clearInterval(interval) };
  },
};
