/**
 * A Redis for the service to keep its leases in: on a port of loopback, with every write on its disk before the answer. A test kills it, stops
 * it, starts it again on its append-only file, or wipes it; it is gone with its folder when the test ends.
 */
import { once } from 'node:events';
import { readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { programPath, serverFolder, startOwnServer, type RunningServer, type Teardown } from './own-server.ts';

export interface RedisServerOptions {
  /** Settings of redis.conf that differ, such as `['--appendfsync', 'everysec']`. */
  readonly settings?: readonly string[];
  /** With these settings alone, none of ours. */
  readonly bare?: boolean;
  /** Further variables, such as those that preload a shim. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where else it listens than on loopback, in a network of its own. */
  readonly host?: string;
  /** A command that runs another under its own process id. */
  readonly through?: readonly string[];
}

/** Below the ports that Linux gives out by itself: nobody is given it while the server is down. */
const PORTS = { from: 20_000, count: 12_000 } as const;

const isFree = async (port: number): Promise<boolean> => {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false; // somebody listens there
  }
  server.close();
  await once(server, 'close');
  return true;
};

/** A port of loopback that is free, and stays so while nobody listens on it. */
export const lastingPort = async (): Promise<number> => {
  for (;;) {
    const port = PORTS.from + Math.floor(Math.random() * PORTS.count);
    if (await isFree(port)) return port;
  }
};

export class RedisServer {
  readonly folder: string;
  readonly port: number;
  readonly #t: Teardown;
  readonly #options: RedisServerOptions;
  #running: RunningServer | undefined;

  constructor(t: Teardown, folder: string, port: number, options: RedisServerOptions) {
    this.#t = t;
    this.folder = folder;
    this.port = port;
    this.#options = options;
  }

  /** As HOLDFAST_STORE has it. */
  get url(): string {
    return `redis://${this.#host}:${this.port}/0`;
  }

  /** Starts the process on what its folder holds, and resolves once it has read that. */
  async start(): Promise<this> {
    const { settings = [], bare = false, env, host, through = [] } = this.#options;
    const [command = '', ...prefix] = [...through, programPath('redis-server', { install: 'redis-server' })];
    const durable = bare ? [] : ['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''];
    this.#running = await startOwnServer(this.#t, {
      command,
      args: [...prefix, '--bind', '127.0.0.1', ...(host === undefined ? [] : [host, '--protected-mode', 'no']), '--port', String(this.port), '--dir', this.folder, '--daemonize', 'no', ...durable, ...settings],
      env,
      answers: () => this.ask(async (redis) => (await redis.ping()) === 'PONG'),
      stopSignal: 'SIGKILL',
    });
    return this;
  }

  /** Ends the process by SIGKILL, stopped or not. What it acknowledged is in its append-only file. */
  async kill(): Promise<void> {
    await this.#running?.end();
    this.#running = undefined;
  }

  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  /** The process stands still, and its connections stay open, until `resume`. */
  pause(): void {
    process.kill(this.#pid, 'SIGSTOP');
  }

  resume(): void {
    process.kill(this.#pid, 'SIGCONT');
  }

  /** Starts it again with nothing in it. */
  async wipe(): Promise<void> {
    await this.kill();
    for (const name of readdirSync(this.folder)) rmSync(join(this.folder, name), { recursive: true });
    await this.start();
  }

  /** Asks it something over a connection without any patience, which is closed afterwards. */
  async ask<T>(question: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis({ host: this.#host, port: this.port, lazyConnect: true, commandTimeout: 30_000, enableOfflineQueue: false, retryStrategy: () => null });
    redis.on('error', () => {}); // the connecting call, or the question, fails as well
    try {
      await redis.connect();
      return await question(redis);
    } finally {
      redis.disconnect();
    }
  }

  get #host(): string {
    return this.#options.host ?? '127.0.0.1';
  }

  get #pid(): number {
    if (!this.#running) throw new Error('this Redis is not running');
    return this.#running.pid;
  }
}

/** Starts one that ends with the test. */
export const startRedisServer = async (t: Teardown, options: RedisServerOptions = {}): Promise<RedisServer> =>
  new RedisServer(t, serverFolder(t, 'redis'), await lastingPort(), options).start();
