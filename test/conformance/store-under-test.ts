/** A store behind its port, with a clock that only the test moves, and everything that it tells its listener. */
import type { Test } from 'tap';
import type { Acquire, Command, OutcomeOf, Outcomes, SessionEvent, Wake } from '../../service/src/session/commands.ts';
import type { LeaseStore, SessionName } from '../../service/src/session/store.ts';
import type { ConnectionId, FencingToken, LeaseIdHash, Namespace, SessionKey } from '../../service/src/session/types.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** Opens a store with nothing in it; the test closes it. */
export type OpenStore = (t: Test, clock: FakeClock) => Promise<LeaseStore>;

export const nameOf = (key: string, namespace = 'default'): SessionName => ({ namespace: namespace as Namespace, key: key as SessionKey });

export const connectionOf = (session: SessionName | string, name: string): ConnectionId =>
  `${typeof session === 'string' ? session : session.key}/${name}` as ConnectionId;

export type Terms = Partial<Omit<Acquire, 'kind' | 'leaseIdHash'>>;

export class StoreUnderTest {
  readonly store: LeaseStore;
  readonly clock: FakeClock;
  readonly wakes: Wake[] = [];
  readonly events: { readonly name: SessionName; readonly event: SessionEvent }[] = [];

  private constructor(store: LeaseStore, clock: FakeClock) {
    this.store = store;
    this.clock = clock;
    store.listen({ onWake: (wake) => void this.wakes.push(wake), onEvent: (name, event) => void this.events.push({ name, event }) });
  }

  static async open(t: Test, openStore: OpenStore): Promise<StoreUnderTest> {
    const clock = new FakeClock();
    const store = await openStore(t, clock);
    t.teardown(() => store.close());
    return new StoreUnderTest(store, clock);
  }

  /** On a store that the test closes itself. */
  static on(store: LeaseStore, clock: FakeClock): StoreUnderTest {
    return new StoreUnderTest(store, clock);
  }

  do<C extends Command>(session: SessionName | string, command: C): Promise<OutcomeOf<C>> {
    return this.store.apply(typeof session === 'string' ? nameOf(session) : session, command);
  }

  /** By default for 30 s, without waiting, from a connection named after the session and the id. */
  acquire(session: SessionName | string, id: string, terms: Terms = {}): Promise<Outcomes['acquire']> {
    const defaults = { connection: connectionOf(session, id), holder: `holder of ${id}`, ttlMs: 30_000, waitMs: 0, background: false, maxHoldMs: 4 * 3_600_000 };
    return this.do(session, { kind: 'acquire', leaseIdHash: id as LeaseIdHash, ...defaults, ...terms });
  }

  wait(session: SessionName | string, id: string, terms: Terms = {}): Promise<Outcomes['acquire']> {
    return this.acquire(session, id, { waitMs: 60_000, ...terms });
  }

  /** Acquires a lease that must be granted at once, and gives its token. */
  async take(session: SessionName | string, id: string, terms: Terms = {}): Promise<FencingToken> {
    const outcome = await this.acquire(session, id, terms);
    if (outcome.kind !== 'granted') throw new Error(`${id} was not granted: ${outcome.kind}`);
    return outcome.fencingToken;
  }

  renew(session: SessionName | string, id: string, ttlMs?: number): Promise<Outcomes['renew']> {
    return this.do(session, { kind: 'renew', leaseIdHash: id as LeaseIdHash, ttlMs });
  }

  release(session: SessionName | string, id: string): Promise<Outcomes['release']> {
    return this.do(session, { kind: 'release', leaseIdHash: id as LeaseIdHash });
  }

  disconnect(session: SessionName | string, id: string, connection = connectionOf(session, id)): Promise<Outcomes['disconnect']> {
    return this.do(session, { kind: 'disconnect', leaseIdHash: id as LeaseIdHash, connection });
  }

  inspect(session: SessionName | string): Promise<Outcomes['inspect']> {
    return this.do(session, { kind: 'inspect' });
  }

  /** Lets time pass, and waits until what it brought has been told. A look at the session waits for the commit of all that came before. */
  async pass(ms: number, ...sessions: readonly string[]): Promise<void> {
    this.clock.advance(ms);
    for (const session of sessions) await this.inspect(session);
  }

  /** What was told of a session since the last call. */
  takeWakes(session: string): Wake[] {
    return takeOut(this.wakes, ({ connection }) => connection.startsWith(`${session}/`));
  }

  takeEvents(session: string): SessionEvent[] {
    return takeOut(this.events, ({ name }) => name.key === session).map(({ event }) => event);
  }
}

const takeOut = <T>(from: T[], isWanted: (item: T) => boolean): T[] => {
  const taken = from.filter(isWanted);
  from.splice(0, from.length, ...from.filter((item) => !isWanted(item)));
  return taken;
};
