/** The lease ids that clients use: a few slots for each session. A slot gets a fresh id once its old one may have been forgotten. */
import type { Outcome } from '../../service/src/session/commands.ts';
import type { World } from './world.ts';

/** Ended ids are remembered for 15 minutes; a minute less leaves no doubt. */
const RETIRED_AFTER_MS = 14 * 60_000;

interface Slot {
  generation: number;
  /** The id cannot have ended before this: its first use, or the last time its client was told that it lives. */
  aliveAtMs: number;
}

export class SessionIds {
  readonly #world: World;
  readonly #slots = new Map<string, Slot>();

  constructor(world: World) {
    this.#world = world;
  }

  current(session: number, slot: number): string {
    const { monoMs } = this.#world;
    const key = `${session}.${slot}`;
    const kept = this.#slots.get(key) ?? { generation: 0, aliveAtMs: monoMs };
    const isRetired = monoMs > kept.aliveAtMs + RETIRED_AFTER_MS;
    const now = isRetired ? { generation: kept.generation + 1, aliveAtMs: monoMs } : kept;
    this.#slots.set(key, now);
    return `${key}.${now.generation}`;
  }

  toldAlive(session: number, slot: number, outcome: Outcome): void {
    const kept = this.#slots.get(`${session}.${slot}`);
    if (kept && (outcome.kind === 'granted' || outcome.kind === 'renewed')) kept.aliveAtMs = this.#world.monoMs;
  }

  /** A restart tells ages by the wall clock; where that was set forward, any id may be forgotten. */
  retireAll(): void {
    for (const slot of this.#slots.values()) slot.aliveAtMs = -Infinity;
  }

  /** Every token that a client was told of in this session. */
  tokens(session: number): number[] {
    return this.#world.recorder.records.flatMap(({ session: name, outcome }) => (name === `session ${session}` && outcome.fencingToken !== undefined ? [outcome.fencingToken] : []));
  }
}
