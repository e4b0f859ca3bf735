/** Runs scripts on one connection, in the order in which they are asked for, and says of each failure what became of the command. */
import type { Redis } from 'ioredis';
import type { Clock, Now } from '../../clock.ts';
import type { Wake } from '../../session/commands.ts';
import { StoreUnavailableError } from '../../session/errors.ts';
import { replyCode, unavailable } from './command-faults.ts';
import { LIBRARY } from './library.ts';
import type { RedisLink } from './link.ts';
import { optionalNumber } from './lua/reading.ts';
import { readWake } from './lua/read-outcome.ts';
import { metaKey } from './partitions.ts';
import type { Script, ScriptArgument, Told } from './script.ts';

/** What a script gives beside its outcome. */
export interface Ran<Read> {
  readonly outcome: Read;
  /** When the session is due next, on this process's clock; undefined when it is not. */
  readonly dueAtMs: number | undefined;
  /** This process's clock when the command was sent. */
  readonly sentMs: number;
  /** The store's clock when the script ran. */
  readonly storeMs: number;
}

export interface ScriptRunnerParts {
  readonly link: Pick<RedisLink, 'commands' | 'refuseUnlessUp'>;
  readonly clock: Clock;
  readonly storeId: string;
  readonly instanceId: string;
  /** Time that scripts take for the server's. Tests alone give it. */
  readonly scriptTime?: (() => Now) | undefined;
  /** Takes the wakes for this instance's connections, before the command's own outcome is told. */
  readonly onWake: (wake: Wake) => void;
}

/** The partition has no marker: its state was lost. */
export class UnmarkedError extends StoreUnavailableError {
  readonly partition: number;

  constructor(partition: number) {
    super('Redis has lost this part of its state.', 'not-applied');
    this.partition = partition;
  }
}

/** The partition is of another store, or laid out by another version: this instance is of no use any more. */
export class ForeignStoreError extends StoreUnavailableError {
  constructor(why: string) {
    super(`Redis holds ${why} now.`, 'not-applied');
  }
}

export class ScriptRunner {
  readonly #parts: ScriptRunnerParts;

  constructor(parts: ScriptRunnerParts) {
    this.#parts = parts;
  }

  /** @throws StoreUnavailableError, UnmarkedError and ForeignStoreError among them */
  async run<Given, Read>(script: Script<Given, Read>, partition: number, given: Given): Promise<Ran<Read>> {
    const { clock, storeId, instanceId, scriptTime, onWake } = this.#parts;
    const { monoMs: sentMs } = clock.now();
    const now = scriptTime?.();
    const time = now ? `${now.monoMs}:${now.wallUs}` : '';
    const reply = await this.#send(script, partition, [metaKey(partition), storeId, time, instanceId, ...script.args(given)]);
    const [outcome, due, storeMs, wakes] = reply as [Told, unknown, number, Told];
    for (const wake of wakes) onWake(readWake(wake));
    const dueMs = optionalNumber(due);
    // Counted from the sending: early by the way there, and one that is early is set again.
    return { outcome: script.read(outcome), dueAtMs: dueMs === undefined ? undefined : sentMs + Math.max(0, dueMs - storeMs), sentMs, storeMs };
  }

  async #send(script: Script<never, unknown>, partition: number, args: readonly ScriptArgument[]): Promise<unknown> {
    const { link } = this.#parts;
    link.refuseUnlessUp();
    const call = (): Promise<unknown> => link.commands.fcall(LIBRARY.functionOf(script), 1, ...(args as ScriptArgument[]));
    try {
      return await call();
    } catch (error) {
      if (!isMissingFunction(error)) throw told(error, partition);
    }
    try {
      // Redis has lost its functions, or never had these. Whoever else loads them too does no harm.
      await loadLibrary(link.commands);
      return await call();
    } catch (error) {
      throw told(error, partition);
    }
  }
}

/** Loads the functions, unless they are there. */
export const loadLibrary = async (redis: Redis): Promise<void> => {
  try {
    await redis.function('LOAD', LIBRARY.text);
  } catch (error) {
    if (!(error instanceof Error && /^ERR Library .* already exists/.test(error.message))) throw error;
  }
};

const isMissingFunction = (error: unknown): boolean => error instanceof Error && error.message.startsWith('ERR Function not found');

const told = (error: unknown, partition: number): StoreUnavailableError => {
  const code = replyCode(error);
  if (code === 'UNMARKED') return new UnmarkedError(partition);
  if (code === 'FOREIGN') return new ForeignStoreError('another store');
  if (code === 'LAYOUT') return new ForeignStoreError('the store of another version of this service');
  return unavailable(error);
};
