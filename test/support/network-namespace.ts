/** A network of its own for a process, joined to the test's by a pair of virtual Ethernet ports, on which packets are dropped one way or both. Needs root on Linux. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { programPath, type Teardown } from './own-server.ts';

const run = promisify(execFile);

/** From here on; each test process has a block of its own, and each network four addresses. */
const BLOCKS = { from: 64, count: 128 } as const;
/** Before the rule that finds local addresses, which is moved behind it. */
const [FIRST, LOCAL] = ['10', '100'];

/** Towards the process, from it, or both. */
export type Way = 'to' | 'from' | 'both';

export class NetworkNamespace {
  readonly name: string;
  /** The process's address, as the test reaches it. */
  readonly host: string;
  readonly #ours: string;
  readonly #port: string;
  readonly #ip: string;

  constructor(nth: number) {
    this.name = `holdfast-${process.pid}-${nth}`;
    this.#port = `hf${process.pid}-${nth}`;
    const block = `10.${BLOCKS.from + (process.pid % BLOCKS.count)}.${nth}`;
    [this.#ours, this.host] = [`${block}.1`, `${block}.2`];
    this.#ip = programPath('ip', { install: 'iproute2' });
  }

  /** What a command is started with to run in it, under its own process id. */
  get through(): readonly string[] {
    return [this.#ip, 'netns', 'exec', this.name];
  }

  async make(): Promise<this> {
    const [here, there] = [`${this.#port}a`, `${this.#port}b`];
    await this.#do('netns', 'add', this.name);
    await this.#do('link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', this.name);
    await this.#do('addr', 'add', `${this.#ours}/30`, 'dev', here);
    await this.#do('link', 'set', here, 'up');
    await this.#within('addr', 'add', `${this.host}/30`, 'dev', there);
    await this.#within('link', 'set', there, 'up');
    await this.#within('link', 'set', 'lo', 'up');
    await this.#within('rule', 'add', 'pref', LOCAL, 'lookup', 'local');
    await this.#within('rule', 'del', 'pref', '0');
    return this;
  }

  /** From now on packets vanish, without a word to anybody. */
  async cut(way: Way): Promise<void> {
    if (way !== 'from') await this.#within('rule', 'add', 'pref', FIRST, 'iif', `${this.#port}b`, 'blackhole');
    if (way !== 'to') await this.#within('rule', 'add', 'pref', FIRST, 'to', `${this.#ours}/32`, 'blackhole');
  }

  async heal(way: Way): Promise<void> {
    for (let rules = way === 'both' ? 2 : 1; rules > 0; rules -= 1) await this.#within('rule', 'del', 'pref', FIRST);
  }

  async remove(): Promise<void> {
    await this.#do('netns', 'del', this.name);
  }

  async #do(...args: readonly string[]): Promise<void> {
    await run(this.#ip, args);
  }

  async #within(...args: readonly string[]): Promise<void> {
    await this.#do('-n', this.name, ...args);
  }
}

/** Makes one that is gone when the test ends. */
export const newNetworkNamespace = async (t: Teardown, nth: number): Promise<NetworkNamespace> => {
  const made = new NetworkNamespace(nth);
  t.teardown(() => made.remove());
  return made.make();
};
