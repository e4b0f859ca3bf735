/** A clock that is another one plus an offset, which only grows. All its timers stand in one list, so that they can be fired in order while it is moved. */
import type { Clock, Now, Timer } from '../clock.ts';

/** Whose timers they are: the service's can be held up, as a stopped process holds them up. */
export type Side = 'service' | 'callers';

/** A timer of the {@link TestClock}. */
export interface TestTimer extends Timer {
  /** From now on this timer alone does not keep the process alive. */
  unref(): void;
}

/** Real time plus what {@link Holdfast.advance} has added: the `clock` that a `LeaseClient` is given. */
export interface TestClock extends Clock {
  /** Calls `fire` once, `delayMs` from now at the earliest. Keeps the process alive, as timers of Node.js do, unless `unref` is called. */
  after(delayMs: number, fire: () => void): TestTimer;
}

interface Armed {
  readonly side: Side;
  dueMs: number;
  /** Of two that are due at one moment the one that was set first fires first. */
  readonly order: number;
  readonly everyMs: number | undefined;
  readonly fire: () => void;
  keepsAlive: boolean;
}

export class OffsetClock {
  readonly service: Clock = this.#sideOf('service');
  readonly callers: TestClock = this.#sideOf('callers');
  readonly #base: Clock;
  readonly #armed = new Set<Armed>();
  #offsetMs = 0;
  #orderLast = 0;
  #keepingAlive = 0;
  #serviceHeldUntilMs = -Infinity;
  #isMoving = false;
  /** The one timer of the base clock; undefined while nothing is set, and while somebody moves the time. */
  #alarm: { readonly atMs: number; readonly keepsAlive: boolean; readonly timer: Timer } | undefined;

  constructor(base: Clock) {
    this.#base = base;
  }

  now(): Now {
    const { monoMs, wallUs } = this.#base.now();
    return { monoMs: monoMs + this.#offsetMs, wallUs: wallUs + this.#offsetMs * 1_000 };
  }

  /** Timers that are set, of one side. */
  armed(side: Side): number {
    return [...this.#armed].filter((armed) => armed.side === side).length;
  }

  /** From now on only `fireDue` fires, until `resume`. */
  hold(): void {
    this.#isMoving = true;
    this.#alarm?.timer.cancel();
    this.#alarm = undefined;
  }

  /** Timers fire by themselves again. */
  resume(): void {
    this.#isMoving = false;
    this.#setAlarm(this.nextDueMs);
  }

  /** Moves the time on, to `ms` on the monotonic clock; nothing fires by that alone. Does nothing where it is later already. */
  moveTo(ms: number): void {
    this.#offsetMs += Math.max(0, ms - this.now().monoMs);
  }

  /** When the next timer is due; Infinity where none is set. */
  get nextDueMs(): number {
    let firstMs = Infinity;
    for (const armed of this.#armed) firstMs = Math.min(firstMs, this.#dueMs(armed));
    return firstMs;
  }

  /** Fires what is due now, in order, and tells whose it was. What that sets is not among it, even with no delay. */
  fireDue(): ReadonlySet<Side> {
    const nowMs = this.now().monoMs;
    const due: Armed[] = [];
    for (const armed of this.#armed) if (this.#dueMs(armed) <= nowMs) due.push(armed);
    due.sort((a, b) => this.#dueMs(a) - this.#dueMs(b) || a.dueMs - b.dueMs || a.order - b.order);
    const fired = new Set<Side>();
    for (const armed of due) {
      // One before it may have cancelled it.
      if (!this.#armed.has(armed)) continue;
      if (armed.everyMs === undefined) this.#disarm(armed);
      else armed.dueMs = nowMs + armed.everyMs;
      fired.add(armed.side);
      armed.fire();
    }
    return fired;
  }

  /** Nothing of the service fires before `ms`; what falls due until then fires there, late, in order. */
  holdService(ms: number): void {
    this.#serviceHeldUntilMs = Math.max(this.#serviceHeldUntilMs, ms);
  }

  /** The service's timers fire again when they are due. */
  releaseService(): void {
    this.#serviceHeldUntilMs = -Infinity;
    this.#setAlarm(this.nextDueMs);
  }

  #dueMs({ side, dueMs }: Armed): number {
    return side === 'service' ? Math.max(dueMs, this.#serviceHeldUntilMs) : dueMs;
  }

  #sideOf(side: Side): TestClock {
    return {
      now: () => this.now(),
      after: (delayMs, fire) => this.#arm(side, Math.max(0, delayMs), undefined, fire),
      every: (periodMs, fire) => this.#arm(side, periodMs, periodMs, fire),
    };
  }

  #arm(side: Side, delayMs: number, everyMs: number | undefined, fire: () => void): TestTimer {
    const armed: Armed = { side, dueMs: this.now().monoMs + delayMs, order: (this.#orderLast += 1), everyMs, fire, keepsAlive: false };
    this.#armed.add(armed);
    // The service's timers, and those that repeat, never keep a process alive.
    this.#keepAlive(armed, side === 'callers' && everyMs === undefined);
    const dueMs = this.#dueMs(armed);
    if (dueMs < (this.#alarm?.atMs ?? Infinity)) this.#setAlarm(dueMs);
    return { cancel: () => this.#disarm(armed), unref: () => this.#keepAlive(armed, false) };
  }

  #disarm(armed: Armed): void {
    this.#armed.delete(armed);
    this.#keepAlive(armed, false);
  }

  #keepAlive(armed: Armed, keepsAlive: boolean): void {
    this.#keepingAlive += Number(keepsAlive) - Number(armed.keepsAlive);
    armed.keepsAlive = keepsAlive;
    if (this.#alarm && this.#alarm.keepsAlive !== this.#keepingAlive > 0) this.#setAlarm(this.#alarm.atMs);
  }

  #setAlarm(atMs: number): void {
    this.#alarm?.timer.cancel();
    this.#alarm = undefined;
    if (this.#isMoving || atMs === Infinity) return;
    const timer = this.#base.after(Math.max(0, atMs - this.now().monoMs), () => this.#ring());
    const keepsAlive = this.#keepingAlive > 0;
    if (keepsAlive) timer.ref?.();
    this.#alarm = { atMs, keepsAlive, timer };
  }

  #ring(): void {
    this.#alarm = undefined;
    try {
      this.fireDue();
    } finally {
      // It may have come early, as timers do, or for one that was cancelled: whatever is next, it is set for that.
      this.#setAlarm(this.nextDueMs);
    }
  }
}
