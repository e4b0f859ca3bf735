/** Turns the steps of a random history into commands, as clients would send them that know how the session stands. */
import type { Command, Outcome, Renew, Tick } from '../../../service/src/session/commands.ts';
import { nextDueAt } from '../../../service/src/session/settle.ts';
import type { ConnectionId, FencingToken, LeaseIdHash, Metadata, ReplyId } from '../../../service/src/session/types.ts';
import { replyCommand, type AnyStep, type ReplyStep } from '../../simulation/reply-steps.ts';
import { BACKGROUND_SLOTS, SESSIONS, type Fate, type Step } from '../../simulation/steps.ts';
import type { PureSide } from './pure-side.ts';

/** The instance that sends every command, and another one: each has connections that wait. */
export const OWN_INSTANCE = 'own';
export const OTHER_INSTANCE = 'other';

/** Of three connections one waits at the other instance. */
const ELSEWHERE = 3;
/** Of three requests with an id that is over one has that id all the same. */
const FRESH = 3;
/** Longer than a session is remembered, or a reply lives. */
const LONG_MS = 8 * 24 * 3_600_000;
const METADATA: Metadata = { draft: 'm1', nested: { list: [1, 'ü', null, '"', '😀'] } };

interface Connection {
  readonly session: number;
  readonly leaseIdHash: LeaseIdHash;
  readonly connection: ConnectionId;
}

export class HistoryPlayer {
  readonly #pure: PureSide;
  readonly #byName: (a: number, b: number) => number;
  readonly #generations = new Map<string, number>();
  readonly #connections: Connection[] = [];
  readonly #tokens = new Map<number, number[]>();
  #count = 0;

  constructor(pure: PureSide, byName: (a: number, b: number) => number) {
    this.#pure = pure;
    this.#byName = byName;
  }

  take(step: AnyStep): void {
    this.#count += 1;
    switch (step.do) {
      case 'acquire':
        return this.#acquire(step);
      case 'renew':
        return void this.#one(step.session, this.#renewal(step));
      case 'release':
        return void this.#one(step.session, { kind: 'release', leaseIdHash: this.#hashOf(step.session, step.slot) });
      case 'leave':
      case 'close-old':
        return this.#close(this.#connections.at(-1 - step.nth));
      case 'yield':
        return void this.#one(step.session, { kind: 'yield', by: 'operator', graceMs: step.graceMs, reason: step.graceMs === 0 ? '' : undefined });
      case 'revoke':
      case 'inspect':
        return void this.#one(step.session, { kind: step.do });
      case 'fence': {
        const known = this.#tokensOf(step.session);
        return void this.#one(step.session, { kind: 'fence', fencingToken: ((known[step.nth % Math.max(1, known.length)] ?? 7) + step.offset) as FencingToken });
      }
      case 'pass':
        return this.#pass(step);
      case 'step-wall':
        return this.#pure.stepWall(step.byMs);
      // Forgetting and restarts are not commands; what scripts do for many sessions takes their place.
      case 'forget':
        return this.#look();
      case 'restart':
        return this.#renewMany();
      case 'list-replies':
        return this.#page(step);
      default:
        return void this.#reply(step);
    }
  }

  /** Lets everybody's time run out, and then so much that all is forgotten but replies that somebody has to look at. */
  end(): void {
    const sessions = Array.from({ length: SESSIONS }, (_, session) => session);
    this.#passBy(2 * 3_600_000, true);
    for (const session of sessions) this.#one(session, { kind: 'inspect' });
    this.#pure.move(LONG_MS);
    this.#pure.tickMany(sessions);
    this.#pure.move(LONG_MS);
    this.#pure.sweep();
  }

