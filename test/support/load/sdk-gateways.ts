/** Gateways as processes of their own, to be stopped, paused and killed at random. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../child-environment.ts';

const MAIN = fileURLToPath(new URL('sdk-gateway.ts', import.meta.url));

export interface GatewaysParts {
  readonly baseUrl: string;
  readonly sessions: readonly string[];
  readonly ttlMs: number;
  readonly looksFile: string;
  readonly seed: number;
  /** What runs one of this name instead of the load's own program: a program and its arguments. */
  readonly command?: (name: string, seed: number) => readonly string[];
}

export class SdkGateways {
  readonly counts = { kills: 0, pauses: 0 };
  /** What gateways that were not killed died of. */
  readonly deaths: string[] = [];
  /** The process ids of those that were. */
  readonly killed: number[] = [];
  readonly #parts: GatewaysParts;
  readonly #running = new Set<ChildProcess>();
  #started = 0;

  constructor(parts: GatewaysParts) {
    this.#parts = parts;
  }

  start(): void {
    const { baseUrl, sessions, ttlMs, looksFile, seed, command } = this.#parts;
    const number = ++this.#started;
    const name = `sdk-${number}`;
    const own = [MAIN, baseUrl, name, String(seed + number), String(ttlMs), looksFile, ...sessions];
    const child = spawn(process.execPath, command?.(name, seed + number) ?? own, {
      env: childEnvironment(),
      stdio: ['pipe', 'inherit', 'pipe'],
    });
    // One that was killed does not read it any more.
    child.stdin.on('error', () => {});
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('close', (code, signal) => {
      this.#running.delete(child);
      if (code !== 0 && signal !== 'SIGKILL') this.deaths.push(`${name} ended with ${code ?? signal}: ${stderr}`);
    });
    this.#running.add(child);
  }

  /** Kills one and starts another in its place. */
  replaceOne(chance: () => number): void {
    const child = this.#oneOf(chance);
    if (!child) return;
    this.counts.kills += 1;
    this.killed.push(child.pid ?? 0);
    child.kill('SIGKILL');
    this.start();
  }

  pauseOne(chance: () => number, forMs: number): void {
    const child = this.#oneOf(chance);
    if (!child) return;
    this.counts.pauses += 1;
    child.kill('SIGSTOP');
    setTimeout(() => child.kill('SIGCONT'), forMs);
  }

  /** Lets all finish what they are at. The end of its input is told also to one that has only just been started, and takes no signal yet. */
  async stop(): Promise<void> {
    await this.#endAll((child) => child.stdin?.end());
  }

  async kill(): Promise<void> {
    await this.#endAll((child) => child.kill('SIGKILL'));
  }

  async #endAll(end: (child: ChildProcess) => void): Promise<void> {
    const closing = [...this.#running].map((child) => once(child, 'close'));
    for (const child of this.#running) {
      end(child);
      child.kill('SIGCONT');
    }
    await Promise.all(closing);
  }

  #oneOf(chance: () => number): ChildProcess | undefined {
    return [...this.#running][Math.floor(chance() * this.#running.size)];
  }
}
