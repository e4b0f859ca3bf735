/**
 * Re-entrancy: inside `withLease` and `lease.run` an acquire of the same session is given a handle on the lease that is
 * there already. Only `run` is used, never `enterWith`, which reaches too far or not at all.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Holding } from './holding.ts';

/** A place in the nesting whose lease may be replaced by the next one of the session. */
export interface Seat {
  current: Holding;
}

type Held = ReadonlyMap<string, Seat>;

export class Nesting {
  readonly #context = new AsyncLocalStorage<Held>();

  /** The lease that the context grants on a session; a released one grants nothing, a lost one is still found. */
  find(session: string): Holding | undefined {
    const holding = this.#context.getStore()?.get(session)?.current;
    return holding && (holding.phase === 'live' || holding.phase === 'lost') ? holding : undefined;
  }

  /** Runs `fn`, and all that it starts, inside the lease. */
  run<R>(holding: Holding, fn: () => R): R {
    return this.runIn({ current: holding }, fn);
  }

  /** Runs `fn`, and all that it starts, inside whatever lease the seat has at the time. */
  runIn<R>(seat: Seat, fn: () => R): R {
    const outer = this.#context.getStore() ?? [];
    return this.#context.run(new Map([...outer, [seat.current.facts.session, seat]]), fn);
  }

  /** Runs `fn`, and all that it starts, outside of every lease. */
  detached<R>(fn: () => R): R {
    return this.#context.run(new Map(), fn);
  }
}
