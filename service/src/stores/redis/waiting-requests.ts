/** The waiting connections of this instance, with what is needed to ask for them again, and one timer for each session that they wait for. */
import type { Clock, Timer } from '../../clock.ts';
import type { Acquire } from '../../session/commands.ts';
import type { ConnectionId } from '../../session/types.ts';

export interface WaitingConnection {
  readonly name: string;
  readonly command: Acquire;
  /** When its wait ends, on this process's clock. */
  readonly waitEndsAtMs: number;
  /** By the store's clock, once its answer has told it; undefined until then. */
  requestedAtMs: number | undefined;
  /** How long it had waited when it was asked for anew: the store counts from there. */
  waitedBeforeMs: number;
}

interface Watched {
  readonly connections: Set<ConnectionId>;
  alarm: { readonly atMs: number; readonly timer: Timer } | undefined;
}

export class WaitingRequests {
  readonly #clock: Clock;
  readonly #onDue: (name: string) => void;
  readonly #waiting = new Map<ConnectionId, WaitingConnection>();
  readonly #watched = new Map<string, Watched>();

  /** @param onDue called when something is due in a session that a connection waits for */
  constructor(clock: Clock, onDue: (name: string) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  add(name: string, command: Acquire): WaitingConnection {
    const waiting: WaitingConnection = { name, command, waitEndsAtMs: this.#clock.now().monoMs + command.waitMs, requestedAtMs: undefined, waitedBeforeMs: 0 };
    this.#waiting.set(command.connection, waiting);
    let watched = this.#watched.get(name);
    if (!watched) this.#watched.set(name, (watched = { connections: new Set(), alarm: undefined }));
    watched.connections.add(command.connection);
    return waiting;
  }

  get(connection: ConnectionId): WaitingConnection | undefined {
    return this.#waiting.get(connection);
  }

  remove(connection: ConnectionId): void {
    const waiting = this.#waiting.get(connection);
    if (!waiting) return;
    this.#waiting.delete(connection);
    const watched = this.#watched.get(waiting.name)!;
    watched.connections.delete(connection);
    if (watched.connections.size > 0) return;
    watched.alarm?.timer.cancel();
    this.#watched.delete(waiting.name);
  }

  /** Those whose requests the store has taken in. */
  all(): readonly WaitingConnection[] {
    return [...this.#waiting.values()].filter(({ requestedAtMs }) => requestedAtMs !== undefined);
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Sets the timer of a session that somebody waits for to its next due moment. */
  arm(name: string, atMs: number | undefined): void {
    const watched = this.#watched.get(name);
    if (!watched || watched.alarm?.atMs === atMs) return;
    watched.alarm?.timer.cancel();
    watched.alarm = undefined;
    if (atMs === undefined) return;
    const timer = this.#clock.after(atMs - this.#clock.now().monoMs, () => {
      watched.alarm = undefined;
      this.#onDue(name);
    });
    watched.alarm = { atMs, timer };
  }

  /** From now on nothing happens by itself. */
  stop(): void {
    for (const { alarm } of this.#watched.values()) alarm?.timer.cancel();
    this.#watched.clear();
    this.#waiting.clear();
  }
}
