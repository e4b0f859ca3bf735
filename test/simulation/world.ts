/** A service in miniature around the pure functions: it delivers wakes, ticks when something is due, writes what the embedded store would write, and records what its clients see. */
import type { apply, Applied } from '../../service/src/session/apply.ts';
import type { Acquire, Command, Outcome } from '../../service/src/session/commands.ts';
import { isForgettable } from '../../service/src/session/forget.ts';
import { nextDueAt } from '../../service/src/session/settle.ts';
import { EMPTY_SESSION, type ConnectionId, type FencingToken, type LeaseIdHash, type Session } from '../../service/src/session/types.ts';
import { HistoryRecorder, type SentRequest } from '../support/history/recorder.ts';
import { InvariantBroken } from './invariant.ts';
import { checkTransition } from './invariants.ts';
import { SimulatedDisk } from './simulated-disk.ts';

export type Rules = typeof apply;

interface Waiting {
  readonly request: SentRequest;
  readonly session: string;
  readonly leaseIdHash: LeaseIdHash;
  /** The client has left, and the service does not know it. */
  left: boolean;
}

/** Moments of one millisecond are told apart in the history by fractions of it. */
const MOMENT_MS = 1e-5;

export class World {
  readonly recorder = new HistoryRecorder(() => this.monoMs + ++this.#moments * MOMENT_MS);
  readonly sessions = new Map<string, Session>();
  readonly waiting = new Map<ConnectionId, Waiting>();
  /** Connections that are over for their client, and whose close the service may still hear of. */
  readonly old: { readonly session: string; readonly leaseIdHash: LeaseIdHash; readonly connection: ConnectionId }[] = [];
  monoMs = 1_000_000;
  wallUs = 1_700_000_000_000_000;
  floor = 0 as FencingToken;
  readonly #rules: Rules;
  readonly #isWatched: boolean;
  readonly #disk = new SimulatedDisk();
  #moments = 0;
  #connections = 0;
  #wallWasSet = false;
  #agesAreExact = true;

  /** @param isWatched whether the invariants are checked at each step; without them only what clients see can tell that rules are wrong */
  constructor(rules: Rules, isWatched: boolean) {
    this.#rules = rules;
    this.#isWatched = isWatched;
  }

  get now(): { monoMs: number; wallUs: number } {
    return { monoMs: this.monoMs, wallUs: this.wallUs };
  }

  session(name: string): Session {
    return this.sessions.get(name) ?? EMPTY_SESSION;
  }

  perform(name: string, command: Command): Outcome {
    const before = this.session(name);
    const floorBefore = this.floor;
    const after: Applied = this.#rules(before, this.floor, command, this.now);
    if (this.#isWatched) checkTransition({ before, floorBefore, command, nowMs: this.monoMs, after, agesAreExact: this.#agesAreExact });
    this.floor = after.floor;
    if (after.session !== before) this.sessions.set(name, after.session);
    this.#disk.commit(name, before, after.session, this.now);
    for (const { connection, outcome } of after.wakes) this.#wake(connection, outcome);
    return after.outcome;
  }

  /** Carries an acquire out; gives its connection and, unless it waits, its outcome. */
  acquire(name: string, command: Omit<Acquire, 'connection'>, request: SentRequest): { connection: ConnectionId; outcome: Outcome | undefined } {
    const connection = `connection ${++this.#connections}` as ConnectionId;
    const outcome = this.perform(name, { ...command, connection });
    if (outcome.kind !== 'waiting') return { connection, outcome };
    request.queued();
    this.waiting.set(connection, { request, session: name, leaseIdHash: command.leaseIdHash, left: false });
    return { connection, outcome: undefined };
  }

  #wake(connection: ConnectionId, outcome: Outcome): void {
    const waiting = this.waiting.get(connection);
    if (!waiting) {
      if (this.#isWatched) throw new InvariantBroken(`${connection} is woken, but does not wait`);
      return;
    }
    this.waiting.delete(connection);
    if (!waiting.left) waiting.request.answered(outcome);
    this.old.push({ session: waiting.session, leaseIdHash: waiting.leaseIdHash, connection });
  }

  /** Every connection that waits stands in a queue, and every one in a queue waits: so each is woken once. */
  checkWaiting(): void {
    if (!this.#isWatched) return;
    const queued = [...this.sessions.values()].flatMap(({ waiters }) => waiters.flatMap(({ connection }) => (connection === undefined ? [] : [connection])));
    const missing = [...this.waiting.keys()].filter((connection) => !queued.includes(connection));
    if (missing.length > 0) throw new InvariantBroken(`${missing.join(', ')} will never be woken`);
    if (queued.length !== this.waiting.size) throw new InvariantBroken('a connection waits twice, or one that is gone');
  }

  /** Every moment at which time alone will change something, soonest first. */
  dueMoments(): number[] {
    const moments = [...this.sessions.values()].flatMap((session) => {
      const { lease, waiters } = session;
      const tickets = waiters.map(({ connection, waitEndsAtMs, ticketEndsAtMs }) => (connection === undefined ? ticketEndsAtMs : waitEndsAtMs));
      return [...(lease ? [lease.expiresAtMs] : []), ...tickets, ...session.replies.flatMap(({ dueAtMs, expiresAtMs }) => [dueAtMs, expiresAtMs])];
    });
    return moments.filter((atMs) => atMs >= this.monoMs).toSorted((a, b) => a - b);
  }

  /** Time passes and the shell looks whenever something is due. */
  pass(ms: number): void {
    const untilMs = this.monoMs + ms;
    for (;;) {
      const due = [...this.sessions].map(([name, session]) => ({ name, atMs: nextDueAt(session) ?? Infinity })).toSorted((a, b) => a.atMs - b.atMs)[0];
      if (!due || due.atMs > untilMs) break;
      this.#moveTo(Math.max(due.atMs, this.monoMs));
      this.perform(due.name, { kind: 'tick' });
    }
    this.#moveTo(untilMs);
  }

  /** Time passes and nobody looks; `wakeUp` is called when the shell may look again. */
  stall(ms: number, wakeUp: (tick: () => void) => void): void {
    const fault = this.recorder.fault({ kind: 'outage', restarted: false });
    this.#moveTo(this.monoMs + ms);
    wakeUp(() => {
      this.pass(0);
      fault.answered({ kind: 'over' });
    });
  }

  stepWall(byMs: number): void {
    this.wallUs += byMs * 1000;
    this.#wallWasSet = true;
    this.recorder.fault({ kind: 'wall-step' }).answered({ kind: 'over' });
  }

  /** The process is killed, and starts again on what was written: no waiter, no renewal, no connection is left. */
  restart(downMs: number): void {
    const fault = this.recorder.fault({ kind: 'outage', restarted: true });
    for (const { request, left } of this.waiting.values()) if (!left) request.gaveUp();
    this.waiting.clear();
    this.old.length = 0;
    this.#moveTo(this.monoMs + downMs);
    this.sessions.clear();
    for (const [name, session] of this.#disk.read(this.now)) this.sessions.set(name, session);
    this.#agesAreExact = !this.#wallWasSet;
    fault.answered({ kind: 'over' });
  }

  forget(name: string): void {
    if (!isForgettable(this.session(name), this.now)) return;
    this.sessions.delete(name);
    this.#disk.forget(name);
  }

  #moveTo(ms: number): void {
    this.wallUs += (ms - this.monoMs) * 1000;
    this.monoMs = ms;
  }
}
