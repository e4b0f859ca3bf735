/** Acquires, and what keeps those that wait from waiting in vain: each is asked about again until it is answered, whatever messages were lost. */
import type { Clock } from '../../clock.ts';
import type { Acquire, Outcomes, Wake } from '../../session/commands.ts';
import { StoreUnavailableError } from '../../session/errors.ts';
import type { ConnectionId } from '../../session/types.ts';
import { inParts } from './in-parts.ts';
import { acquireScript, type NoGrants } from './lua/acquire.ts';
import { recheckScript, type WaitingRequest } from './lua/recheck.ts';
import { tickScript } from './lua/tick.ts';
import type { RunScript } from './listings.ts';
import { partitionOf } from './partitions.ts';
import type { Ran } from './script-runner.ts';
import { WaitingRequests, type WaitingConnection } from './waiting-requests.ts';

export interface WaitsParts {
  readonly clock: Clock;
  readonly run: RunScript;
  /** Takes each answer for a connection that waits here, once. */
  readonly onWake: (wake: Wake) => void;
}

export class Waits {
  readonly #parts: WaitsParts;
  readonly #waiting: WaitingRequests;

  constructor(parts: WaitsParts) {
    this.#parts = parts;
    this.#waiting = new WaitingRequests(parts.clock, (name) => void this.tick(name));
  }

  async acquire(name: string, command: Acquire): Promise<Outcomes['acquire']> {
    // Before the script runs: a wake can be here before the answer.
    const waiting = command.waitMs > 0 ? this.#waiting.add(name, command) : undefined;
    try {
      const { outcome, storeMs } = await this.#ask(name, command);
      if (waiting && isWaiting(outcome)) {
        waiting.requestedAtMs = storeMs;
        return { kind: 'waiting' };
      }
      this.#waiting.remove(command.connection);
      if (outcome.kind === 'no-grants') throw new StoreUnavailableError(`Redis has lost state, and nothing is granted for another ${outcome.forMs} ms.`, 'not-applied');
      return outcome;
    } catch (error) {
      this.#waiting.remove(command.connection);
      throw error;
    }
  }

  /** Nobody waits at this connection any more. */
  leave(connection: ConnectionId): void {
    this.#waiting.remove(connection);
  }

  /** Sets the timer of a session to its next due moment, on this process's clock, if somebody waits for it here. */
  arm(name: string, dueAtMs: number | undefined): void {
    this.#waiting.arm(name, dueAtMs);
  }

  /** Hands on an answer, unless its connection has been answered already: the same may come in two ways. */
  wake(wake: Wake): void {
    const waiting = this.#waiting.get(wake.connection);
    if (!waiting) return;
    this.#waiting.remove(wake.connection);
    this.#parts.onWake(withWait(wake, waiting.waitedBeforeMs));
  }

  /** Looks at a session whose moment has come. */
  async tick(name: string): Promise<void> {
    try {
      const { outcome, sentMs, storeMs } = await this.#parts.run(tickScript, partitionOf(name), [name]);
      const [dueMs] = outcome;
      // A timer may come a moment early; then nothing was due, and it is set again.
      this.arm(name, dueMs === undefined ? undefined : sentMs + Math.max(1, dueMs - storeMs));
    } catch {
      // The next round looks at the session's moment, which stands in the due index.
    }
  }

  /** Asks about every connection that waits. */
  async askAgain(): Promise<void> {
    await Promise.all(inParts(this.#waiting.all()).map(([partition, part]) => this.#recheck(partition, part)));
  }

  stop(): void {
    this.#waiting.stop();
  }

  async #ask(name: string, command: Acquire): Promise<Ran<Outcomes['acquire'] | NoGrants>> {
    const ran = await this.#parts.run(acquireScript, partitionOf(name), { name, command });
    this.arm(name, ran.dueAtMs);
    return ran;
  }

  async #recheck(partition: number, waiting: readonly WaitingConnection[]): Promise<void> {
    const asked = waiting.map(({ name, command, requestedAtMs = 0 }): WaitingRequest => ({ name, leaseIdHash: command.leaseIdHash, connection: command.connection, requestedAtMs }));
    const { outcome: answers } = await this.#parts.run(recheckScript, partition, asked);
    const unknown = waiting.filter(({ command: { connection } }, place) => {
      const answer = answers[place]!;
      if (answer.kind === 'gone') return this.#waiting.get(connection) !== undefined;
      if (answer.kind === 'waiting') return false;
      this.wake({ connection, outcome: answer });
      return false;
    });
    await Promise.all(unknown.map((one) => this.#askAnew(one)));
  }

  /** The store knows nothing of a request that waits here: it is made anew, with what is left of its wait. */
  async #askAnew(waiting: WaitingConnection): Promise<void> {
    const waitMs = waiting.waitEndsAtMs - this.#parts.clock.now().monoMs;
    // Its own deadline answers it within a moment.
    if (waitMs <= 0) return;
    const { name, command } = waiting;
    // Before the script runs: a wake can be here before the answer.
    waiting.waitedBeforeMs = command.waitMs - waitMs;
    const { outcome, storeMs } = await this.#ask(name, { ...command, waitMs });
    if (isWaiting(outcome)) waiting.requestedAtMs = storeMs;
    else if (outcome.kind === 'granted' || outcome.kind === 'lease-held' || outcome.kind === 'lease-ended') this.wake({ connection: command.connection, outcome });
  }
}

/** Whoever waited counts the life of a lease from when it asked first, so a span that leaves out a part of the wait would end the lease early. */
const withWait = ({ connection, outcome }: Wake, waitedBeforeMs: number): Wake =>
  waitedBeforeMs > 0 && 'waitedMs' in outcome ? { connection, outcome: { ...outcome, waitedMs: outcome.waitedMs + waitedBeforeMs } } : { connection, outcome };

/** Whether a request waits on: for its turn, or until anything is granted again. */
const isWaiting = (outcome: Outcomes['acquire'] | NoGrants): boolean => outcome.kind === 'waiting' || outcome.kind === 'no-grants';
