/** A store behind its port, with a clock that only the test moves, and everything that it tells its listener. */
import type { Test } from 'tap';
import type { Acquire, Command, OutcomeOf, Outcomes, SessionEvent, Wake } from '../../service/src/session/commands.ts';
import type { LeaseStore, SessionName } from '../../service/src/session/store.ts';
import type { ConnectionId, FencingToken, LeaseIdHash, Namespace, SessionKey } from '../../service/src/session/types.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { until } from '../support/until.ts';

/** Opens a store with nothing in it; the test closes it. */
export type OpenStore = (t: Test, clock: FakeClock) => Promise<LeaseStore>;

/** Opens one, and puts it under test. */
export type OpenUnderTest = (t: Test) => Promise<StoreUnderTest>;

/** Where its state is. */
export interface Place {
  /**
   * Commands go over a connection, which answers them in their order: events may come later than the answer of the command that
   * caused them, and whatever the store does by itself needs a round trip before it can do the next thing. Time is told over
   * there, and goes on while nothing of the store runs here.
   */
  readonly isDistant?: boolean;
  /** A lease is ended first, and the session handed on right behind: before any command that comes after the end, and not before its answer. */
  readonly handsOnBehind?: boolean;
  /** Of a distant store: what it does by itself takes so many round trips; two if not given: to see what is due, and to act on it. */
  readonly roundTrips?: number;
  /** It is on several nodes, and what it does by itself may have to wait for the slowest of them. */
  readonly hasSlowNodes?: boolean;
}

/** The instance whose connections wait in this process; a store that has several instances is to be opened as this one. */
export const INSTANCE_ID = 'conformance';

export const nameOf = (key: string, namespace = 'default'): SessionName => ({ namespace: namespace as Namespace, key: key as SessionKey });

export const connectionOf = (session: SessionName | string, name: string): ConnectionId =>
  `${INSTANCE_ID}:${typeof session === 'string' ? session : session.key}/${name}` as ConnectionId;

export type Terms = Partial<Omit<Acquire, 'kind' | 'leaseIdHash'>>;

/** No rule looks into these. */
const MARKERS = 'of the test itself';
const MARKER = nameOf('marker', MARKERS);
/** A store with nobody waiting in it looks at what is due so often. */
const LOOKS_EVERY_MS = 1_000;
const ROUND_TRIPS = 2;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class StoreUnderTest {
  readonly store: LeaseStore;
  readonly clock: FakeClock;
  readonly isDistant: boolean;
  readonly #handsOnBehind: boolean;
  readonly #roundTrips: number;
  readonly #hasSlowNodes: boolean;
  readonly wakes: Wake[] = [];
  readonly events: { readonly name: SessionName; readonly event: SessionEvent }[] = [];
  #markers = 0;

  private constructor(store: LeaseStore, clock: FakeClock, { isDistant = false, handsOnBehind = false, roundTrips = ROUND_TRIPS, hasSlowNodes = false }: Place) {
    this.store = store;
    this.clock = clock;
    this.isDistant = isDistant;
    this.#handsOnBehind = handsOnBehind;
    this.#roundTrips = roundTrips;
    this.#hasSlowNodes = hasSlowNodes;
    store.listen({ onWake: (wake) => void this.wakes.push(wake), onEvent: (name, event) => void this.events.push({ name, event }) });
  }

  static async open(t: Test, openStore: OpenStore, place: Place = {}): Promise<StoreUnderTest> {
    const clock = new FakeClock();
    const store = await openStore(t, clock);
    t.teardown(() => store.close());
    return new StoreUnderTest(store, clock, place);
  }

  /** On a store that the test closes itself. */
  static on(store: LeaseStore, clock: FakeClock, place: Place = {}): StoreUnderTest {
    return new StoreUnderTest(store, clock, place);
  }

  async do<C extends Command>(session: SessionName | string, command: C): Promise<OutcomeOf<C>> {
    const name = typeof session === 'string' ? nameOf(session) : session;
    const outcome = await this.store.apply(name, command);
    if (this.#handsOnBehind && (command.kind === 'release' || command.kind === 'revoke')) await this.store.apply(name, { kind: 'inspect' });
    return outcome;
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
    const endMs = this.clock.now().monoMs + ms;
    if (this.isDistant) for (let next = this.clock.nextArmedMs; next !== undefined && next <= endMs; next = this.clock.nextArmedMs) await this.reach(next);
    this.clock.advance(endMs - this.clock.now().monoMs);
    for (const session of sessions) await this.inspect(session);
  }

  /** Lets days pass in which nothing is due. A distant store has loops that need not be followed through them. */
  leap(ms: number): void {
    if (this.isDistant) this.clock.leap(ms);
    else this.clock.advance(ms);
  }

  /** Moves the clock to a moment; a distant store is left the time to act on it and to set its timers anew. */
  async reach(atMs: number): Promise<void> {
    this.clock.advance(Math.max(0, atMs - this.clock.now().monoMs));
    for (let trips = this.isDistant ? this.#roundTrips : 0; trips > 0; trips -= 1) {
      // Whatever was sent to a node before is answered before what is sent to it now.
      if (this.#hasSlowNodes) await this.hear();
      else await this.inspect(MARKER);
      await nextTurn();
    }
  }

  /** Lets time pass with nobody looking or waiting, until the store has told something of the session by itself: the distant one within the second. */
  async passUnwatched(ms: number, session: string): Promise<void> {
    const isTold = (): boolean => this.events.some(({ name }) => name.key === session);
    if (!this.isDistant) this.clock.advance(ms);
    else for (let left = ms + LOOKS_EVERY_MS; left > 0; left -= LOOKS_EVERY_MS) await this.reach(this.clock.now().monoMs + Math.min(left, LOOKS_EVERY_MS));
    // Real time here is only what a commit, or a message, takes.
    for (let turn = 0; turn < 1_000 && !isTold(); turn += 1) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  /** What was told of a session since the last call. */
  takeWakes(session: string): Wake[] {
    return takeOut(this.wakes, ({ connection }) => connection.startsWith(connectionOf(session, '')));
  }

  async takeEvents(session: string): Promise<SessionEvent[]> {
    await this.hear();
    return takeOut(this.events, ({ name }) => name.key === session).map(({ event }) => event);
  }

  /** Waits until all events of what was answered so far are in. They are told in one order: when a marker's have come, so have those before it. */
  async hear(): Promise<void> {
    if (!this.isDistant) return;
    // Each is a session of its own: one that ended a thousand leases would be slow.
    const marker = nameOf(`marker ${(this.#markers += 1)}`, MARKERS);
    await this.take(marker, 'marker');
    await this.release(marker, 'marker');
    await until('the marker is told of', () => this.events.some(({ name, event }) => name.namespace === MARKERS && name.key === marker.key && event.type === 'ended'), { everyMs: 1 });
    takeOut(this.events, ({ name }) => name.namespace === MARKERS);
  }
}

const takeOut = <T>(from: T[], isWanted: (item: T) => boolean): T[] => {
  const taken = from.filter(isWanted);
  from.splice(0, from.length, ...from.filter((item) => !isWanted(item)));
  return taken;
};
