/**
 * The connections to one node, and whether it is asked: it is connected, has passed its checks, and has not been silent since. A node that misses
 * the deadline of one call has no vote from then on, so that a frozen one costs one deadline and not one for each request.
 */
import type { Redis } from 'ioredis';
import type { Clock, Timer } from '../../clock.ts';
import type { StoreCheck } from '../../session/store.ts';
import type { RedisAddress } from '../redis/address.ts';
import { outcomeAfter } from '../redis/command-faults.ts';
import { connectionFault } from '../redis/connection-faults.ts';
import { makeConnection } from '../redis/connections.ts';
import type { StoreLog } from '../redis/link.ts';
import { SilenceGuard } from '../redis/silence-guard.ts';
import { ANSWER_MS_MAX, AnswerWatch } from './answer-watch.ts';
import { NodeSilentError } from './node-port.ts';
import { defineScripts } from './node-scripts.ts';

/** A node that is away is looked for so often. */
const PROBE_EVERY_MS = 200;
/** One that was refused by its checks is looked at again. */
const CHECKED_AGAIN_MS = 1_000;

export interface NodeLinkParts {
  readonly address: RedisAddress;
  /** Host and port. */
  readonly shown: string;
  /** Shown by CLIENT LIST. */
  readonly name: string;
  /** Of this process: it watches real sockets. */
  readonly clock: Clock;
  readonly reconnectDelayMs: () => number;
  readonly log: StoreLog;
  /** Whether the node may vote: undefined, or why not. */
  readonly check: (redis: Redis) => Promise<string | undefined>;
}

export class NodeLink {
  readonly commands: Redis;
  readonly subscription: Redis;
  readonly #parts: NodeLinkParts;
  readonly #guards: readonly SilenceGuard[];
  readonly #watch: AnswerWatch;
  readonly #upListeners: (() => void)[] = [];
  /** Resolves when it is known for the first time whether the node is there. */
  readonly #settled = Promise.withResolvers<void>();
  #why: string | undefined = 'not connected yet';
  #fault: unknown;
  #probe: Timer | undefined;
  #checks = 0;
  #closing = false;
  #said = '';

  constructor(parts: NodeLinkParts) {
    const { address, name, clock, reconnectDelayMs } = parts;
    this.#parts = parts;
    this.commands = makeConnection({ address, name: `${name}:commands`, reconnectDelayMs });
    this.subscription = makeConnection({ address, name: `${name}:subscription`, reconnectDelayMs });
    this.#guards = [this.commands, this.subscription].map((redis) => new SilenceGuard(redis, clock));
    this.#watch = new AnswerWatch({ clock, shown: parts.shown, socket: () => this.commands.stream, onSilent: (why) => this.#fallSilent(why) });
    defineScripts(this.commands);
    for (const redis of [this.commands, this.subscription]) redis.on('error', (error) => (this.#fault = error));
    this.commands.on('ready', () => void this.#check());
    this.commands.on('close', () => this.#lose());
  }

  get isUp(): boolean {
    return this.#why === undefined;
  }

  /** Why it is not asked just now. */
  get why(): string | undefined {
    return this.#why;
  }

  check(): StoreCheck {
    return { name: `node ${this.#parts.shown}`, ok: this.#why === undefined, isSpare: true, ...(this.#why !== undefined && { detail: this.#why }) };
  }

  /** Calls back each time that the node votes again. */
  onUp(listener: () => void): void {
    this.#upListeners.push(listener);
  }

  /** Begins to connect, and goes on for ever. Resolves when the node is up, or it is known that it is not. */
  start(): Promise<void> {
    // What fails is told by the events, with its reason, and tried again.
    for (const redis of [this.commands, this.subscription]) redis.connect().catch(() => {});
    return this.#settled.promise;
  }

  /** Runs one command. @throws NodeSilentError where it gives no answer in time */
  async call<T>(run: (redis: Redis) => Promise<T>): Promise<T> {
    const { shown } = this.#parts;
    if (this.#why !== undefined) throw new NodeSilentError(`${shown}: ${this.#why}`, false);
    try {
      return await this.#watch.over(run(this.commands));
    } catch (error) {
      if (error instanceof NodeSilentError) throw error;
      throw new NodeSilentError(`${shown}: ${error instanceof Error ? error.message : String(error)}`, outcomeAfter(error) === 'unknown', error);
    }
  }

  /** The node answers, and may not vote. */
  refuse(why: string): void {
    if (this.#closing) return;
    this.#checks += 1;
    this.#why = why;
    this.#say(`not used: ${why}`);
    this.#checkAgain(CHECKED_AGAIN_MS);
  }

  /** Whether the node may vote is to be found out again, at once. */
  lookAgain(why: string): void {
    if (this.#closing || this.#why !== undefined) return;
    this.#checks += 1;
    this.#why = why;
    this.#checkAgain(0);
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#why = 'the store is closed';
    this.#probe?.cancel();
    for (const guard of this.#guards) guard.stop();
    this.#watch.stop();
    await Promise.all([this.#end(this.commands), this.#end(this.subscription)]);
  }

  async #end(redis: Redis): Promise<void> {
    if (redis.status === 'end') return;
    if (redis.status !== 'ready') return redis.disconnect();
    const ended = new Promise((resolve) => void redis.once('end', resolve));
    redis.disconnect();
    await ended;
  }

  async #check(): Promise<void> {
    const number = ++this.#checks;
    let why: string | undefined;
    try {
      const late = Promise.withResolvers<never>();
      const timer = this.#parts.clock.after(ANSWER_MS_MAX, () => late.reject(new Error(`it did not answer within ${ANSWER_MS_MAX} ms`)));
      why = await Promise.race([this.#parts.check(this.commands), late.promise]).finally(() => timer.cancel());
    } catch (error) {
      if (number !== this.#checks || this.#closing) return;
      this.#why = connectionFault(error);
      this.#settled.resolve();
      this.#checkAgain(PROBE_EVERY_MS);
      return;
    }
    if (number !== this.#checks || this.#closing) return;
    if (why !== undefined) this.refuse(why);
    else this.#rise();
    this.#settled.resolve();
  }

  #rise(): void {
    this.#why = undefined;
    this.#fault = undefined;
    this.#say('in use');
    for (const listener of this.#upListeners) listener();
  }

  #fallSilent(why: string): void {
    if (this.#why !== undefined || this.#closing) return;
    this.#checks += 1;
    this.#why = why;
    this.#say(`away: ${why}`);
    this.#checkAgain(PROBE_EVERY_MS);
  }

  #lose(): void {
    this.#checks += 1;
    this.#probe?.cancel();
    if (this.#closing) return;
    this.#why = this.#fault === undefined ? 'the connection was lost' : connectionFault(this.#fault);
    this.#fault = undefined;
    this.#settled.resolve();
    this.#say(`away: ${this.#why}`);
  }

  #checkAgain(afterMs: number): void {
    this.#probe?.cancel();
    this.#probe = this.#parts.clock.after(afterMs, () => {
      // A connection that was lost is made anew by ioredis, and checked when it is ready.
      if (this.commands.status === 'ready') void this.#check();
    });
  }

  /** One line for each change, however often it is tried again. */
  #say(what: string): void {
    if (this.#said === what || (this.#said.startsWith('away') && what.startsWith('away'))) return;
    const { log, shown } = this.#parts;
    const line = `${shown} is ${what}.`;
    if (what !== 'in use') log.warn(line);
    else if (this.#said !== '') log.info(line);
    this.#said = what;
  }
}
