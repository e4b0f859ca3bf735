/** Child processes that end with the bench, however the bench ends. */
import { once } from 'node:events';
import { fork, spawn, type ChildProcess, type ForkOptions } from 'node:child_process';
import type { Readable } from 'node:stream';

const STOP_MS_MAX = 10_000;
/** What is kept of a child's errors to tell why it ended. */
const ERROR_CHARS_MAX = 4_000;

export interface Child {
  readonly process: ChildProcess;
  readonly pid: number;
  /** What it wrote to its standard error last. */
  errorOutput(): string;
  /** Resolves, and never rejects, when the child has ended. */
  readonly ended: Promise<string>;
  /** Asks it to end, and ends it if it does not. */
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** @param complaints where it says what is wrong */
const kept = (child: ChildProcess, name: string, complaints: readonly (Readable | null)[]): Child => {
  running.add(child);
  let errors = '';
  for (const stream of complaints) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-ERROR_CHARS_MAX);
    });
  }
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => {
      running.delete(child);
      resolve(`${name} did not start: ${error.message}`);
    });
    child.once('exit', (code, signal) => {
      running.delete(child);
      resolve(`${name} ended with ${signal ?? code}: ${errors.trim()}`);
    });
  });
  return {
    process: child,
    pid: child.pid ?? 0,
    errorOutput: () => errors,
    ended,
    async stop() {
      if (!running.has(child)) return;
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX);
      await once(child, 'exit');
      clearTimeout(force);
    },
  };
};

/** Starts a program of this project under the same Node.js as the bench. */
export const startChild = (file: URL, args: readonly string[], options: ForkOptions): Child => {
  const child = fork(file, [...args], { ...options, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], serialization: 'advanced' });
  return kept(child, file.pathname, [child.stderr]);
};

/** Starts a program of this machine. Servers complain in their logs, which go to standard output. */
export const startProgram = (command: string, args: readonly string[]): Child => {
  const child = spawn(command, [...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  return kept(child, command, [child.stdout, child.stderr]);
};
