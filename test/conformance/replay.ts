/** Plays one history against a store and against the pure functions, side by side, and compares all that both tell. */
import assert from 'node:assert/strict';
import { apply } from '../../service/src/session/apply.ts';
import type { Command, SessionEvent, Wake } from '../../service/src/session/commands.ts';
import { nextDueAt } from '../../service/src/session/settle.ts';
import { EMPTY_SESSION, type ConnectionId, type FencingToken, type LeaseIdHash, type Session } from '../../service/src/session/types.ts';
import { BACKGROUND_SLOTS, SESSIONS, type Step } from '../simulation/steps.ts';
import { INSTANCE_ID, type StoreUnderTest } from './store-under-test.ts';
import { TokenNames } from './token-names.ts';

const PASS_MS_MAX = 15 * 60_000;

export class Replay {
  readonly #store: StoreUnderTest;
  readonly #name: string;
  readonly #sessions = new Map<string, Session>();
  readonly #connections: { readonly session: number; readonly leaseIdHash: LeaseIdHash; readonly connection: ConnectionId }[] = [];
  readonly #pure = new TokenNames();
  readonly #stored = new TokenNames();
  #floor = 0 as FencingToken;
  /** What the pure functions have told since the last comparison, and the answers of both sides. */
  #told = newlyTold();
  #compared = 0;

  constructor(store: StoreUnderTest, name: string) {
    this.#store = store;
    this.#name = name;
  }

