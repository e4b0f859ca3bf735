/** The two connections to one Redis, and whether commands may go there: it is connected, has loaded, and was judged anew since it was last away. */
import type { Redis } from 'ioredis';
import type { Clock, Timer } from '../../clock.ts';
import { StoreUnavailableError } from '../../session/errors.ts';
import type { AcceptedRisk, StoreCheck } from '../../session/store.ts';
import { StoreFailedError } from '../store-failed-error.ts';
import { shownAddress, type RedisAddress } from './address.ts';
import { connectionFault } from './connection-faults.ts';
import { makeConnection } from './connections.ts';
import { judgeServer, type Judgement, type RiskName } from './server-checks.ts';
import { readServerFacts } from './server-facts.ts';
import { SilenceGuard } from './silence-guard.ts';

/** How long a start waits for a server that reads its append-only file. */
export const LOADING_MS_MAX = 60_000;
/** How often a server that was refused is looked at again. */
const JUDGED_AGAIN_AFTER_MS = 1_000;

/** Where the link tells the operator of what changes; a pino logger is one. */
export interface StoreLog {
  info(line: string): void;
  warn(line: string): void;
}

export interface LinkParts {
  readonly address: RedisAddress;
  readonly accepted: readonly RiskName[];
  readonly instanceId: string;
  /** Of this process, even where the store's rules run on a test's time: it watches real sockets. */
  readonly clock: Clock;
  readonly reconnectDelayMs: () => number;
  readonly log: StoreLog;
}

export class RedisLink {
  /** For commands. Ask `refuseUnlessUp` before each, and give its errors to `unavailable`. */
  readonly commands: Redis;
  /** For subscriptions, which have to be made again after each `ready`. */
  readonly subscription: Redis;
  readonly #shown: string;
  readonly #parts: LinkParts;
  readonly #guards: readonly SilenceGuard[];
  readonly #upListeners: (() => void)[] = [];
  /** Why no command is taken; undefined while they are. */
  #why: string | undefined = 'not connected yet';
  #fault: unknown;
  #risks: readonly AcceptedRisk[] = [];
  #judgements = 0;
  #again: Timer | undefined;
  #opened = false;
  #closing = false;
  #said = '';

