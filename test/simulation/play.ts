/** Plays a random history against a set of rules, and judges it: by the invariants at each step, and by the checker at the end. */
import type { Outcome } from '../../service/src/session/commands.ts';
import type { ConnectionId, FencingToken, LeaseIdHash } from '../../service/src/session/types.ts';
import { checkHistory } from '../support/history/checker.ts';
import type { SentRequest } from '../support/history/recorder.ts';
import { describe, type Violation } from '../support/history/violation.ts';
import { HASH_MARK } from './invariants.ts';
import { ReplyPlayer } from './reply-play.ts';
import type { AnyStep } from './reply-steps.ts';
import { SessionIds } from './session-ids.ts';
import { BACKGROUND_SLOTS, type Fate, type Step } from './steps.ts';
import { World, type Rules } from './world.ts';

/** A promise that a history broke; its message begins with the promise's id. */
export class PromiseBroken extends Error {
  override readonly name = 'PromiseBroken';
}

/**
 * @throws InvariantBroken when a step left the state wrong
 * @throws PromiseBroken when the clients saw a promise broken
 */
export const play = (steps: readonly AnyStep[], rules: Rules): void => {
  const world = playIn(new World(rules, true), steps);
  if (world.waiting.size > 0) throw new PromiseBroken('L4: a connection was never answered');
  const [violation] = judge(world);
  if (violation) throw new PromiseBroken(describe(violation));
};

/** What the clients saw that no lawful service could have shown them; nobody looks at the state. */
export const violationsSeen = (steps: readonly AnyStep[], rules: Rules): Violation[] => judge(playIn(new World(rules, false), steps));

const judge = ({ recorder }: World): Violation[] => checkHistory(recorder.records, { slackMs: 0, lateMs: 0, promptMs: 1 });

const playIn = (world: World, steps: readonly AnyStep[]): World => {
  const player = new Player(world);
  for (const step of steps) player.take(step);
  player.end();
  return world;
};

const nameOf = (session: number): string => `session ${session}`;

class Player {
  readonly world: World;
  readonly #ids: SessionIds;
  readonly #replies: ReplyPlayer;
  /** After a stall the shell looks only once the next thing has happened. */
  #owedTick: (() => void) | undefined;
  #wallWasSetForward = false;

  constructor(world: World) {
    this.world = world;
    this.#ids = new SessionIds(world);
    this.#replies = new ReplyPlayer(world, this.#ids);
  }

  take(step: AnyStep): void {
    const owedTick = this.#owedTick;
    this.#owedTick = undefined;
    if (step.do === 'pass' || step.do === 'restart') owedTick?.();
    this.#perform(step);
    if (step.do !== 'pass' && step.do !== 'restart') owedTick?.();
    this.world.checkWaiting();
  }

  /** Lets everybody's time run out. */
  end(): void {
    this.#owedTick?.();
    this.world.pass(2 * 3_600_000);
    this.world.checkWaiting();
  }