  #one(session: number, command: Exclude<Command, Tick>): Outcome {
    const outcome = this.#pure.one(session, command);
    const { lease } = this.#pure.session(session);
    const known = this.#tokensOf(session);
    if (lease && !known.includes(lease.fencingToken)) this.#tokens.set(session, [...known, lease.fencingToken]);
    return outcome;
  }

  #tokensOf(session: number): readonly number[] {
    return this.#tokens.get(session) ?? [];
  }

  #hashOf(session: number, slot: number): LeaseIdHash {
    return `id ${slot}.${this.#generations.get(`${session}.${slot}`) ?? 0}` as LeaseIdHash;
  }

  #renewal({ session, slot, ttlMs }: Step & { do: 'renew' }): Renew {
    const metadata = ttlMs === 1_000 ? { renewed: this.#count } : undefined;
    return { kind: 'renew', leaseIdHash: this.#hashOf(session, slot), ttlMs, metadata };
  }

  #acquire({ session, slot, terms: { otherClass, yieldRequest, ...terms }, fate, thief }: Step & { do: 'acquire' }): void {
    const isOver = this.#pure.session(session).ended.some(({ leaseIdHash }) => leaseIdHash === this.#hashOf(session, slot));
    if (isOver && this.#count % FRESH !== 0) this.#generations.set(`${session}.${slot}`, this.#count);
    const leaseIdHash = this.#hashOf(session, slot);
    const instance = this.#count % ELSEWHERE === 0 ? OTHER_INSTANCE : OWN_INSTANCE;
    const connection = `${instance}:connection ${this.#connections.length}` as ConnectionId;
    this.#connections.push({ session, leaseIdHash, connection });
    const asked = yieldRequest && { yieldRequest: { graceMs: yieldRequest.graceMs, reason: yieldRequest.graceMs === undefined ? undefined : 'it is urgent' } };
    const metadata = slot % 2 === 0 ? METADATA : undefined;
    this.#one(session, { kind: 'acquire', leaseIdHash, connection, holder: thief ? 'thief' : `holder ${slot % 2}`, background: BACKGROUND_SLOTS.includes(slot) !== otherClass, metadata, ...terms, ...asked });
    if (closes(fate)) this.#close(this.#connections.at(-1));
  }

  #close(closed: Connection | undefined): void {
    if (closed) this.#one(closed.session, { kind: 'disconnect', leaseIdHash: closed.leaseIdHash, connection: closed.connection });
  }

  #reply(step: ReplyStep): Outcome {
    return this.#one(step.session, replyCommand(step, this.#pure.session(step.session), {
      leaseIdHash: (slot) => this.#hashOf(step.session, slot),
      replyId: (nth) => `r${nth}` as ReplyId,
      tokens: this.#tokensOf(step.session).toSorted((a, b) => a - b),
    }));
  }

  /** A page, and the one behind it. */
  #page(step: ReplyStep & { do: 'list-replies' }): void {
    const page = this.#reply(step);
    if (page.kind === 'replies' && page.nextAfter) this.#one(step.session, { kind: 'list-replies', state: step.state, limit: step.limit, after: page.nextAfter });
  }

  /** The holders' leases, a session named twice, and an id that nobody has. */
  #renewMany(): void {
    const own = Array.from({ length: SESSIONS }, (_, session) => ({ session, command: { kind: 'renew' as const, leaseIdHash: this.#pure.session(session).lease?.leaseIdHash ?? this.#hashOf(session, 0) } }));
    const again = own.map(({ session, command }, place) => ({ session, command: place === 0 ? { ...command, ttlMs: 3_000 } : { ...command, leaseIdHash: 'nobody' as LeaseIdHash } }));
    this.#pure.renewMany(this.#count % 2 === 0 ? own : [...own, ...again]);
  }

  /** Somebody looks for what is due: at all that stands in the index, or at every session by its name. */
  #look(): void {
    if (this.#count % 2 === 0) this.#pure.due(this.#byName);
    else this.#pure.tickMany(Array.from({ length: SESSIONS }, (_, session) => session));
  }

  #pass({ ms, toDue, stalled }: Step & { do: 'pass' }): void {
    const { monoMs } = this.#pure.now;
    const moments = this.#moments();
    const dueMs = toDue === undefined ? undefined : moments[toDue % Math.max(1, moments.length)];
    this.#passBy(Math.max(0, dueMs === undefined ? ms : dueMs + ms - monoMs), !stalled);
  }

  /** @param isLookedAt whether somebody looks whenever something is due; after a stall it is looked at once */
  #passBy(ms: number, isLookedAt: boolean): void {
    const untilMs = this.#pure.now.monoMs + ms;
    for (let next = this.#nextDue(); isLookedAt && next.atMs <= untilMs; next = this.#nextDue()) {
      this.#moveTo(Math.max(next.atMs, this.#pure.now.monoMs));
      this.#count += 1;
      if (this.#count % 2 === 0) this.#pure.due(this.#byName);
      else this.#pure.tickMany([next.session]);
    }
    this.#moveTo(untilMs);
    if (!isLookedAt && this.#count % 2 === 0) this.#look();
  }

  #nextDue(): { readonly session: number; readonly atMs: number } {
    const due = Array.from({ length: SESSIONS }, (_, session) => ({ session, atMs: nextDueAt(this.#pure.session(session)) ?? Infinity }));
    return due.toSorted((a, b) => a.atMs - b.atMs)[0]!;
  }

  #moveTo(atMs: number): void {
    this.#pure.move(atMs - this.#pure.now.monoMs);
  }

  /** Every moment at which time alone will change something, soonest first. */
  #moments(): number[] {
    const moments = Array.from({ length: SESSIONS }, (_, session) => this.#pure.session(session)).flatMap(({ lease, waiters, replies }) => [
      ...(lease ? [lease.expiresAtMs] : []),
      ...waiters.map(({ connection, waitEndsAtMs, ticketEndsAtMs }) => (connection === undefined ? ticketEndsAtMs : waitEndsAtMs)),
      ...replies.flatMap(({ dueAtMs, expiresAtMs }) => [dueAtMs, expiresAtMs]),
    ]);
    return moments.filter((atMs) => atMs >= this.#pure.now.monoMs).toSorted((a, b) => a - b);
  }
}

const closes = (fate: Fate): boolean => fate === 'lost-and-closed';