  constructor(parts: LinkParts) {
    const { address, instanceId, clock, reconnectDelayMs } = parts;
    this.#parts = parts;
    this.#shown = shownAddress(address);
    this.commands = makeConnection({ address, name: `holdfast:${instanceId}:commands`, reconnectDelayMs });
    this.subscription = makeConnection({ address, name: `holdfast:${instanceId}:subscription`, reconnectDelayMs });
    this.#guards = [this.commands, this.subscription].map((redis) => new SilenceGuard(redis, clock));
    for (const redis of [this.commands, this.subscription]) redis.on('error', (error) => (this.#fault = error));
    this.commands.on('close', () => this.#lose());
    this.commands.on('ready', () => {
      if (this.#opened) void this.#judge();
    });
  }

  /** The accepted risks that this server runs, as of its last judgement. */
  get acceptedRisks(): readonly AcceptedRisk[] {
    return this.#risks;
  }

  get isUp(): boolean {
    return this.#why === undefined;
  }

  /** @throws StoreUnavailableError unless commands may be sent; nothing was sent then */
  refuseUnlessUp(): void {
    if (this.#why !== undefined) throw new StoreUnavailableError(`Redis is not to be used just now: ${this.#why}.`, 'not-applied');
  }

  /** Calls back each time that commands may be sent again. */
  onUp(listener: () => void): void {
    this.#upListeners.push(listener);
  }

  checks(): readonly StoreCheck[] {
    const check = (name: string, why: string | undefined): StoreCheck => (why === undefined ? { name, ok: true } : { name, ok: false, detail: why });
    return [check('redis', this.#why), check('redis-subscription', this.subscription.status === 'ready' ? undefined : 'not connected')];
  }

  /** Connects, and judges the server. @throws StoreFailedError saying all that is wrong */
  async open(): Promise<void> {
    try {
      await this.#connect(this.commands);
      const judgement = await this.#judge();
      if (judgement === undefined) throw this.#failed([connectionFault(this.#fault ?? new Error('it closed the connection'))]);
      if (judgement.refusals.length > 0) throw this.#failed(judgement.refusals);
      await this.#connect(this.subscription);
      this.#opened = true;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Lets what was sent be answered, in bounded time, and closes both connections. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#why = 'the store is closed';
    this.#again?.cancel();
    await Promise.all([this.#end(this.commands), this.#end(this.subscription)]);
    for (const guard of this.#guards) guard.stop();
  }

  async #connect(redis: Redis): Promise<void> {
    const late = Promise.withResolvers<never>();
    const timer = this.#parts.clock.after(LOADING_MS_MAX, () => {
      late.reject(this.#failed([redis.status === 'connect' ? `it is still loading its data after ${LOADING_MS_MAX / 1000} s` : 'it does not answer']));
    });
    try {
      await Promise.race([redis.connect(), late.promise]);
    } catch (error) {
      throw error instanceof StoreFailedError ? error : this.#failed([connectionFault(this.#fault ?? error)]);
    } finally {
      timer.cancel();
    }
  }

  async #end(redis: Redis): Promise<void> {
    if (redis.status === 'end') return;
    // Between two attempts there is nothing to end but the wait for the next, and nothing tells of that.
    if (redis.status === 'reconnecting') return redis.disconnect();
    // Not node:events' `once`, which fails with a connection that fails while it closes.
    const ended = new Promise((resolve) => void redis.once('end', resolve));
    if (redis.status === 'ready') {
      // A server that refuses to be told is left without a word; a connection that was lost instead has ended.
      redis.quit().catch(() => redis.disconnect());
    } else redis.disconnect();
    await ended;
  }

  /** Reads what the server says, and lets commands through or not. Undefined when the connection was lost meanwhile. */
  async #judge(): Promise<Judgement | undefined> {
    const judgementNumber = ++this.#judgements;
    const { accepted, address, clock } = this.#parts;
    const facts = await readServerFacts(this.commands).catch((error: unknown) => {
      // Its close is told apart from this, and what comes after it is judged anew.
      this.#fault ??= error;
      return undefined;
    });
    if (facts === undefined || judgementNumber !== this.#judgements || this.#closing) return undefined;
    const judgement = judgeServer(facts, { accepted, db: address.db });
    if (judgement.refusals.length === 0) this.#rise(judgement);
    else {
      this.#why = judgement.refusals.join('; ');
      if (this.#opened) this.#say(`not used: ${this.#why}`);
      this.#again = clock.after(JUDGED_AGAIN_AFTER_MS, () => void this.#judge());
    }
    return judgement;
  }

  #rise({ risks }: Judgement): void {
    const risksBefore = this.#risks.map(({ cost }) => cost);
    this.#why = undefined;
    this.#fault = undefined;
    this.#risks = risks;
    for (const { name, cost } of risks) if (!risksBefore.includes(cost)) this.#parts.log.warn(`Accepted risk "${name}" of ${this.#shown}: ${cost}`);
    this.#say('in use');
    for (const listener of this.#upListeners) listener();
  }

  #lose(): void {
    this.#judgements += 1;
    this.#again?.cancel();
    if (this.#closing || !this.#opened) return;
    this.#why = this.#fault === undefined ? 'the connection was lost' : connectionFault(this.#fault);
    this.#fault = undefined;
    this.#say(`away: ${this.#why}`);
  }

  /** One line for each change, however often it is tried again. */
  #say(what: string): void {
    if (this.#said === what || (this.#said.startsWith('away') && what.startsWith('away'))) return;
    const line = `${this.#shown} is ${what}.`;
    if (this.#said !== '' && what === 'in use') this.#parts.log.info(line);
    else if (what !== 'in use') this.#parts.log.warn(line);
    this.#said = what;
  }

  #failed(faults: readonly string[]): StoreFailedError {
    return new StoreFailedError(faults.map((fault) => `Cannot use ${this.#shown}: ${fault}.`).join('\n'));
  }
}