  async take(step: Step): Promise<void> {
    if (step.do === 'pass') await this.#pass(step);
    else if (step.do === 'step-wall') this.#store.clock.stepWall(step.byMs);
    else for (const { session, command } of this.#commandsOf(step)) await this.#both(session, command);
    for (let session = 0; session < SESSIONS; session += 1) await this.#both(session, { kind: 'inspect' });
    await this.#store.hear();
    this.#compareTold();
  }

  /** How many answers, wakes and events were compared. */
  async end(): Promise<number> {
    await this.take({ do: 'pass', ms: 120_000, toDue: undefined, stalled: false });
    return this.#compared;
  }

  #commandsOf(step: Exclude<Step, { do: 'pass' | 'step-wall' }>): { session: number; command: Command }[] {
    switch (step.do) {
      case 'acquire': {
        const { otherClass, ...terms } = step.terms;
        const leaseIdHash = this.#hashOf(step);
        const connection = `${INSTANCE_ID}:${this.#name}, connection ${this.#connections.length}` as ConnectionId;
        this.#connections.push({ session: step.session, leaseIdHash, connection });
        const background = BACKGROUND_SLOTS.includes(step.slot) !== otherClass;
        return [{ session: step.session, command: { kind: 'acquire', leaseIdHash, connection, holder: step.thief ? 'thief' : `holder ${step.slot % 2}`, background, ...terms } }];
      }
      case 'renew':
        return [{ session: step.session, command: { kind: 'renew', leaseIdHash: this.#hashOf(step), ttlMs: step.ttlMs } }];
      case 'release':
        return [{ session: step.session, command: { kind: 'release', leaseIdHash: this.#hashOf(step) } }];
      case 'leave':
      case 'close-old': {
        const closed = this.#connections.at(-1 - step.nth);
        return closed ? [{ session: closed.session, command: { kind: 'disconnect', leaseIdHash: closed.leaseIdHash, connection: closed.connection } }] : [];
      }
      case 'yield':
        return [{ session: step.session, command: { kind: 'yield', by: 'operator', graceMs: step.graceMs } }];
      case 'revoke':
        return [{ session: step.session, command: { kind: 'revoke' } }];
      case 'fence':
        return this.#fence(step.session, step.nth);
      // A store forgets and restarts in tests of its own.
      case 'inspect':
      case 'forget':
      case 'restart':
        return [];
    }
  }

  #hashOf({ slot }: { slot: number }): LeaseIdHash {
    return `id ${slot}` as LeaseIdHash;
  }

  /** A token is asked for by its place in the order of grants, since each side has tokens of its own. */
  #fence(session: number, nth: number): { session: number; command: Command }[] {
    const names = this.#pure.of(session);
    const token = names[nth % Math.max(1, names.length)];
    if (token === undefined) return [];
    return [{ session, command: { kind: 'fence', fencingToken: token as FencingToken } }];
  }

  async #both(session: number, command: Command): Promise<void> {
    const expected = this.#carryOut(session, command);
    const asked = command.kind === 'fence' ? { ...command, fencingToken: this.#stored.translate(session, command.fencingToken, this.#pure) as FencingToken } : command;
    this.#told.answers.push({ session, command, expected, actual: await this.#store.do(this.#keyOf(session), asked) });
  }

  #keyOf(session: number): string {
    return `${this.#name}, session ${session}`;
  }

  #carryOut(session: number, command: Command): unknown {
    const key = this.#keyOf(session);
    const applied = apply(this.#sessions.get(key) ?? EMPTY_SESSION, this.#floor, command, this.#store.clock.now());
    this.#sessions.set(key, applied.session);
    this.#floor = applied.floor;
    this.#told.events.push(...applied.events.map((event) => ({ session, event })));
    this.#told.wakes.push(...applied.wakes);
    return applied.outcome;
  }

  /**
   * The pure functions are looked at whenever something is due; the store's clock moves as far, and its own timers do the rest. A
   * distant store is exact only where a connection of its own waits; elsewhere it looks once a second, and is sent there in time.
   * Its clock goes from one due moment to the next: whatever it does by itself in between finds nothing to do.
   */
  async #pass({ ms, toDue }: Step & { do: 'pass' }): Promise<void> {
    const { clock } = this.#store;
    const startMs = clock.now().monoMs;
    const moments = [...this.#sessions.values()].flatMap((session) => nextDueAt(session) ?? session.lease?.expiresAtMs ?? []).toSorted((a, b) => a - b);
    const dueMs = toDue === undefined ? undefined : moments[toDue % Math.max(1, moments.length)];
    const untilMs = startMs + Math.min(PASS_MS_MAX, Math.max(0, dueMs === undefined ? ms : dueMs + ms - startMs));
    for (;;) {
      const due = Array.from({ length: SESSIONS }, (_, session) => ({ session, atMs: nextDueAt(this.#sessions.get(this.#keyOf(session)) ?? EMPTY_SESSION) ?? Infinity }));
      const [first] = due.toSorted((a, b) => a.atMs - b.atMs);
      if (!first || first.atMs > untilMs) break;
      await this.#store.reach(first.atMs);
      if (this.#store.isDistant && !this.#isWaitedFor(first.session)) await this.#store.do(this.#keyOf(first.session), { kind: 'tick' });
      this.#carryOut(first.session, { kind: 'tick' });
    }
    clock.advance(untilMs - clock.now().monoMs);
  }

  #isWaitedFor(session: number): boolean {
    return (this.#sessions.get(this.#keyOf(session)) ?? EMPTY_SESSION).waiters.some(({ connection }) => connection !== undefined);
  }

  /** All that was told of a session must be the same, in the same order; between sessions there is none. Events name every token in the order of grants. */
  #compareTold(): void {
    const events = this.#store.events.splice(0);
    const wakes = this.#store.wakes.splice(0);
    for (let session = 0; session < SESSIONS; session += 1) {
      const own = events.flatMap(({ name, event }) => (name.key === this.#keyOf(session) ? [event] : []));
      const expected = this.#told.events.flatMap((told) => (told.session === session ? [told.event] : []));
      this.#mustEqual(session, own, expected, `the events of session ${session}`);
    }
    for (const { session, command, expected, actual } of this.#told.answers) this.#mustEqual(session, [actual], [expected], `the answer to ${JSON.stringify(command)}`);
    for (const { session, connection } of this.#connections) {
      const toConnection = (told: readonly Wake[]): Wake[] => told.filter((wake) => wake.connection === connection);
      this.#mustEqual(session, toConnection(wakes), toConnection(this.#told.wakes), `the wakes of ${connection}`);
    }
    this.#told = newlyTold();
  }

  #mustEqual(session: number, actual: readonly unknown[], expected: readonly unknown[], what: string): void {
    const wanted = expected.map((one) => this.#pure.name(session, one));
    const got = actual.map((one) => this.#stored.name(session, one));
    assert.deepEqual(got, wanted, what);
    this.#compared += got.length;
  }
}

interface Told {
  readonly wakes: Wake[];
  readonly events: { readonly session: number; readonly event: SessionEvent }[];
  readonly answers: { readonly session: number; readonly command: Command; readonly expected: unknown; readonly actual: unknown }[];
}

const newlyTold = (): Told => ({ wakes: [], events: [], answers: [] });
