/**
 * The memory store as if it stood at the other end of a connection: commands are answered in their order and later, events come
 * later still, and what it does by itself goes the same way. It is exact about time only where somebody waits; of other sessions
 * it sees once a second what is due. So a suite that passes on it asks no more of a store than a server with two connections can give.
 */
import type { Now, Timer } from '../../service/src/clock.ts';
import type { Command, OutcomeOf } from '../../service/src/session/commands.ts';
import type { ReplyUnknown } from '../../service/src/session/replies/commands.ts';
import type { LeasePage, LeaseQuery, LeaseStore, Renewal, ReplyPage, ReplyQuery, SessionName, StoreCheck, StoredReply, StoreListener } from '../../service/src/session/store.ts';
import type { ConnectionId, Namespace, ReplyId } from '../../service/src/session/types.ts';
import type { StoreUsage } from '../../service/src/session/usage.ts';
import type { FakeClock } from './fake-clock.ts';
import { MemoryStore } from './memory-store.ts';

const LOOKS_EVERY_MS = 1_000;
/** In turns of the event loop: an answer, and an event. */
const ANSWERED_AFTER = 1;
const TOLD_AFTER = 3;

const turns = async (count: number): Promise<void> => {
  for (let left = count; left > 0; left -= 1) await new Promise((resolve) => setImmediate(resolve));
};

/** What it does by itself; a test takes one away to see who misses it. */
export interface DistantParts {
  /** Sets a timer for what is due in a session that somebody waits for. */
  readonly setsTimers?: boolean;
  /** Looks once a second at the sessions that nobody waits for. */
  readonly looks?: boolean;
}

export class DistantStore implements LeaseStore {
  readonly kind = 'redis';
  readonly storeId = 'st_distant';
  readonly acceptedRisks = [];
  readonly #clock: FakeClock;
  readonly #parts: Required<DistantParts>;
  readonly #far: MemoryStore;
  readonly #waiting = new Map<ConnectionId, string>();
  /** What is due over there, of sessions that nobody here waits for. */
  readonly #unwatched = new Set<() => void>();
  readonly #looking: Timer;
  /** The time when the command was sent that is being carried out over there, and its session. */
  #sent: { readonly now: Now; readonly session: string };
  #answers: Promise<unknown> = Promise.resolve();
  #told: Promise<unknown> = Promise.resolve();

  constructor(clock: FakeClock, { setsTimers = true, looks = true }: DistantParts = {}) {
    this.#clock = clock;
    this.#parts = { setsTimers, looks };
    this.#sent = { now: clock.now(), session: '' };
    this.#far = new MemoryStore({ now: () => this.#sent.now, after: (delayMs, fire) => this.#after(delayMs, fire), every: () => ({ cancel: () => {} }) });
    this.#looking = clock.every(LOOKS_EVERY_MS, () => {
      for (const fire of this.#unwatched) fire();
    });
  }

  async apply<C extends Command>(name: SessionName, command: C): Promise<OutcomeOf<C>> {
    const session = idOf(name);
    const waits = command.kind === 'acquire' && command.waitMs > 0 ? command.connection : undefined;
    if (waits !== undefined) this.#waiting.set(waits, session);
    const outcome = await this.#send(session, () => this.#far.apply(name, command));
    if (waits !== undefined && outcome.kind !== 'waiting') this.#waiting.delete(waits);
    return outcome;
  }

  renewAll(namespace: Namespace, renewals: readonly Renewal[]): Promise<OutcomeOf<{ kind: 'renew' } & Command>[]> {
    return this.#send('', () => this.#far.renewAll(namespace, renewals));
  }

  list(query: LeaseQuery): Promise<LeasePage> {
    return this.#send('', () => this.#far.list(query));
  }

  readReply(name: SessionName, replyId: ReplyId): Promise<StoredReply | ReplyUnknown> {
    return this.#send(idOf(name), () => this.#far.readReply(name, replyId));
  }

  listReplies(query: ReplyQuery): Promise<ReplyPage> {
    return this.#send('', () => this.#far.listReplies(query));
  }

  listen({ onWake, onEvent }: StoreListener): void {
    this.#far.listen({
      onWake: (wake) => {
        this.#waiting.delete(wake.connection);
        onWake(wake);
      },
      onEvent: (name, event, isOwn) => {
        this.#told = this.#told.then(() => turns(TOLD_AFTER)).then(() => onEvent(name, event, isOwn));
      },
    });
  }

  get usage(): StoreUsage {
    return this.#far.usage;
  }

  readonly lossesSeen = 0;

  checks(): readonly StoreCheck[] {
    return this.#far.checks();
  }

  async close(): Promise<void> {
    this.#looking.cancel();
    await this.#answers;
    await this.#far.close();
    await this.#told;
  }

  /** Whatever is sent carries the time at which it was sent. */
  #send<T>(session: string, carryOut: () => Promise<T>): Promise<T> {
    const sent = { now: this.#clock.now(), session };
    const answer = this.#answers.then(async () => {
      await turns(ANSWERED_AFTER);
      this.#sent = sent;
      return carryOut();
    });
    this.#answers = answer;
    return answer;
  }

  #after(delayMs: number, fire: () => void): Timer {
    const { session, now } = this.#sent;
    const atMs = now.monoMs + delayMs;
    const tick = (): void => void this.#send(session, async () => fire());
    if ([...this.#waiting.values()].includes(session)) return this.#parts.setsTimers ? this.#clock.after(atMs - this.#clock.now().monoMs, tick) : NEVER;
    const look = (): void => {
      if (this.#clock.now().monoMs < atMs) return;
      this.#unwatched.delete(look);
      tick();
    };
    if (this.#parts.looks) this.#unwatched.add(look);
    return { cancel: () => void this.#unwatched.delete(look) };
  }
}

const NEVER: Timer = { cancel: () => {} };
const idOf = ({ namespace, key }: SessionName): string => JSON.stringify([namespace, key]);