  #perform(step: AnyStep): void {
    const { world } = this;
    switch (step.do) {
      case 'acquire':
        return this.#acquire(step);
      case 'renew':
      case 'release': {
        const id = this.#ids.current(step.session, step.slot);
        const leaseIdHash = `${HASH_MARK}${id}` as LeaseIdHash;
        const ttl = step.do === 'renew' && step.ttlMs !== undefined ? { ttlMs: step.ttlMs } : {};
        const request = world.recorder.sent(nameOf(step.session), { kind: step.do, leaseId: id, ...ttl });
        const outcome = world.perform(nameOf(step.session), { kind: step.do, leaseIdHash, ...ttl });
        if (step.fate === 'told') this.#ids.toldAlive(step.session, step.slot, outcome);
        return this.#answer(request, outcome, step.fate);
      }
      case 'leave':
        return this.#leave(step.nth, step.noticed);
      case 'close-old': {
        const old = world.old[step.nth % Math.max(1, world.old.length)];
        if (old) world.perform(old.session, { kind: 'disconnect', leaseIdHash: old.leaseIdHash, connection: old.connection });
        return;
      }
      case 'yield': {
        const grace = step.graceMs === undefined ? {} : { graceMs: step.graceMs };
        const request = world.recorder.sent(nameOf(step.session), { kind: 'yield' });
        return request.answered(world.perform(nameOf(step.session), { kind: 'yield', by: 'operator', ...grace }));
      }
      case 'revoke':
      case 'inspect': {
        const request = world.recorder.sent(nameOf(step.session), { kind: step.do });
        return request.answered(world.perform(nameOf(step.session), { kind: step.do }));
      }
      case 'fence': {
        const known = this.#ids.tokens(step.session);
        const fencingToken = ((known[step.nth % Math.max(1, known.length)] ?? 7) + step.offset) as FencingToken;
        const request = world.recorder.sent(nameOf(step.session), { kind: 'fence', fencingToken });
        return request.answered(world.perform(nameOf(step.session), { kind: 'fence', fencingToken }));
      }
      case 'pass':
        return this.#pass(step);
      case 'step-wall':
        this.#wallWasSetForward ||= step.byMs > 0;
        return world.stepWall(step.byMs);
      case 'restart':
        if (this.#wallWasSetForward) {
          this.#ids.retireAll();
          this.#replies.retireNames();
        }
        return world.restart(step.downMs);
      case 'forget':
        return world.forget(nameOf(step.session));
      case 'park':
      case 'attempt':
      case 'replay':
      case 'discard':
      case 'inspect-reply':
      case 'list-replies':
        return this.#replies.take(step);
    }
  }

  #acquire({ session, slot, terms, fate, thief }: Step & { do: 'acquire' }): void {
    const id = this.#ids.current(session, slot);
    const { ttlMs, waitMs, maxHoldMs } = terms;
    const background = BACKGROUND_SLOTS.includes(slot) !== terms.otherClass;
    // Ids share holders, so that a name alone tells nobody apart.
    const holder = thief ? 'thief' : `holder ${slot % 2}`;
    const request = this.world.recorder.sent(nameOf(session), { kind: 'acquire', leaseId: id, holder, ttlMs, waitMs, background });
    const leaseIdHash = `${HASH_MARK}${id}` as LeaseIdHash;
    const command = { kind: 'acquire' as const, leaseIdHash, holder, ttlMs, waitMs, background, maxHoldMs, maxWaiters: terms.maxWaiters, yieldRequest: terms.yieldRequest };
    const { connection, outcome } = this.world.acquire(nameOf(session), command, request);
    if (outcome && fate === 'told') this.#ids.toldAlive(session, slot, outcome);
    if (outcome) this.#answer(request, outcome, fate, { session, leaseIdHash, connection });
  }

  #answer(request: SentRequest, outcome: Outcome, fate: Fate, from?: { session: number; leaseIdHash: LeaseIdHash; connection: ConnectionId }): void {
    if (fate === 'told') return request.answered(outcome);
    request.gaveUp();
    if (!from) return;
    const closed = { session: nameOf(from.session), leaseIdHash: from.leaseIdHash, connection: from.connection };
    if (fate === 'lost') this.world.old.push(closed);
    else this.world.perform(closed.session, { kind: 'disconnect', leaseIdHash: from.leaseIdHash, connection: from.connection });
  }

  #leave(nth: number, noticed: boolean): void {
    const [connection, waiting] = [...this.world.waiting][nth % Math.max(1, this.world.waiting.size)] ?? [];
    if (!connection || !waiting || waiting.left) return;
    waiting.left = true;
    if (!noticed) return;
    waiting.request.gaveUp();
    this.world.perform(waiting.session, { kind: 'disconnect', leaseIdHash: waiting.leaseIdHash, connection });
    this.world.waiting.delete(connection);
  }

  #pass({ ms, toDue, stalled }: Step & { do: 'pass' }): void {
    const moments = this.world.dueMoments();
    const dueMs = toDue === undefined ? undefined : moments[toDue % Math.max(1, moments.length)];
    const spanMs = Math.max(0, dueMs === undefined ? ms : dueMs + ms - this.world.monoMs);
    if (!stalled) return this.world.pass(spanMs);
    this.world.stall(spanMs, (tick) => {
      this.#owedTick = tick;
    });
  }
}
