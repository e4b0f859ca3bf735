/** The leases that this client holds, and what has to run while it holds any. */
import { meaningOf } from './lease-events.ts';
import type { EventStream } from './event-stream.ts';
import type { Heartbeats } from './heartbeats.ts';
import { Holding, type HoldingFacts } from './holding.ts';
import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';
import type { ServerSentEvent } from './server-sent-events.ts';

export interface HeldLeasesParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly heartbeats: Heartbeats;
  /** Undefined where events were turned off. */
  readonly stream: EventStream | undefined;
}

export class HeldLeases {
  readonly #parts: HeldLeasesParts;
  readonly #all = new Set<Holding>();
  /** The newest of each session: the one before it is over, whether it knows already or not. */
  readonly #bySession = new Map<string, Holding>();

  constructor(parts: HeldLeasesParts) {
    this.#parts = parts;
  }

  /** Holds a lease from now on. */
  hold(facts: HoldingFacts, plan: { readonly renewAtMs: number; readonly unconfirmed: boolean }): Holding {
    const { clock, heartbeats, stream } = this.#parts;
    const holding = new Holding(facts, { clock, onUncertain: (uncertain) => heartbeats.ask(uncertain), onOver: (over) => this.#drop(over) });
    this.#all.add(holding);
    this.#bySession.set(facts.session, holding);
    heartbeats.add(holding, plan);
    stream?.start();
    return holding;
  }

  get all(): readonly Holding[] {
    return [...this.#all];
  }

  find(session: string): Holding | undefined {
    return this.#bySession.get(session);
  }

  /** An event of the stream. */
  onEvent(event: ServerSentEvent): void {
    const meaning = meaningOf(event, (session) => this.find(session));
    if (meaning.kind === 'gap') this.lookAtAll();
    else if (meaning.kind !== 'none') this.#parts.heartbeats.ask(meaning.holding, meaning.kind === 'verify');
  }

  /** Something may have happened that nobody told: one heartbeat for all. */
  lookAtAll(): void {
    for (const holding of this.#all) this.#parts.heartbeats.ask(holding);
  }

  #drop(holding: Holding): void {
    const { session, fencingToken } = holding.facts;
    const { heartbeats, stream, logger } = this.#parts;
    heartbeats.remove(holding);
    this.#all.delete(holding);
    if (this.#bySession.get(session) === holding) this.#bySession.delete(session);
    if (this.#all.size === 0) stream?.idle();
    if (holding.phase === 'lost') logger.warn({ session, fencingToken, inSilence: holding.lostInSilence }, 'a lease was lost');
  }
}
