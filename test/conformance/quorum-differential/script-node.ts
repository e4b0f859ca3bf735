/** A node on a real Redis, asked step by step on the time of a test; its scripts may be edited. */
import type { Redis } from 'ioredis';
import Redlock from 'redlock';
import { defineScripts, runScript, type NodeScript } from '../../../service/src/stores/quorum/node-scripts.ts';
import { lockScript } from '../../../service/src/stores/quorum/voting-scripts.ts';

const MEMBER = { cluster: 'c', node: 'n', epoch: '1', sequence: '0', standing: 'member' } as const;
/** More than a history lasts. Redis' own time has no part in it. */
const LONG_MS = 3_600_000;

export class ScriptNode {
  readonly #redis: Redis;
  readonly #lock: string;
  readonly #unlock: string;

  /** @param edit changes the text of a file */
  constructor(redis: Redis, edit?: (file: string, text: string) => string) {
    this.#redis = redis;
    defineScripts(redis, edit);
    const { scripts } = new Redlock([redis as unknown as Redlock.Client], { retryCount: 0, lockScript: lockScript(MEMBER, { isTested: true }) });
    [this.#lock, this.#unlock] = [scripts.lockScript.value, scripts.unlockScript.value];
  }

  /** Nothing is left of what it was asked before. */
  async begin(): Promise<void> {
    await this.#redis.flushdb();
    await this.#redis.hset('hfq:member', MEMBER);
  }

  /** All of an answer, but for the time and the count of its writes. */
  async ask(script: NodeScript, name: string, nowMs: number, args: readonly (string | number)[]): Promise<readonly unknown[]> {
    const [kind, , , ...told] = (await runScript(this.#redis, script, [MEMBER.cluster, MEMBER.epoch, 0, '', nowMs, name, ...args])) as unknown[];
    return [kind, ...told];
  }

  async takeVote(name: string, value: string, nowMs: number): Promise<boolean> {
    await this.#redis.set('hfq:time', nowMs);
    return (await this.#redis.eval(this.#lock, 1, `hfq:v:${name}`, value, LONG_MS)) === 1;
  }

  async withdrawVote(name: string, value: string): Promise<void> {
    await this.#redis.eval(this.#unlock, 1, `hfq:v:${name}`, value);
  }
}
