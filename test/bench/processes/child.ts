/** Child processes that end with the bench, however the bench ends. */
import { once } from 'node:events';
import { fork, type ChildProcess, type ForkOptions } from 'node:child_process';

const STOP_MS_MAX = 5_000;
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

/** Starts a program of this project under the same Node.js as the bench. */
export const startChild = (file: URL, args: readonly string[], options: ForkOptions): Child => {
  const child = fork(file, [...args], { ...options, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], serialization: 'advanced' });
  running.add(child);
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-ERROR_CHARS_MAX);
  });
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      running.delete(child);
      resolve(`${file.pathname} ended with ${signal ?? code}: ${errors.trim()}`);
    });
  });
  return {
    process: child,
    pid: child.pid ?? 0,
    errorOutput: () => errors,
    ended,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX);
      await once(child, 'exit');
      clearTimeout(force);
    },
  };
};
