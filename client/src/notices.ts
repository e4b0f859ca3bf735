/** What a holder is told while it holds: that somebody wants the session, and how many wait. */
import { AsyncResource } from 'node:async_hooks';
import type { YieldRequest } from './views.ts';

/** Called when somebody asks the holder to give the session up. */
export type YieldListener = (request: YieldRequest) => void;
/** Called when the number of those who wait has changed. */
export type WaitersListener = (waiters: number) => void;

interface Standing {
  readonly request: YieldRequest;
  /** When the lease will end, on the monotonic clock; undefined without a grace. */
  readonly endsAtMs: number | undefined;
}

// Answers tell spans, and travel for different times: only an end that moves by more than this was moved by a new request.
const EARLIER_MS = 1_000;

const isNew = (standing: Standing | undefined, next: Standing): boolean =>
  standing === undefined ||
  standing.request.by !== next.request.by ||
  standing.request.reason !== next.request.reason ||
  (next.endsAtMs ?? Infinity) < (standing.endsAtMs ?? Infinity) - EARLIER_MS;

const call = <Told>(listener: (told: Told) => void, told: Told): void => {
  try {
    listener(told);
  } catch (error) {
    // Nobody here can answer for a listener's fault. It comes up as an uncaught exception, as it does for an event target.
    queueMicrotask(() => {
      throw error;
    });
  }
};

/** Listeners run in the asynchronous context that they were given in, not in that of whatever heartbeat told them. */
const add = <Told>(listeners: Set<(told: Told) => void>, listener: (told: Told) => void): { bound: (told: Told) => void; off: () => void } => {
  const bound = AsyncResource.bind(listener);
  listeners.add(bound);
  return { bound, off: () => void listeners.delete(bound) };
};

export class Notices {
  readonly #yieldListeners = new Set<YieldListener>();
  readonly #waitersListeners = new Set<WaitersListener>();
  #standing: Standing | undefined;
  #waiters = 0;
  #parkedReplies: number;

  /** @param parkedReplies what the grant told */
  constructor(parkedReplies = 0) {
    this.#parkedReplies = parkedReplies;
  }

  get parkedReplies(): number {
    return this.#parkedReplies;
  }

  get waiters(): number {
    return this.#waiters;
  }

  /** The request that stands, with its span counted at `nowMs`. */
  yieldRequest(nowMs: number): YieldRequest | undefined {
    if (!this.#standing) return undefined;
    const { request, endsAtMs } = this.#standing;
    return endsAtMs === undefined ? request : { ...request, remainingMs: Math.max(0, endsAtMs - nowMs) };
  }

  /** A request that stands already is told too, so that nobody misses the one that came a moment before. */
  onYield(listener: YieldListener, nowMs: number): () => void {
    const { bound, off } = add(this.#yieldListeners, listener);
    const standing = this.yieldRequest(nowMs);
    if (standing) queueMicrotask(() => this.#yieldListeners.has(bound) && call(bound, standing));
    return off;
  }

  onWaiters(listener: WaitersListener): () => void {
    return add(this.#waitersListeners, listener).off;
  }

  /** Takes in what an answer told; listeners hear of it only where it is news. */
  deliver(told: { readonly waiters: number; readonly parkedReplies?: number; readonly yieldRequest?: YieldRequest | undefined }, sentMs: number): void {
    this.#parkedReplies = told.parkedReplies ?? 0;
    if (told.waiters !== this.#waiters) {
      this.#waiters = told.waiters;
      for (const listener of [...this.#waitersListeners]) call(listener, told.waiters);
    }
    if (!told.yieldRequest) return;
    const { remainingMs } = told.yieldRequest;
    const next: Standing = { request: told.yieldRequest, endsAtMs: remainingMs === undefined ? undefined : sentMs + remainingMs };
    if (!isNew(this.#standing, next)) return;
    this.#standing = next;
    for (const listener of [...this.#yieldListeners]) call(listener, told.yieldRequest);
  }

  /** Nobody is told anything any more. */
  silence(): void {
    this.#yieldListeners.clear();
    this.#waitersListeners.clear();
  }
}
