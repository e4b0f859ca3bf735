/** A server that a test starts for itself, in a temporary folder, and that is gone with the folder when the test ends, however it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, chownSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { until } from './until.ts';

/** Who a server runs as, where that is not the user of the test. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

export interface Teardown {
  teardown(end: () => Promise<void> | void): void;
}

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // not there, or not to be run
  }
};

/** The path of a program, from the folders given first and then those of PATH. @throws Error saying what to install */
export const programPath = (name: string, { folders = [], install }: { readonly folders?: readonly string[]; readonly install: string }): string => {
  const places = [...folders, ...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  const found = places.map((folder) => join(folder, name)).find(isProgram);
  if (found === undefined) throw new Error(`${name} is not on this machine; on Debian: apt-get install ${install}`);
  return found;
};

/** A temporary folder of the account's, with a short path: it holds Unix sockets, whose paths may have about 100 bytes. */
export const serverFolder = (t: Teardown, name: string, account?: Account): string => {
  const folder = mkdtempSync(join(tmpdir(), `holdfast-${name}-`));
  if (account) chownSync(folder, account.uid, account.gid);
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

export interface OwnServer {
  readonly command: string;
  readonly args: readonly string[];
  readonly account?: Account | undefined;
  /** Beside the test's own variables. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Whether it answers. Errors say that it does not yet. */
  readonly answers: () => Promise<boolean>;
  /** What stops it at once, together with the processes that it started. */
  readonly stopSignal: NodeJS.Signals;
}

export interface RunningServer {
  readonly pid: number;
  /** Stops it at once, if it still runs, and resolves when it is gone. */
  end(): Promise<void>;
}

/** Starts a server, and resolves when it answers. */
export const startOwnServer = async (t: Teardown, { command, args, account, env, answers, stopSignal }: OwnServer): Promise<RunningServer> => {
  const child = spawn(command, args, { ...account, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  const killOnExit = (): boolean => child.kill(stopSignal);
  process.once('exit', killOnExit);
  const end = async (): Promise<void> => {
    process.removeListener('exit', killOnExit);
    if (!hasEnded(child)) child.kill(stopSignal);
    await closed;
  };
  t.teardown(end);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-10_000)));
  await until(`${command} answers`, async () => {
    if (hasEnded(child)) throw new Error(`${command} ended instead of starting:\n${output}`);
    return answers().catch(() => false);
  });
  return { pid: child.pid ?? 0, end };
};
