/** The signal of a generation: the caller's wish, the client's end, a yield request's deadline and, where it is asked for, the lease's loss. */
import { follow } from '../abort.ts';
import type { Clock, Timer } from '../clock.ts';
import type { Lease } from '../lease.ts';
import { TurnInterruptedError } from '../reply-errors.ts';
import type { YieldRequest } from '../views.ts';

/** What is left between the deadline and the lease's end, to park, commit and deliver what there is: a quarter of the span, at most this. */
const RESERVE_MS_MAX = 2_000;

export class Interruption {
  readonly #clock: Clock;
  readonly #abortOnLoss: boolean;
  readonly #controller = new AbortController();
  readonly #unfollow: () => void;
  #unwatch = (): void => {};
  #timer: Timer | undefined;
  #endsAtMs: number | undefined;

  constructor({ clock, signals, abortOnLoss }: { readonly clock: Clock; readonly signals: readonly (AbortSignal | undefined)[]; readonly abortOnLoss: boolean }) {
    this.#clock = clock;
    this.#abortOnLoss = abortOnLoss;
    this.#unfollow = follow(this.#controller, signals);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get deadlineInMs(): number | undefined {
    return this.#endsAtMs === undefined ? undefined : Math.max(0, this.#endsAtMs - this.#clock.now().monoMs);
  }

  /** Heeds the requests for this lease from now on, and no longer those for the one before. */
  watch(lease: Lease): void {
    this.end();
    // What the lease says is counted from now; the request as it was told may be as old as its answer was under way.
    const offYield = lease.onYield((request) => this.#arm(lease.yieldRequest ?? request));
    const offLoss = this.#abortOnLoss ? follow(this.#controller, [lease.signal]) : (): void => {};
    this.#unwatch = () => {
      offYield();
      offLoss();
    };
  }

  /** Lets go of the lease. */
  end(): void {
    this.#unwatch();
    this.#timer?.cancel();
    this.#endsAtMs = undefined;
  }

  /** Lets go of everything. */
  close(): void {
    this.end();
    this.#unfollow();
  }

  /** A plea without a grace sets no deadline; the application can heed it by `lease.onYield`. */
  #arm({ by, reason, remainingMs }: YieldRequest): void {
    if (remainingMs === undefined) return;
    this.#timer?.cancel();
    const reserveMs = Math.min(RESERVE_MS_MAX, remainingMs / 4);
    this.#endsAtMs = this.#clock.now().monoMs + remainingMs - reserveMs;
    this.#timer = this.#clock.after(remainingMs - reserveMs, () => this.#controller.abort(new TurnInterruptedError(by, reason)));
    this.#timer.unref?.();
  }
}
