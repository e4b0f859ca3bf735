/** An exchange whose answers a test gives, one call at a time. */
import type { Clock } from '../../client/src/clock.ts';
import type { Answer, Call, Exchange } from '../../client/src/exchange.ts';

/** A call that waits for its answer. */
export interface PendingCall {
  readonly call: Call;
  answer(status: number, body?: unknown): void;
  fail(error: unknown): void;
}

export class ScriptedExchange implements Exchange {
  endpointCount = 1;
  /** Every call so far, answered or not. */
  readonly calls: Call[] = [];
  readonly #clock: Clock;
  readonly #pending: PendingCall[] = [];
  readonly #waiting: ((pending: PendingCall) => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  send(call: Call): Promise<Answer> {
    const sent = this.#clock.now();
    this.calls.push(call);
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    call.signal?.addEventListener('abort', () => reject(call.signal?.reason));
    const pending: PendingCall = { call, answer: (status, body) => resolve({ status, body, sent }), fail: reject };
    const waiting = this.#waiting.shift();
    if (waiting) waiting(pending);
    else this.#pending.push(pending);
    return promise;
  }

  /** The next call, once it is made. */
  next(): Promise<PendingCall> {
    const pending = this.#pending.shift();
    return pending ? Promise.resolve(pending) : new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Calls that nobody has taken yet. */
  get untaken(): number {
    return this.#pending.length;
  }
}

/** Lets everything run that waits for nothing but its turn. */
export const turns = async (count = 5): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};
