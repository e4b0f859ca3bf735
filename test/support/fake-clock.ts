/** A clock that stands still until the test moves it. Timers fire in order, at their own moment. */
import type { Clock, Now, Timer } from '../../service/src/clock.ts';

interface Armed {
  atMs: number;
  readonly everyMs: number | undefined;
  readonly fire: () => void;
}

export class FakeClock implements Clock {
  #monoMs: number;
  #wallUs: number;
  readonly #armed = new Set<Armed>();

  constructor(start: Now = { monoMs: 1_000_000, wallUs: 1_700_000_000_000_000 }) {
    this.#monoMs = start.monoMs;
    this.#wallUs = start.wallUs;
  }

  now(): Now {
    return { monoMs: this.#monoMs, wallUs: this.#wallUs };
  }

  after(delayMs: number, fire: () => void): Timer {
    return this.#arm({ atMs: this.#monoMs + Math.max(0, delayMs), everyMs: undefined, fire });
  }

  every(periodMs: number, fire: () => void): Timer {
    return this.#arm({ atMs: this.#monoMs + periodMs, everyMs: periodMs, fire });
  }

  /** Moves both clocks on by `ms`, firing what falls due on the way. */
  advance(ms: number): void {
    const endMs = this.#monoMs + ms;
    for (let next = this.#next(endMs); next; next = this.#next(endMs)) {
      this.#moveTo(Math.max(next.atMs, this.#monoMs));
      if (next.everyMs === undefined) this.#armed.delete(next);
      else next.atMs += next.everyMs;
      next.fire();
    }
    this.#moveTo(endMs);
  }

  /** Stops everything for `ms`, as a stopped process is: what falls due meanwhile fires when it is over, and finds that late. */
  pause(ms: number): void {
    this.#moveTo(this.#monoMs + ms);
    this.advance(0);
  }

  /** Moves both clocks on in one leap: what falls due meanwhile fires once, at its end. Nobody needs to follow a loop of a quarter of a second through a week. */
  leap(ms: number): void {
    this.#moveTo(this.#monoMs + ms);
    for (const armed of [...this.#armed].filter(({ atMs }) => atMs <= this.#monoMs).toSorted((a, b) => a.atMs - b.atMs)) {
      if (armed.everyMs !== undefined) armed.atMs = this.#monoMs + armed.everyMs;
      else if (!this.#armed.delete(armed)) continue;
      armed.fire();
    }
  }

  /** Moves time in steps, letting promises run between them, so that what a timer starts can set the next one. */
  async advanceAsync(ms: number, stepMs = 50): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      this.advance(Math.min(left, stepMs));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Steps the wall clock alone, as an operator or a time service would. */
  stepWall(ms: number): void {
    this.#wallUs += ms * 1000;
  }

  /** Timers that are set. */
  get armed(): number {
    return this.#armed.size;
  }

  /** When the first of them fires; undefined when none is set. */
  get nextArmedMs(): number | undefined {
    return this.#next(Infinity)?.atMs;
  }

  #arm(armed: Armed): Timer {
    this.#armed.add(armed);
    return { cancel: () => void this.#armed.delete(armed) };
  }

  #next(endMs: number): Armed | undefined {
    let first: Armed | undefined;
    for (const armed of this.#armed) if (armed.atMs <= endMs && (!first || armed.atMs < first.atMs)) first = armed;
    return first;
  }

  #moveTo(ms: number): void {
    this.#wallUs += (ms - this.#monoMs) * 1000;
    this.#monoMs = ms;
  }
}
