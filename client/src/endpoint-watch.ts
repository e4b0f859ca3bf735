/**
 * Asks an endpoint, while somebody waits there, whether it is still alive: a stopped process and a dropped network say nothing by themselves, and a wait is
 * silent for 25 s anyway.
 */
import { AsyncResource } from 'node:async_hooks';
import type { Clock, Timer } from './clock.ts';
import type { Endpoint } from './endpoints.ts';

/** How often it is asked. With the patience below it is found dead well before an offer, or the grace of a ticket, lapses: both last 5 s. */
const PAUSE_MS = 1_000;
/** How long it may be silent before it counts as dead. */
export const LOOK_MS_MAX = 1_500;

/** Makes one attempt at the endpoint, and draws the conclusions. Never rejects. */
export type Look = (endpoint: Endpoint) => Promise<void>;

interface Watched {
  waiting: number;
  timer: Timer | undefined;
}

export class EndpointWatch {
  readonly #clock: Clock;
  readonly #look: Look;
  readonly #watched = new Map<Endpoint, Watched>();
  // The first who waits must not lend its asynchronous context to looks that others need.
  readonly #arm = AsyncResource.bind((endpoint: Endpoint, watched: Watched) => {
    watched.timer = this.#clock.after(PAUSE_MS, () => void this.#lookAt(endpoint, watched));
  });

  constructor(clock: Clock, look: Look) {
    this.#clock = clock;
    this.#look = look;
  }

  /** Somebody waits there from now on, until the returned function is called. */
  begin(endpoint: Endpoint): () => void {
    const watched = this.#watched.get(endpoint) ?? { waiting: 0, timer: undefined };
    this.#watched.set(endpoint, watched);
    watched.waiting += 1;
    if (watched.waiting === 1) this.#arm(endpoint, watched);
    return () => {
      watched.waiting -= 1;
      if (watched.waiting > 0) return;
      watched.timer?.cancel();
      this.#watched.delete(endpoint);
    };
  }

  async #lookAt(endpoint: Endpoint, watched: Watched): Promise<void> {
    await this.#look(endpoint);
    if (watched.waiting > 0) this.#arm(endpoint, watched);
  }
}
