/** One history on the pure functions: each step becomes the commands that clients who know how things stand would send, with all that must come of them. */
import { apply, type Applied } from '../../../service/src/session/apply.ts';
import type { Command, Outcome, Renew, SessionEvent, Tick, Wake } from '../../../service/src/session/commands.ts';
import { isIdle } from '../../../service/src/session/forget.ts';
import { findReply } from '../../../service/src/session/replies/order.ts';
import { nextDueAt } from '../../../service/src/session/settle.ts';
import { EMPTY_SESSION, type FencingToken, type Session } from '../../../service/src/session/types.ts';
import type { Asked, Expected } from './expected.ts';

export const START = { monoMs: 1_000_000, wallUs: 1_700_000_000_000_000 };

interface Kept {
  state: Session;
  /** By reply number; another map whenever it changes. */
  payloads: ReadonlyMap<number, string>;
}

interface Done {
  readonly outcomes: Outcome[];
  readonly wakes: Wake[];
  readonly events: Map<number, SessionEvent[]>;
}

export class PureSide {
  readonly expected: Expected[] = [];
  readonly #comparesEvery: number;
  readonly #sessions = new Map<number, Kept>();
  #monoMs = START.monoMs;
  #wallUs = START.wallUs;
  #floor: FencingToken;

  /** @param comparesEvery the state is compared after every so many commands: a large one takes long to read */
  constructor(floor: FencingToken, comparesEvery = 1) {
    this.#floor = floor;
    this.#comparesEvery = comparesEvery;
  }

  get now(): { monoMs: number; wallUs: number } {
    return { monoMs: this.#monoMs, wallUs: this.#wallUs };
  }

  get floor(): FencingToken {
    return this.#floor;
  }

  session(session: number): Session {
    return this.#kept(session).state;
  }

  move(ms: number): void {
    this.#monoMs += ms;
    this.#wallUs += ms * 1_000;
  }

  stepWall(ms: number): void {
    this.#wallUs += ms * 1_000;
  }

  one(session: number, command: Exclude<Command, Tick>): Outcome {
    const done = newlyDone();
    this.#apply(session, command, done);
    this.#expect({ kind: 'one', session, command }, done.outcomes[0], [session], done);
    return done.outcomes[0]!;
  }

  renewMany(renewals: readonly { readonly session: number; readonly command: Renew }[]): void {
    const done = newlyDone();
    for (const { session, command } of renewals) this.#apply(session, command, done);
    this.#expect({ kind: 'renew-many', renewals }, done.outcomes, [...new Set(renewals.map(({ session }) => session))], done);
  }

  tickMany(sessions: readonly number[], isCompared?: boolean): void {
    const done = newlyDone();
    for (const session of sessions) this.#apply(session, { kind: 'tick' }, done);
    this.#expect({ kind: 'tick-many', sessions }, sessions.map((session) => nextDueAt(this.session(session))), sessions, done, isCompared);
  }

  /** @param byName compares sessions by the bytes of their names, as an index does that has them at the same score */
  due(byName: (a: number, b: number) => number): void {
    const due = [...this.#sessions.keys()].flatMap((session) => ({ session, atMs: nextDueAt(this.session(session)) ?? Infinity })).filter(({ atMs }) => atMs <= this.#monoMs);
    const sessions = due.toSorted((a, b) => a.atMs - b.atMs || byName(a.session, b.session)).map(({ session }) => session);
    const done = newlyDone();
    for (const session of sessions) this.#apply(session, { kind: 'tick' }, done);
    this.#expect({ kind: 'due' }, { sessions: sessions.length, noGrantsBeforeMs: 0 }, sessions, done);
  }

  /** To be called when nothing has been due or worth keeping for long: a store may be later than the rule, never earlier. */
  sweep(): void {
    const idle = [...this.#sessions.keys()].filter((session) => this.session(session) !== EMPTY_SESSION && isIdle(this.session(session)));
    for (const session of idle) this.#sessions.set(session, newlyKept());
    this.#expect({ kind: 'sweep' }, idle.length, [...this.#sessions.keys()], newlyDone());
  }

  /** Compares every session as it is now. */
  end(): void {
    this.tickMany([...this.#sessions.keys()], true);
  }

  #apply(session: number, command: Command, done: Done): void {
    const kept = this.#kept(session);
    const applied: Applied = apply(kept.state, this.#floor, command, this.now);
    kept.state = applied.session;
    this.#floor = applied.floor;
    this.#keepPayload(kept, command);
    done.outcomes.push(applied.outcome);
    done.wakes.push(...applied.wakes);
    done.events.set(session, [...(done.events.get(session) ?? []), ...applied.events]);
  }

  #expect(asked: Asked, outcome: unknown, sessions: readonly number[], { wakes, events }: Done, isCompared = this.expected.length % this.#comparesEvery === 0): void {
    const isDueTold = asked.kind === 'one' || (asked.kind === 'renew-many' && sessions.length === 1);
    this.expected.push({
      asked,
      now: this.now,
      outcome,
      dueAtMs: isDueTold ? nextDueAt(this.session(sessions[0]!)) : 'untold',
      wakes,
      told: [...events].flatMap(([session, told]) => (told.length > 0 ? [{ session, events: told }] : [])),
      floor: this.#floor,
      settled: [...this.#sessions.values()].reduce((sum, { state }) => sum + state.settledReplies.length, 0),
      after: (isCompared ? sessions : []).map((session) => ({ session, state: this.session(session), payloads: this.#kept(session).payloads })),
    });
  }

  /** Kept when the reply is new, dropped when the rules say so. */
  #keepPayload(kept: Kept, command: Command): void {
    const { state } = kept;
    const payloads = new Map(kept.payloads);
    const parked = command.kind === 'park' ? findReply(state, command.replyId) : undefined;
    if (command.kind === 'park' && parked?.number === state.repliesParked && parked.payloadHash === command.payloadHash) payloads.set(parked.number, command.payload);
    const wanted = new Set([...state.replies, ...state.settledReplies].flatMap(({ number, payloadDropped }) => (payloadDropped ? [] : [number])));
    for (const number of payloads.keys()) if (!wanted.has(number)) payloads.delete(number);
    if (payloads.size !== kept.payloads.size || (parked && !kept.payloads.has(parked.number))) kept.payloads = payloads;
  }

  #kept(session: number): Kept {
    const kept: Kept = this.#sessions.get(session) ?? newlyKept();
    this.#sessions.set(session, kept);
    return kept;
  }
}

const newlyKept = (): Kept => ({ state: EMPTY_SESSION, payloads: new Map() });
const newlyDone = (): Done => ({ outcomes: [], wakes: [], events: new Map() });

