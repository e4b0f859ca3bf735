/** A gateway in a process of its own, as the test that starts it sees it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../child-environment.ts';
import type { Order, Replies } from './orders.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

interface Pending {
  resolve(reply: never): void;
  reject(error: Error): void;
}

export interface SpawnHolderOptions {
  readonly baseUrl: string;
  readonly holder: string;
  readonly env?: Readonly<Record<string, string>>;
}

export class SpawnedHolder {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #pending = new Map<number, Pending>();
  #asked = 0;

  constructor({ baseUrl, holder, env = {} }: SpawnHolderOptions) {
    this.#child = spawn(process.execPath, [MAIN, baseUrl, holder], {
      env: { ...childEnvironment(), ...env },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#exited = once(this.#child, 'exit');
    this.#child.on('message', ({ id, reply, error }: { id: number; reply?: never; error?: string }) => {
      const pending = this.#pending.get(id);
      this.#pending.delete(id);
      if (error === undefined) pending?.resolve(reply as never);
      else pending?.reject(new Error(`the holder process failed: ${error}`));
    });
    this.#child.on('exit', () => {
      for (const { reject } of this.#pending.values()) reject(new Error('the holder process ended'));
    });
  }

  /** Resolves with the reply; a process that is stopped replies when it goes on. */
  ask<O extends Order>(order: O): Promise<Replies[O['do']]> {
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#child.send({ id, order });
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends the process without a word to anybody. */
  async kill(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL');
    await this.#exited;
  }
}

/** Starts a holder process that ends with the test. */
export const spawnHolder = (t: { teardown(end: () => Promise<void>): void }, options: SpawnHolderOptions): SpawnedHolder => {
  const holder = new SpawnedHolder(options);
  t.teardown(() => holder.kill());
  return holder;
};

/** Starts so many, and resolves once all are up: a process that starts takes time from those whose leases run already. */
export const spawnHolders = async (t: { teardown(end: () => Promise<void>): void }, count: number, options: SpawnHolderOptions): Promise<readonly SpawnedHolder[]> => {
  const holders = Array.from({ length: count }, () => spawnHolder(t, options));
  await Promise.all(holders.map((holder) => holder.ask({ do: 'report' })));
  return holders;
};
