/** The processes that the demo starts, and ends again whatever happens. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The demo could not be carried out; this is no word about Holdfast. */
export class DemoFailedError extends Error {
  override readonly name = 'DemoFailedError';
}

export interface Children {
  /** Starts one of the demo's own programs. */
  startPart(name: string, file: string, settings: object): ChildProcess;
  /** Starts any program of ours that is not one of the demo's. */
  startProgram(name: string, file: string, args: readonly string[]): ChildProcess;
  /** Starts a program of the machine's. */
  startCommand(name: string, command: string, args: readonly string[]): ChildProcess;
  /** Rejects when a process ends that should not. */
  readonly crashed: Promise<never>;
  /** Sends SIGKILL, and answers when the process is gone. */
  kill(child: ChildProcess): Promise<void>;
  /** Ends all processes: politely, and by force when that takes too long. */
  stopAll(): Promise<void>;
  /** Kills all processes at once, without waiting. */
  killAll(): void;
}

const POLITE_MS = 2_000;
const STDERR_KEPT = 4_000; // the end of what a process complained about, for the message when it crashes

const isOver = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

const gone = async (child: ChildProcess): Promise<void> => {
  if (!isOver(child)) await once(child, 'exit');
};

/** @param logPath where everything goes that the processes complain about */
export const openChildren = (logPath: string): Children => {
  const children = new Set<ChildProcess>();
  const ending = new Set<ChildProcess>();
  const { promise: crashed, reject } = Promise.withResolvers<never>();
  crashed.catch(() => {}); // whoever waits for something else as well hears of it there

  const watch = (name: string, child: ChildProcess): ChildProcess => {
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString()).slice(-STDERR_KEPT);
      appendFileSync(logPath, chunk);
    });
    child.once('error', (error) => reject(new DemoFailedError(`${name} could not be started: ${error.message}`)));
    child.once('close', (code, signal) => {
      children.delete(child);
      if (!ending.delete(child)) reject(new DemoFailedError(`${name} ended unexpectedly (${code ?? signal}).\n${stderr}`));
    });
    children.add(child);
    return child;
  };

  return {
    crashed,
    startPart: (name, file, settings) =>
      watch(name, fork(fileURLToPath(new URL(file, import.meta.url)), [JSON.stringify(settings)], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })),
    startProgram: (name, file, args) =>
      watch(name, spawn(process.execPath, [fileURLToPath(new URL(file, import.meta.url)), ...args], { stdio: ['ignore', 'pipe', 'pipe'] })),
    startCommand: (name, command, args) => watch(name, spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] })),
    async kill(child) {
      ending.add(child);
      child.kill('SIGKILL');
      await gone(child);
    },
    async stopAll() {
      const all = [...children];
      for (const child of all) {
        ending.add(child);
        child.kill('SIGTERM');
      }
      const force = setTimeout(() => all.forEach((child) => child.kill('SIGKILL')), POLITE_MS);
      await Promise.all(all.map(gone));
      clearTimeout(force);
    },
    killAll() {
      for (const child of children) {
        ending.add(child);
        child.kill('SIGKILL'); // ends a stopped process, too
      }
    },
  };
};
