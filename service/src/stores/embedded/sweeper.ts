/** A slow, bounded walk through all sessions: ends what nobody touches, forgets what nobody needs. */
import type { Clock, Timer } from '../../clock.ts';
import { isForgettable } from '../../session/forget.ts';
import { ENDED_ID_MS } from '../../session/limits.ts';
import { hasForgottenReplies } from '../../session/replies/put.ts';
import type { StoreCheck } from '../../session/store.ts';
import type { Entry, SessionTable } from './session-table.ts';

const PERIOD_MS = 250;
/** A round that could not change all it found due is followed by another so soon: nothing may come faster than it goes. */
const BUSY_PERIOD_MS = 10;
/** Sessions looked at in one round: a million are passed in two minutes, and a round takes about a millisecond. */
const VISITS_MAX = 2_000;
/** Sessions changed in one round, so that its commit stays small. */
const CHANGES_MAX = 200;
/** A loop that was silent for this long has stopped. */
const SILENT_MS_MAX = 10_000;

export interface SweeperParts {
  readonly clock: Clock;
  readonly table: SessionTable;
  readonly tick: (entry: Entry) => void;
  readonly forgetEnded: (entry: Entry) => void;
  readonly forget: (entry: Entry) => void;
  /** Idle sessions that may be remembered. */
  readonly idleMax: number;
}

export class Sweeper {
  readonly #parts: SweeperParts;
  #timer: Timer;
  #walk: Iterator<Entry, void> | undefined;
  #lastRoundMs: number;
  #rounds = 0;

  constructor(parts: SweeperParts) {
    this.#parts = parts;
    this.#lastRoundMs = parts.clock.now().monoMs;
    this.#timer = this.#after(PERIOD_MS);
  }

  check(): StoreCheck {
    const silentMs = this.#parts.clock.now().monoMs - this.#lastRoundMs;
    const ok = silentMs < SILENT_MS_MAX;
    return { name: 'sweep', ok, rounds: this.#rounds, ...(!ok && { detail: `no round for ${silentMs} ms` }) };
  }

  stop(): void {
    this.#timer.cancel();
  }

  #after(delayMs: number): Timer {
    return this.#parts.clock.after(delayMs, () => {
      const changes = this.#round();
      this.#timer = this.#after(changes < CHANGES_MAX ? PERIOD_MS : BUSY_PERIOD_MS);
    });
  }

  /** Returns how many sessions it has changed. */
  #round(): number {
    const { table, clock, forget, idleMax } = this.#parts;
    this.#lastRoundMs = clock.now().monoMs;
    this.#rounds += 1;
    let changes = 0;
    for (; changes < CHANGES_MAX && table.idleSize > idleMax; changes += 1) forget(table.oldestIdle!);
    for (let visits = 0; visits < VISITS_MAX && changes < CHANGES_MAX; visits += 1) {
      this.#walk ??= table.entries();
      const { value: entry } = this.#walk.next();
      if (!entry) {
        this.#walk = undefined;
        break;
      }
      if (this.#visit(entry)) changes += 1;
    }
    return changes;
  }

  #visit(entry: Entry): boolean {
    const { clock, tick, forgetEnded, forget } = this.#parts;
    const now = clock.now();
    const { lease, ended } = entry.session;
    if (lease && lease.expiresAtMs <= now.monoMs) {
      tick(entry);
      return true;
    }
    if (isForgettable(entry.session, now)) {
      forget(entry);
      return true;
    }
    if (hasForgottenReplies(entry.session, now.monoMs)) {
      tick(entry);
      return true;
    }
    if (ended.length > 0 && ended[0]!.endedAtMs + ENDED_ID_MS <= now.monoMs) tick(entry);
    if (!entry.endedWritten || entry.session.ended.length > 0) return false;
    forgetEnded(entry);
    return true;
  }
}
