/** The service as its own process, on a free port of loopback, over a database of its own or a Redis; faults are real signals. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from './child-environment.ts';
import { monotonicMs } from './monotonic.ts';
import { until } from './until.ts';

const MAIN = fileURLToPath(new URL('../../service/src/main.ts', import.meta.url));

/** Where a service keeps its leases: in a database of its own, or in a Redis, which several may share. */
export type StoreSetting = 'embedded' | { readonly redis: string };

export interface SpawnServiceOptions {
  /** Default: embedded. */
  readonly store?: StoreSetting | undefined;
  /** Further settings, as environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where the database of the embedded store lies; the service's own folder if not given. It is not removed in the end. */
  readonly databaseFolder?: string;
  /** A program, with its arguments, that runs the process and leaves it its process id, as `strace -D` does. */
  readonly through?: readonly string[];
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

interface Teardown {
  teardown(end: () => Promise<void>): void;
}

export class SpawnedService {
  readonly folder: string;
  /** What the process, and those before it, wrote to standard error. */
  stderr = '';
  /** From the start of the process to its first ready answer. */
  bootMs = 0;
  readonly #env: Readonly<Record<string, string>>;
  readonly #store: string;
  readonly #command: readonly string[];
  #process: ChildProcess | undefined;
  #exited: Promise<Ended> | undefined;
  #stdout = '';
  #port = 0;

  constructor({ store = 'embedded', env = {}, databaseFolder, through = [] }: SpawnServiceOptions = {}) {
    this.folder = mkdtempSync(join(tmpdir(), 'holdfast-e2e-'));
    this.#env = env;
    this.#store = store === 'embedded' ? `file:${join(databaseFolder ?? this.folder, 'holdfast.db')}` : store.redis;
    this.#command = [...through, process.execPath, MAIN];
  }

  get port(): number {
    return this.#port;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get pid(): number {
    const pid = this.#process?.pid;
    if (pid === undefined) throw new Error('the service is not running');
    return pid;
  }

  /** Starts the process, on the same port if it ran before, and resolves once it says that it is ready. */
  async start(): Promise<this> {
    const startedMs = monotonicMs();
    const [program = '', ...programArguments] = this.#command;
    const child = spawn(program, programArguments, {
      env: {
        ...childEnvironment(),
        HOLDFAST_STORE: this.#store,
        HOLDFAST_PORT: String(this.#port),
        ...this.#env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    this.#exited = once(child, 'exit').then(([code, signal]) => ({ code: code as number | null, signal: signal as NodeJS.Signals | null }));
    this.#stdout = '';
    child.stdout.on('data', (chunk: Buffer) => (this.#stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    await this.answers();
    this.bootMs = monotonicMs() - startedMs;
    return this;
  }

  /** Resolves once it says that it is ready, as it does again after its store was away. */
  async answers(): Promise<void> {
    await until('the service is ready', () => this.#isReady(), { everyMs: 10 });
  }

  async #isReady(): Promise<boolean> {
    const child = this.#process;
    if (!child) throw new Error('the service is not running');
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`the service ended (${child.exitCode ?? child.signalCode}) instead of starting:\n${this.#stdout}${this.stderr}`);
    }
    this.#port = Number(/http:\/\/127\.0\.0\.1:(\d+)/.exec(this.#stdout)?.[1] ?? this.#port);
    return this.#port !== 0 && (await statusOf(`${this.baseUrl}/readyz`)) === 200;
  }

  /** Sends a signal and says nothing about what comes of it. */
  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  /** Sends a signal that ends the process, and waits until it has ended. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    const exited = this.#exited;
    if (!exited) throw new Error('the service is not running');
    this.signal(signal);
    const ended = await exited;
    this.#process = undefined;
    return ended;
  }

  /** Waits until the process has ended by itself. */
  async ended(): Promise<Ended> {
    if (!this.#exited) throw new Error('the service is not running');
    return this.#exited;
  }

  /** Kills the process, unless it has ended by itself. */
  async kill(): Promise<void> {
    const child = this.#process;
    // SIGKILL ends a stopped process too.
    if (child && child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await this.#exited;
  }

  async restart(signal: NodeJS.Signals): Promise<void> {
    await this.end(signal);
    await this.start();
  }

  /** Ends what still runs and removes its folder. */
  async dispose(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Nobody there yet is an answer too: the caller asks again. */
const statusOf = (url: string): Promise<number | undefined> =>
  new Promise((resolve) => {
    const asked = get(url, { agent: false, timeout: 1_000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(undefined));
  });

/** Starts a service that ends with the test. */
export const spawnService = async (t: Teardown, options?: SpawnServiceOptions): Promise<SpawnedService> => {
  const service = new SpawnedService(options);
  t.teardown(() => service.dispose());
  return service.start();
};
