/** Plays the steps of a history that are about replies, and writes down what their clients see. */
import type { Outcome } from '../../service/src/session/commands.ts';
import type { ReplyCommand } from '../../service/src/session/replies/commands.ts';
import type { LeaseIdHash, ReplyId } from '../../service/src/session/types.ts';
import type { HistoryOutcome, SessionCommand } from '../support/history/record.ts';
import { HASH_MARK } from './invariants.ts';
import { replyCommand, type ReplyStep } from './reply-steps.ts';
import type { SessionIds } from './session-ids.ts';
import type { World } from './world.ts';

/** Settled replies are remembered for seven days; a day less leaves no doubt. */
const NAMES_RETIRED_AFTER_MS = 6 * 24 * 3_600_000;

export class ReplyPlayer {
  readonly #world: World;
  readonly #ids: SessionIds;
  #generation = 0;
  #generationFromMs: number;

  constructor(world: World, ids: SessionIds) {
    this.#world = world;
    this.#ids = ids;
    this.#generationFromMs = world.monoMs;
  }

  take(step: ReplyStep): void {
    if (this.#world.monoMs > this.#generationFromMs + NAMES_RETIRED_AFTER_MS) this.retireNames();
    const name = `session ${step.session}`;
    const command = replyCommand(step, this.#world.session(name), {
      leaseIdHash: (slot) => `${HASH_MARK}${this.#ids.current(step.session, slot)}` as LeaseIdHash,
      replyId: (nth) => `r${nth}.${this.#generation}` as ReplyId,
      tokens: this.#ids.tokens(step.session).toSorted((a, b) => a - b),
    });
    const recorded = recordedAs(command);
    if (!recorded) return void this.#world.perform(name, command);
    const request = this.#world.recorder.sent(name, recorded);
    const outcome = this.#world.perform(name, command);
    if ('fate' in step && step.fate !== 'told') request.gaveUp();
    else request.answered(outcomeSeen(outcome));
  }

  /** From now on every name is that of another reply: the service may have forgotten the old ones. */
  retireNames(): void {
    this.#generation += 1;
    this.#generationFromMs = this.#world.monoMs;
  }
}

const outcomeSeen = (outcome: Outcome): HistoryOutcome => ({ ...outcome });

const leaseIdOf = (hash: LeaseIdHash): string => hash.slice(HASH_MARK.length);

/** Listings are not judged by what clients see. */
const recordedAs = (command: ReplyCommand): SessionCommand | undefined => {
  switch (command.kind) {
    case 'park': {
      const { kind, replyId, fencingToken, sequence, payload, payloadBytes, expiresInMs, committed } = command;
      return { kind, replyId, fencingToken, sequence, payload, payloadBytes, expiresInMs, committed };
    }
    case 'attempt': {
      const { kind, replyId, attempt, outcome, permanent = false } = command;
      return { kind, replyId, attempt, outcome, permanent, leaseId: leaseIdOf(command.leaseIdHash) };
    }
    case 'replay':
    case 'discard': {
      const own = command.leaseIdHash === undefined ? {} : { leaseId: leaseIdOf(command.leaseIdHash) };
      return { kind: command.kind, replyId: command.replyId, ...own };
    }
    case 'inspect-reply':
      return { kind: command.kind, replyId: command.replyId };
    case 'list-replies':
      return undefined;
  }
};
